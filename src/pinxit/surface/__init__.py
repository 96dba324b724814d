"""Textures, repeats, panoramas, cube maps and sprites: pictures that are wrapped round something."""
