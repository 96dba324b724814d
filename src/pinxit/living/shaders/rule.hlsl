// $title: a living texture made by pinxit $version. One step of its cellular automaton, a compute shader for Unity.
//
// Dispatch ceil(width / 8) × ceil(height / 8) groups of the kernel StepCells, then exchange the textures that are read and
// written. Three random-write render textures of any size hold the cells, a texel a cell, as ARGBFloat; the colour of a cell is
// State0.rgb + 0.5. Opposite borders join, so the texture repeats without a seam. Dispatch the first step with Restart = 1.
#pragma kernel StepCells

Texture2D<float4> State0;
Texture2D<float4> State1;
Texture2D<float4> State2;
RWTexture2D<float4> Next0;
RWTexture2D<float4> Next1;
RWTexture2D<float4> Next2;
uint Restart;
uint Seed; // other numbers begin with other noise

float4 noise(uint2 cell, uint channel) {
  uint4 h = (cell.y * 0x9E3779B1u) ^ (cell.x * 0x85EBCA77u)
    ^ ((uint4(1u, 2u, 3u, 4u) + channel) * 0xC2B2AE3Du) ^ uint4(Seed, Seed, Seed, Seed);
  h = (h ^ (h >> 15u)) * 0x2C1B3C6Du;
  h = (h ^ (h >> 12u)) * 0x297A2D39u;
  h ^= h >> 15u;
  return (float4(h >> 8u) / 16777216. - 0.5) * $spread;
}

// What a cell sees: itself (s), the change across (x) and down (y), and the difference from its surroundings (l).
void see(Texture2D<float4> state, int2 c, int2 size, out float4 s, out float4 x, out float4 y, out float4 l) {
  int2 b = (c + size - 1) % size, a = (c + 1) % size;
  float4 nw = state.Load(int3(b, 0)), n = state.Load(int3(c.x, b.y, 0)), ne = state.Load(int3(a.x, b.y, 0));
  float4 w = state.Load(int3(b.x, c.y, 0)), e = state.Load(int3(a.x, c.y, 0));
  float4 sw = state.Load(int3(b.x, a.y, 0)), o = state.Load(int3(c.x, a.y, 0)), se = state.Load(int3(a, 0));
  s = state.Load(int3(c, 0));
  x = ne + 2. * e + se - nw - 2. * w - sw;
  y = sw + 2. * o + se - nw - 2. * n - ne;
  l = nw + ne + sw + se + 2. * (n + w + e + o) - 12. * s;
}

[numthreads(8, 8, 1)]
void StepCells(uint3 id : SV_DispatchThreadID) {
  uint width, height;
  State0.GetDimensions(width, height);
  if (id.x >= width || id.y >= height) {
    return;
  }
  if (Restart != 0u) {
    Next0[id.xy] = noise(id.xy, 0u);
    Next1[id.xy] = noise(id.xy, 4u);
    Next2[id.xy] = noise(id.xy, 8u);
    return;
  }
  int2 c = int2(id.xy), size = int2(width, height);
  float4 s0, s1, s2, x0, x1, x2, y0, y1, y2, l0, l1, l2;
  see(State0, c, size, s0, x0, y0, l0);
  see(State1, c, size, s1, x1, y1, l1);
  see(State2, c, size, s2, x2, y2, l2);
  float4 n0 = float4(0., 0., 0., 0.), n1 = n0, n2 = n0;
  float h;
$rule
  Next0[id.xy] = n0;
  Next1[id.xy] = n1;
  Next2[id.xy] = n2;
}
