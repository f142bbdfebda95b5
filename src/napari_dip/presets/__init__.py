"""What a preset decides, as data."""
