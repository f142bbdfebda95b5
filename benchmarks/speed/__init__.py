"""Time and memory: iterations, whole calls, large images, forecasts."""
