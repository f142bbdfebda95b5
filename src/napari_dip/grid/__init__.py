"""Regions, tiles, binning, blending and dihedral augmentation of images."""
