"""What goes in and out: files, colour, alpha, the recipe inside a file."""
