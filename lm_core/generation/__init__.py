"""Logits in, one chosen token out, again and again: sampling and decoding."""
