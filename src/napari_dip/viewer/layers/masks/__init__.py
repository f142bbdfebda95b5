"""Layers that say which pixels of an image are missing."""
