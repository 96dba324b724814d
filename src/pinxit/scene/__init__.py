"""Three-dimensional scenes: the base colours of glTF models, painted as one set along their UV islands."""
