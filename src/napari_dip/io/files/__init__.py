"""Files on a disk, whatever they hold: to be read, and to appear whole."""
