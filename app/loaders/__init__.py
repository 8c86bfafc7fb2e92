"""What pages load: plain values and NumPy out of lm_core, cached and bounded. Tensors end here."""
