"""What is compared with what it is meant to be better than, or to tell."""
