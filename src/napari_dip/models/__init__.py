"""Trained networks: read from files, and looked into layer by layer."""
