"""Quick fills of missing pixels, and the held-out holes that judge them."""
