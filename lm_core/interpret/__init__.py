"""A trained model and a text in, NumPy snapshots of what happened inside out."""
