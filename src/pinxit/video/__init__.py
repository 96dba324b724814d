"""Clips: decoded, painted so that they do not flicker, encoded."""
