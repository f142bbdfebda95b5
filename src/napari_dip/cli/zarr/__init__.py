"""Restorations that are read from disk and written to it plane by plane."""
