"""One restoration under way: iterate, pause, preview, result, record."""
