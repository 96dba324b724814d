"""Pictures that cover surfaces: textures, repeat patterns, panoramas, cube maps and sprites."""
