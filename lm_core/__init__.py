"""Trains, runs and explains small Transformers, and knows no screen."""
