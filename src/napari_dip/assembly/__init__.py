"""From planes and settings to a problem, and from its estimate back."""
