"""A run in a worker: state, job, progress."""
