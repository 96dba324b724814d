#version 300 es
// $title: a living texture made by pinxit $version. One step of its cellular automaton, for WebGL 2 and OpenGL ES 3.
//
// Draw one rectangle over the whole target with this fragment shader, then exchange the textures that are read and written.
// Three textures of any size hold the cells, a texel a cell, as RGBA32F or RGBA16F; the colour of a cell is state0.rgb + 0.5.
// Opposite borders join, so the texture repeats without a seam. Draw the first step with restart = true.
precision highp float;
precision highp int;

uniform highp sampler2D state0, state1, state2;
uniform bool restart;
uniform uint seed; // other numbers begin with other noise
layout(location = 0) out vec4 next0;
layout(location = 1) out vec4 next1;
layout(location = 2) out vec4 next2;

vec4 noise(uvec2 cell, uint channel) {
  uvec4 h = (cell.y * 0x9E3779B1u) ^ (cell.x * 0x85EBCA77u)
    ^ ((uvec4(1u, 2u, 3u, 4u) + channel) * 0xC2B2AE3Du) ^ uvec4(seed);
  h = (h ^ (h >> 15)) * 0x2C1B3C6Du;
  h = (h ^ (h >> 12)) * 0x297A2D39u;
  h ^= h >> 15;
  return (vec4(h >> 8) / 16777216. - 0.5) * $spread;
}

// What a cell sees: itself (s), the change across (x) and down (y), and the difference from its surroundings (l).
void see(highp sampler2D state, out vec4 s, out vec4 x, out vec4 y, out vec4 l) {
  ivec2 size = textureSize(state, 0), c = ivec2(gl_FragCoord.xy), b = (c + size - 1) % size, a = (c + 1) % size;
  vec4 nw = texelFetch(state, b, 0), n = texelFetch(state, ivec2(c.x, b.y), 0), ne = texelFetch(state, ivec2(a.x, b.y), 0);
  vec4 w = texelFetch(state, ivec2(b.x, c.y), 0), e = texelFetch(state, ivec2(a.x, c.y), 0);
  vec4 sw = texelFetch(state, ivec2(b.x, a.y), 0), o = texelFetch(state, ivec2(c.x, a.y), 0), se = texelFetch(state, a, 0);
  s = texelFetch(state, c, 0);
  x = ne + 2. * e + se - nw - 2. * w - sw;
  y = sw + 2. * o + se - nw - 2. * n - ne;
  l = nw + ne + sw + se + 2. * (n + w + e + o) - 12. * s;
}

void main() {
  if (restart) {
    uvec2 cell = uvec2(gl_FragCoord.xy);
    next0 = noise(cell, 0u);
    next1 = noise(cell, 4u);
    next2 = noise(cell, 8u);
    return;
  }
  vec4 s0, s1, s2, x0, x1, x2, y0, y1, y2, l0, l1, l2;
  see(state0, s0, x0, y0, l0);
  see(state1, s1, x1, y1, l1);
  see(state2, s2, x2, y2, l2);
  vec4 n0 = vec4(0.), n1 = vec4(0.), n2 = vec4(0.);
  float h;
$rule
  next0 = n0;
  next1 = n1;
  next2 = n2;
}
