"""Training in the background: wishes go into the store, worker processes carry them out and report back."""
