"""Other ways to solve the tasks, each at its strongest."""
