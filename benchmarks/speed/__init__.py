"""Where the time goes: work, limits of the machine, whole calls, sizes."""
