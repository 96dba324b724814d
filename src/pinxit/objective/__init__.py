"""The objective, named as in the literature: content, style, nearest neighbours, total variation, temporal loss."""
