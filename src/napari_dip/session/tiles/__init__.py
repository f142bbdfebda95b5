"""A large restoration, tile by tile."""
