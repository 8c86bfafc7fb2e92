"""A model and token ids in, a stream of measurements out: the training loop and its parts."""
