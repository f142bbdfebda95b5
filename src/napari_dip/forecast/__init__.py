"""Time and memory of a restoration, told beforehand."""
