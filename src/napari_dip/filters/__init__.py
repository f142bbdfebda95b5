"""Classical filters, applied after a fit."""
