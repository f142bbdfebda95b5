"""Parts that records of several tests have alike."""

MACHINE = {
    'device': 'cpu',
    'processor': 'a processor',
    'cores': 2,
    'threads': 1,
    'memory_gib': 8,
    'system': 'Linux',
    'python': '3.11',
}
