#version 300 es
// From a position on the canvas to a direction, and from there to a panorama or a cube map.
precision highp float;
in vec2 place;
out vec4 seen;
uniform sampler2D panorama;
uniform samplerCube sides;
uniform float aspect, yaw, pitch, reach, cubic;

const float PI = 3.14159265;

void main() {
  vec3 way = normalize(vec3(place * vec2(aspect, 1.0) * reach, 1.0));
  float c = cos(pitch), s = sin(pitch);
  way = vec3(way.x, way.y * c + way.z * s, way.z * c - way.y * s);
  c = cos(yaw), s = sin(yaw);
  way = vec3(way.x * c + way.z * s, way.y, way.z * c - way.x * s);
  if (cubic > 0.5) {
    seen = texture(sides, way);
    return;
  }
  vec2 uv = vec2(0.5 + atan(way.x, way.z) / (2.0 * PI), 0.5 - asin(clamp(way.y, -1.0, 1.0)) / PI);
  vec2 dx = dFdx(uv), dy = dFdy(uv);
  dx.x -= round(dx.x);
  dy.x -= round(dy.x);
  seen = textureGrad(panorama, uv, dx, dy);
}
