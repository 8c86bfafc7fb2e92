"""The Experiments page in a browser: predict, train both, meet the verdict; tricks one at a time; what is computed."""

import re

import pytest
from playwright.sync_api import expect

from tests.finished_run import make_run


@pytest.fixture(scope="module")
def twins(server):
    """A finished pair, as far as the page can tell; both learned equally well."""
    return [make_run(server.home, name=name, group="break-norm-0a1b2c3d") for name in ("<i>Whole</i>", "No norms")]


def opened(open_page, address="experiments", **options):
    page = open_page(address, **options)
    expect(page.get_by_role("radiogroup", name=re.compile("Experiment|实验"))).to_be_visible(timeout=20_000)
    return page


def start_without_a_mask(open_page):
    page = opened(open_page)
    expect(page.get_by_role("button", name="Predict first")).to_be_disabled()
    expect(page.locator(".part")).to_have_count(7)
    page.get_by_role("radio", name="It learns worse.").check()
    page.get_by_role("radio", name="120 steps").check()
    page.get_by_role("button", name="Train both").click()
    expect(page.locator(".trial-run")).to_have_count(2, timeout=30_000)
    expect(page.locator(".predicted")).to_contain_text("It learns worse.")
    expect(page).to_have_url(re.compile("trial=.*guess=worse"))
    return page


def test_who_predicts_may_train_and_nothing_is_lost_when_the_page_is_loaded_again(open_page, stop_all):
    page = start_without_a_mask(open_page)
    page.reload()
    expect(page.locator(".trial-run")).to_have_count(2, timeout=20_000)
    expect(page.locator(".predicted")).to_contain_text("It learns worse.")
    expect(page.locator(".verdict")).to_contain_text("Both train.")
    expect(page.locator(".trial-run a").first).to_have_attribute("href", re.compile(r"/train\?run=\w+&lang=en"))
    stop_all()
    page.get_by_role("button", name="Break something else").click()
    expect(page.locator(".part").first).to_be_visible()
    page.locator(".earlier summary").click()
    expect(page.get_by_role("button", name=re.compile("No causal mask ·"))).to_be_visible()


@pytest.mark.slow
def test_predict_train_both_and_meet_the_verdict(open_page):
    """The real thing, as small as it gets: without a mask the loss is too good to be true within a hundred steps."""
    page = start_without_a_mask(open_page)
    verdict = page.locator(".verdict")
    expect(verdict).to_contain_text("What happened: It looks too good to be true.", timeout=120_000)
    expect(verdict).to_contain_text("It does not guess, it reads")
    expect(verdict.locator(".figure")).to_have_count(2)
    expect(page.locator(".compare .caption")).to_contain_text("B has causal mask off instead of on and ends")
    expect(page.locator(".sample-column")).to_have_count(2)
    slider = page.get_by_role("slider", name="Step of training")
    expect(slider).to_have_attribute("aria-valuetext", "at step 120", timeout=10_000)
    slider.focus()
    page.keyboard.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", "at step 0")


def test_a_link_opens_an_experiment_with_its_prediction(open_page, twins):
    page = opened(open_page, f"experiments?trial={','.join(twins)}&part=norm&guess=same", theme="dark", width=400)
    expect(page.locator(".verdict")).to_contain_text("You predicted it: It learns as well.")
    expect(page.locator(".verdict")).to_contain_text("Norms are a safety belt")
    expect(page.locator(".trial-run").first).to_contain_text("<i>Whole</i>")
    assert page.evaluate("document.documentElement.scrollWidth") <= 400
    page.get_by_role("radio", name="Ten years of tricks").check()
    expect(page.get_by_role("button", name="Train classic and modern")).to_be_visible()
    expect(page.get_by_role("button", name="Add Muon to classic")).to_be_disabled()


def test_a_trick_is_added_beside_the_two(open_page, server, stop_all):
    modern = {"model": {"context_length": 16, "qk_norm": True}}
    pair = [make_run(server.home, group="tricks-all-0a1b2c3d", name=name, **more)
            for name, more in (("Classic", {}), ("Modern", modern))]  # fmt: skip
    page = opened(open_page, f"experiments?lab=tricks&trial={','.join(pair)}")
    expect(page.locator(".sooner")).to_contain_text("Modern came to")
    expect(page.locator(".differences")).to_contain_text("model.qk_norm")
    page.get_by_role("button", name="Add QK-norm to classic").click()
    expect(page.locator(".trial-run")).to_have_count(3, timeout=30_000)
    expect(page.locator(".trial-run").nth(2)).to_contain_text("Classic + QK-norm")
    expect(page.get_by_role("button", name="Add QK-norm to classic")).to_be_disabled()  # it is there already
    expect(page.get_by_role("button", name="Take QK-norm from modern")).to_be_enabled()
    expect(page).to_have_url(re.compile(f"{pair[1]}(%2C|,)[a-z0-9]+"))


def test_outcomes_and_ratios_are_worked_out_from_losses_alone(open_page):
    page = opened(open_page)
    found = page.evaluate(
        """async () => {
          const { ladderPlace, monotony, outcomeOf, timesSooner } = await import("/pictures/x/experiments/outcome.js");
          const { experimentsIn } = await import("/pictures/x/experiments/earlier.js");
          const ends = [[2, 0.1], [2, 1.8], [2, 2.04], [2, 2.4], [2, 3.3], [2, 9], [2, null]];
          const outcomes = ends.map(([whole, broken]) => outcomeOf(whole, broken, 3.35, true));
          const base = { ys: [4, 3, 2.5, 2.4], steps: [0, 10, 20, 20], seconds: [0, 1, 2, 2] };
          const line = { ys: [4, 2.5, 2, 1], steps: [0, 5, 10, 20], seconds: [0, 1, 2, 4] };
          const late = { ...line, ys: [4, 4, 4, 1] };
          const rungs = [{ name: "bigram", value: 2.5 }, { name: "trigram", value: 1.9 }];
          const rows = [{ id: "b", group: "break-mask-1f", when: 2 }, { id: "a", group: "break-mask-1f", when: 1 },
            { id: "c", group: "", when: 3 }, { id: "d", group: "break-everything-1f", when: 3 }];
          return { outcomes, tight: outcomeOf(2, 0.1, 3.35, false), sooner: timesSooner(line, base),
            never: timesSooner(late, base), place: ladderPlace(2, rungs), top: ladderPlace(3, rungs),
            same: monotony("aaab"), groups: experimentsIn(rows) };
        }"""
    )
    assert found["outcomes"] == ["leak", "same", "same", "worse", "nothing", "nothing", "nothing"]
    assert found["tight"] == "same"  # where nothing can leak, a low loss is only good
    assert found["sooner"] == {"goal": 2.5, "step": 5, "of": 20, "steps": 4, "seconds": 2}
    assert found["never"] is None  # only its last loss, over the whole text, lies below
    assert (found["place"]["above"]["name"], found["place"]["below"]["name"]) == ("bigram", "trigram")
    assert found["top"]["above"] is None
    assert found["same"] == 0.75
    assert [(group["what"], group["ids"]) for group in found["groups"]] == [("mask", ["a", "b"])]
