"""Stripes: offsets that whole rows or columns have from each other."""
