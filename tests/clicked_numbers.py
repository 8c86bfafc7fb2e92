"""Numbers of a page that say where they come from: some picked at random, each worked out again from its source."""

import re

ASK = """async ([run, count, seed, extra]) => {
  const { agrees, sizeOfTerms, workedOut } = await import("/pictures/x/inside/arithmetic.js");
  const roots = [...document.querySelectorAll("*")].map((node) => node.shadowRoot).filter(Boolean);
  const all = roots.flatMap((root) => [...root.querySelectorAll(".figure[data-key]")].map((node) => ({
    text: node.textContent, ...JSON.parse(node.dataset.given), key: node.dataset.key, at: node.dataset.at, ...(root.querySelector(".explorer") ? { of: "film" } : {}),
  })));
  let state = seed;
  const chance = () => (state = (state * 48271) % 2147483647) / 2147483647;
  const picked = Array.from({ length: Math.min(count, all.length) }, () => all.splice(Math.floor(chance() * all.length), 1)[0]);
  return Promise.all(picked.map(async ({ text, ...asked }) => {
    const answer = await fetch("/api/inside/ask/number?" + new URLSearchParams({ run, ...extra, ...asked }));
    const source = await answer.json();
    if (source.error) return { text, asked, error: source.error };
    const again = workedOut(source), value = source.value ?? -Infinity;
    return { text, asked, value: source.value, again: again.value, agrees: agrees(again.value, value, sizeOfTerms(source, again)), line: source.code.where };
  }));
}"""  # noqa: E501


def check_numbers(page, run, count, *, rounding=0.0, **extra):
    """Ask where `count` numbers come from: the server knows each, its operands give it again, and it is what the page
    shows, up to its last digit; `rounding` is what sums of weights kept as bytes may be off by. Returns how many.
    """
    answers = page.evaluate(ASK, [run, count, 7, extra])
    for one in answers:
        assert "error" not in one, one
        assert one["agrees"], one
        assert re.fullmatch(r"lm_core/[\w/]+\.py:\d+", one["line"])
        text = one["text"].replace("−", "-").replace("\xa0", " ").replace("+", "")
        if one["value"] and re.match(r"-?\d", text):  # else it says "under 0.1 %", or that there is none
            slack = rounding * (1 + abs(one["value"])) + 1e-4 * abs(one["value"])
            assert abs(shown(text) - one["value"]) <= half_a_digit(text) + slack, one
    return len(answers)


def shown(text):
    number = float(re.search(r"-?\d+(\.\d+)?", text).group())
    return number / 100 if "%" in text else number * power_in(text)


def power_in(text):
    """'4.5 × 10⁻³' -> 0.001."""
    power = re.search(r"× 10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", text)
    return 10.0 ** int(power[1].translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789"))) if power else 1


def half_a_digit(text):
    digits = len((re.search(r"\.(\d+)", text) or [None, ""])[1])
    return 0.51 * 10**-digits / (100 if "%" in text else 1) * power_in(text)
