"""Documents and the text they make."""

from lm_core.corpora.corpus import Corpus


def test_the_text_is_all_documents_in_a_row():
    corpus = Corpus("names", "Names", ("Emma\n", "Zoë\n"), "none", "here")
    assert corpus.text == "Emma\nZoë\n"
    assert corpus.characters == len(corpus.text) == 9
