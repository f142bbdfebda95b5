"""Filters after a fit of its own kind, which judge or keep to its data."""
