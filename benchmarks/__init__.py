"""Ratios of this project's stages to the limit, and to the ordinary way."""
