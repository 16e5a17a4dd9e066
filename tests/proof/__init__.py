"""Histories by seed: what `make prove` lets happen to a company, and how it is judged."""
