"""Token ids in, logits out: the Transformer, its trace, its cache, its size, and the baselines to beat."""
