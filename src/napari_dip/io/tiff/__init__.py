"""TIFF and OME-TIFF: pages, checks, metadata."""
