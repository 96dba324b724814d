"""Interface themes, garments and rooms, and a person's taste."""
