"""Gives the texts that models learn from: a `CorpusSpec` in, a `Corpus` of documents out."""
