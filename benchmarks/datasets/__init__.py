"""Test images as cases, set by set."""
