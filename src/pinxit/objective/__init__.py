"""What a good result is: content, style, smoothness. Pure functions of features, and their weighted sum."""
