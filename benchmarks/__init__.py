"""Quality and cost of napari-dip beside its peers, on the same files.

Run ``python -m benchmarks --help`` from the root of the repository.
"""
