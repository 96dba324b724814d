"""Interface themes, garments and rooms, and taste."""
