"""Statistics of pictures and their transfer: colour, histograms, pyramids, quilting."""
