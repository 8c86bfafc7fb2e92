"""Turns a corpus into batches: a `Corpus` and a `Tokenizer` in, `Batch`es of token ids out."""
