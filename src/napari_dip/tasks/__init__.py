"""What a person asks for: array in, array out, no napari and no Qt."""
