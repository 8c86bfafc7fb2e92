"""Turns text into the numbers that a model reads, and back: a `TokenizerSpec` and texts in, a `Tokenizer` out."""
