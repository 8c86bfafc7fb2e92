"""Models of other programs' in, ours out, and the other way round: Hugging Face folders and GGUF files."""
