"""Image files in and out: TIFF, OME-TIFF, PNG and NPY.

Knows files, axes and pixel sizes, but nothing of restoration. What is wrong
is said in sentences that name the options of the command line.
"""
