"""What an image lost at the microscope: found, and offered as a mask."""
