"""What a form shows of a run: buttons, progress, curve, forecast."""
