"""Where a fit runs: devices, memory, threads, and waiting in turn."""
