"""Acquisitions of many planes: their axes, and which planes are taken."""
