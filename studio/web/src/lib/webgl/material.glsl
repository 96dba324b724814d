#version 300 es
// A sphere or a plane of a material, lit by one lamp and a plain sky. Cook and Torrance's model with GGX.
precision highp float;
in vec2 place;
out vec4 seen;
uniform sampler2D color, normal, roughness;
uniform vec3 lamp;
uniform float aspect, turn, round_, repeats;

const float PI = 3.14159265;

vec3 shade(vec3 albedo, float rough, vec3 n, vec3 to_lamp, vec3 to_eye) {
  vec3 h = normalize(to_lamp + to_eye);
  float nl = max(dot(n, to_lamp), 0.0), nv = max(dot(n, to_eye), 0.05), nh = max(dot(n, h), 0.0);
  float a = max(rough * rough, 0.02), k = a / 2.0;
  float d = a * a / (PI * pow(nh * nh * (a * a - 1.0) + 1.0, 2.0));
  float g = nl / (nl * (1.0 - k) + k) * nv / (nv * (1.0 - k) + k);
  float f = 0.04 + 0.96 * pow(1.0 - max(dot(h, to_eye), 0.0), 5.0);
  float gloss = nl > 0.0 ? d * g * f / (4.0 * max(nl, 0.05) * nv) : 0.0;
  vec3 sky = mix(vec3(0.10, 0.09, 0.08), vec3(0.26, 0.28, 0.31), 0.5 + 0.5 * n.y);
  return albedo * sky + (albedo / PI + gloss) * nl * vec3(3.4, 3.2, 2.9);
}

void main() {
  vec2 at = place * vec2(max(aspect, 1.0), max(1.0 / aspect, 1.0));
  vec3 n, along;
  vec2 uv;
  float edge = 1.0;
  if (round_ > 0.5) {
    vec2 p = at / 0.88;
    float r = length(p);
    edge = 1.0 - smoothstep(1.0 - 2.5 * fwidth(r), 1.0, r);
    n = vec3(p, sqrt(max(0.0, 1.0 - r * r)));
    float longitude = atan(n.x, n.z) + turn;
    uv = vec2(longitude / PI, 0.5 - asin(clamp(n.y, -1.0, 1.0)) / PI) * repeats;
    along = normalize(vec3(n.z, 0.0, -n.x) + vec3(1e-5, 0.0, 0.0));
  } else {
    n = vec3(0.0, 0.0, 1.0);
    uv = vec2(0.5 + 0.5 * at.x, 0.5 - 0.5 * at.y) * repeats;
    along = vec3(1.0, 0.0, 0.0);
  }
  // Remove the jump of the derivatives where the longitude wraps.
  vec2 dx = dFdx(uv), dy = dFdy(uv);
  dx.x -= 2.0 * repeats * round(dx.x / (2.0 * repeats));
  dy.x -= 2.0 * repeats * round(dy.x / (2.0 * repeats));
  vec3 relief = textureGrad(normal, uv, dx, dy).xyz * 2.0 - 1.0;
  vec3 bent = normalize(relief.x * along + relief.y * cross(n, along) + relief.z * n);
  vec3 albedo = pow(textureGrad(color, uv, dx, dy).rgb, vec3(2.2));
  float rough = textureGrad(roughness, uv, dx, dy).r;
  vec3 to_lamp = normalize(lamp - vec3(at, n.z));
  vec3 light = shade(albedo, rough, bent, to_lamp, vec3(0.0, 0.0, 1.0));
  light = light * (2.51 * light + 0.03) / (light * (2.43 * light + 0.59) + 0.14);
  seen = vec4(pow(clamp(light, 0.0, 1.0), vec3(1.0 / 2.2)), edge);
}
