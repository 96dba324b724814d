"""Clips: decoded, painted so that they do not flicker, encoded. `pinxit.video.making.prepare` is where to begin."""
