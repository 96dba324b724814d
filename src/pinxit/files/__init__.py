"""Files on disk: atomic writing, locks, hashes, the cache folder, and checks of paths."""
