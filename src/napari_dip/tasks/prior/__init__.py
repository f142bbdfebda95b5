"""Tasks that show the prior itself, a module each, of its function."""
