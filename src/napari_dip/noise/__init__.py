"""The noise model of an image, measured on the image alone."""
