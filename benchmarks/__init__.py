"""Quality and cost of napari-dip beside its peers, on the same files."""
