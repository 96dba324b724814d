// $title: a living texture made by pinxit $version. One step of its cellular automaton, for WebGPU.
//
// Dispatch ceil(width / 8) × ceil(height / 8) workgroups, then exchange the textures that are read and written.
// Three textures of any size hold the cells, a texel a cell, as rgba32float; the colour of a cell is state0.rgb + 0.5.
// Opposite borders join, so the texture repeats without a seam. Dispatch the first step with restart = 1.

struct Start {
  restart: u32,
  seed: u32, // other numbers begin with other noise
}

@group(0) @binding(0) var state0: texture_2d<f32>;
@group(0) @binding(1) var state1: texture_2d<f32>;
@group(0) @binding(2) var state2: texture_2d<f32>;
@group(0) @binding(3) var next0: texture_storage_2d<rgba32float, write>;
@group(0) @binding(4) var next1: texture_storage_2d<rgba32float, write>;
@group(0) @binding(5) var next2: texture_storage_2d<rgba32float, write>;
@group(0) @binding(6) var<uniform> start: Start;

fn noise(cell: vec2<u32>, channel: u32) -> vec4<f32> {
  var h = vec4<u32>(cell.y * 0x9E3779B1u) ^ vec4<u32>(cell.x * 0x85EBCA77u)
    ^ ((vec4<u32>(1u, 2u, 3u, 4u) + vec4<u32>(channel)) * 0xC2B2AE3Du) ^ vec4<u32>(start.seed);
  h = (h ^ (h >> vec4<u32>(15u))) * 0x2C1B3C6Du;
  h = (h ^ (h >> vec4<u32>(12u))) * 0x297A2D39u;
  h = h ^ (h >> vec4<u32>(15u));
  return (vec4<f32>(h >> vec4<u32>(8u)) / 16777216. - 0.5) * $spread;
}

// What a cell sees: itself (s), the change across (x) and down (y), and the difference from its surroundings (l).
struct Seen {
  s: vec4<f32>,
  x: vec4<f32>,
  y: vec4<f32>,
  l: vec4<f32>,
}

fn see(state: texture_2d<f32>, c: vec2<i32>) -> Seen {
  let size = vec2<i32>(textureDimensions(state));
  let b = (c + size - vec2<i32>(1)) % size;
  let a = (c + vec2<i32>(1)) % size;
  let nw = textureLoad(state, b, 0);
  let n = textureLoad(state, vec2<i32>(c.x, b.y), 0);
  let ne = textureLoad(state, vec2<i32>(a.x, b.y), 0);
  let w = textureLoad(state, vec2<i32>(b.x, c.y), 0);
  let e = textureLoad(state, vec2<i32>(a.x, c.y), 0);
  let sw = textureLoad(state, vec2<i32>(b.x, a.y), 0);
  let o = textureLoad(state, vec2<i32>(c.x, a.y), 0);
  let se = textureLoad(state, a, 0);
  let s = textureLoad(state, c, 0);
  return Seen(
    s,
    ne + 2. * e + se - nw - 2. * w - sw,
    sw + 2. * o + se - nw - 2. * n - ne,
    nw + ne + sw + se + 2. * (n + w + e + o) - 12. * s,
  );
}

@compute @workgroup_size(8, 8)
fn step_cells(@builtin(global_invocation_id) id: vec3<u32>) {
  let size = textureDimensions(state0);
  if (id.x >= size.x || id.y >= size.y) {
    return;
  }
  let c = vec2<i32>(id.xy);
  if (start.restart != 0u) {
    textureStore(next0, c, noise(id.xy, 0u));
    textureStore(next1, c, noise(id.xy, 4u));
    textureStore(next2, c, noise(id.xy, 8u));
    return;
  }
  let a = see(state0, c);
  let b = see(state1, c);
  let d = see(state2, c);
  let s0 = a.s; let s1 = b.s; let s2 = d.s;
  let x0 = a.x; let x1 = b.x; let x2 = d.x;
  let y0 = a.y; let y1 = b.y; let y2 = d.y;
  let l0 = a.l; let l1 = b.l; let l2 = d.l;
  var n0 = vec4<f32>(0.); var n1 = vec4<f32>(0.); var n2 = vec4<f32>(0.);
  var h: f32;
$rule
  textureStore(next0, c, n0);
  textureStore(next1, c, n1);
  textureStore(next2, c, n2);
}
