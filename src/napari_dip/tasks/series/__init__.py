"""Any task for series of planes."""
