"""Living textures: neural cellular automata that a painting taught, and their shaders and loops."""
