"""Stories that a grammar tells: each whole, each different, and the same people from beginning to end."""

import random
import re

import pytest

from lm_core.corpora import stories_en, stories_zh
from lm_core.corpora.stories import MOST_STORIES, Being, Grammar, Plot, fill, make_stories, tell

GRAMMARS = {"English": stories_en.GRAMMAR, "Chinese": stories_zh.GRAMMAR}


@pytest.fixture(scope="module", params=GRAMMARS)
def told(request):
    return make_stories(GRAMMARS[request.param], MOST_STORIES, 1)


def test_gaps_are_filled_once_per_story_and_choices_each_time():
    chance = random.Random(1)
    assert fill("{x} and {x}", {"x": "[a cat|a cat]"}, chance) == "a cat and a cat"
    for _ in range(20):
        one, two = fill("{x} {x}", {"x": "[red|blue]"}, chance).split()
        assert one == two
    assert {fill("[red|blue[ sky|]]", {}, chance) for _ in range(60)} == {"red", "blue", "blue sky"}


def test_the_smallest_grammar_tells_its_story():
    her, him = Being("girl", "Mia", {"he": "she"}), Being("fox", "Rex", {"he": "he"})
    plot = Plot(
        "{hero} met {friend}, a {fkind}. {he} waved, {f_he} {did}.", ({"did": "sang"}, {"did": "-", "not": "girl"})
    )
    grammar = Grammar([her], [him], {}, [plot], corrections=((r"\bshe waved", "She waved"),))
    assert tell(grammar, plot, random.Random(1)) == "Mia met Rex, a fox. She waved, he sang.\n\n"


def test_no_two_stories_are_equal_and_no_gap_stays_open(told):
    assert len(set(told)) == len(told) == MOST_STORIES
    for story in told:
        assert not set("{}[]|_") & set(story)
        assert story.endswith("\n\n")
        assert not re.search(r"  | \n|\n\n\n|\.\.|[?!]\.|。。|，，|。”。|[？！]。| [,.?!]", story), story


def test_equal_seeds_tell_equal_stories():
    for grammar in GRAMMARS.values():
        assert make_stories(grammar, 50, 7) == make_stories(grammar, 50, 7) != make_stories(grammar, 50, 8)
        assert len(make_stories(grammar, 200_000, 7)) == MOST_STORIES


def test_two_are_named_in_each_story_and_nobody_else(told):
    grammar = stories_en.GRAMMAR if told[0].isascii() else stories_zh.GRAMMAR
    if told[0].isascii():  # Chinese names are words of other sentences too
        names = {being.name for being in (*grammar.heroes, *grammar.friends)}
        for story in told:
            assert len(names & set(re.findall(r"[A-Z][a-z]+", story))) == 2, story


def test_quotations_open_and_close(told):
    for story in told:
        for line in story.splitlines():
            assert line.count('"') % 2 == 0, line
            assert line.count("“") == line.count("”"), line


def test_he_and_she_stay_he_and_she():
    """In a story about a boy and his friend, who is a boy too, nobody is a she."""
    boys = [being for being in stories_en.GRAMMAR.heroes if being.words["he"] == "he"]
    friends = [being for being in stories_en.GRAMMAR.friends if being.words["he"] == "he"]
    grammar = Grammar(
        boys, friends, stories_en.GRAMMAR.common, stories_en.GRAMMAR.plots, stories_en.GRAMMAR.corrections
    )
    for story in make_stories(grammar, 500, 3):
        assert not re.search(r"\b(she|her|hers|She|Her)\b", story), story


def test_an_article_fits_the_word_after_it():
    text = "".join(make_stories(stories_en.GRAMMAR, MOST_STORIES, 1))
    assert not re.search(r"\b[Aa] [aeiou]", text)
    assert "an old" in text


def test_the_words_are_few_and_short():
    words = re.findall(r"[a-z']+", "".join(make_stories(stories_en.GRAMMAR, MOST_STORIES, 1)).lower())
    assert 400 < len(set(words)) < 900
    assert sum(map(len, words)) / len(words) < 4.2
    assert max(map(len, words)) <= len("everything")


def test_cases_come_with_kinds_that_exist():
    for grammar in GRAMMARS.values():
        kinds = {being.kind for being in grammar.heroes}
        for plot in grammar.plots:
            for case in plot.cases:
                assert set(case.get("not", "").split()) <= kinds
                assert case.get("helper", grammar.friends[0].kind) in {being.kind for being in grammar.friends}
