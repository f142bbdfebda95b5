"""Planes of an acquisition, restored one after the other."""
