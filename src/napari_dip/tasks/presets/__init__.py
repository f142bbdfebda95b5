"""What the presets of each task decide; a module a task, of its name."""
