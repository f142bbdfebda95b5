"""Layers of napari: what is read from them, and results as layers."""
