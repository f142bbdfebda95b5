"""What a user gives, checked and brought to planes, and back."""
