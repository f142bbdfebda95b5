"""What a picture says of its pixels: size, orientation, opacity, masks."""
