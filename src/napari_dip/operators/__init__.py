"""A: forward operators, from the image to what was measured."""
