"""Cut people out of pictures, offline, by a small network that pinxit ships."""
