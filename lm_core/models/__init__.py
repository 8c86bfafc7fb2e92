"""Token ids in, logits out: the Transformer, its trace, its cache, its size, and the n-gram baselines to beat."""
