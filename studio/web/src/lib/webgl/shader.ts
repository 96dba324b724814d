/** A fragment shader that covers a whole canvas, for the material and panorama viewers. */

const VERTEX = `#version 300 es
in vec2 corner;
out vec2 place;
void main() {
  place = corner;
  gl_Position = vec4(corner, 0.0, 1.0);
}`;

/** Texture wrapping. */
type Ends = "repeat" | "clamp";

export class Shader {
  readonly #gl: WebGL2RenderingContext;
  readonly #program: WebGLProgram;
  /** Unit 0 has no texture; samplers without a picture read from it. */
  readonly #samplers = new Map<string, { unit: number; texture: WebGLTexture }>();

  constructor(
    readonly canvas: HTMLCanvasElement,
    fragment: string,
  ) {
    const gl = canvas.getContext("webgl2", { alpha: true, premultipliedAlpha: false });
    if (!gl) throw new Error("This browser has no WebGL.");
    const program = gl.createProgram();
    for (const [kind, source] of [
      [gl.VERTEX_SHADER, VERTEX],
      [gl.FRAGMENT_SHADER, fragment],
    ] as const)
      gl.attachShader(program, compiled(gl, kind, source));
    gl.bindAttribLocation(program, 0, "corner");
    gl.linkProgram(program);
    gl.useProgram(program);
    gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
    gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([-1, -1, 3, -1, -1, 3]), gl.STATIC_DRAW);
    gl.enableVertexAttribArray(0);
    gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0);
    this.#gl = gl;
    this.#program = program;
  }

  /** Load a picture into a sampler. */
  async picture(name: string, url: string, ends: Ends = "repeat"): Promise<void> {
    const gl = this.#gl;
    const image = await this.#fitting(await loaded(url));
    this.#begin(name, gl.TEXTURE_2D);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, image);
    gl.generateMipmap(gl.TEXTURE_2D);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.REPEAT);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_T, ends === "repeat" ? gl.REPEAT : gl.CLAMP_TO_EDGE);
    const sharp = gl.getExtension("EXT_texture_filter_anisotropic");
    if (sharp) gl.texParameterf(gl.TEXTURE_2D, sharp.TEXTURE_MAX_ANISOTROPY_EXT, 8);
  }

  /** Load six sides into a cube sampler, from px to nz. */
  async cube(name: string, urls: readonly string[]): Promise<void> {
    const gl = this.#gl;
    const sides = await Promise.all(urls.map(async (url) => this.#fitting(await loaded(url))));
    this.#begin(name, gl.TEXTURE_CUBE_MAP);
    for (const [index, side] of sides.entries())
      gl.texImage2D(gl.TEXTURE_CUBE_MAP_POSITIVE_X + index, 0, gl.RGBA, gl.RGBA, gl.UNSIGNED_BYTE, side);
    gl.generateMipmap(gl.TEXTURE_CUBE_MAP);
    gl.texParameteri(gl.TEXTURE_CUBE_MAP, gl.TEXTURE_MIN_FILTER, gl.LINEAR_MIPMAP_LINEAR);
  }

  number(name: string, ...values: number[]): void {
    const gl = this.#gl;
    const place = this.#place(name);
    if (values.length === 1) gl.uniform1f(place, values[0] ?? 0);
    else if (values.length === 2) gl.uniform2fv(place, values);
    else gl.uniform3fv(place, values);
  }

  /** Draw at the canvas's size on the screen. */
  draw(): void {
    const gl = this.#gl;
    const { clientWidth, clientHeight } = this.canvas;
    const factor = Math.min(2, devicePixelRatio);
    const [width, height] = [Math.round(clientWidth * factor), Math.round(clientHeight * factor)];
    if (this.canvas.width !== width || this.canvas.height !== height)
      Object.assign(this.canvas, { width, height });
    gl.viewport(0, 0, width, height);
    this.number("aspect", width / Math.max(1, height));
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  #place(name: string): WebGLUniformLocation | null {
    return this.#gl.getUniformLocation(this.#program, name);
  }

  #begin(name: string, kind: number): void {
    const gl = this.#gl;
    const sampler = this.#samplers.get(name) ?? {
      unit: this.#samplers.size + 1,
      texture: gl.createTexture(),
    };
    this.#samplers.set(name, sampler);
    gl.activeTexture(gl.TEXTURE0 + sampler.unit);
    gl.bindTexture(kind, sampler.texture);
    gl.uniform1i(this.#place(name), sampler.unit);
  }

  /** Reduce images beyond the largest texture size. */
  async #fitting(image: HTMLImageElement): Promise<HTMLImageElement | ImageBitmap> {
    const most = this.#gl.getParameter(this.#gl.MAX_TEXTURE_SIZE) as number;
    const longest = Math.max(image.naturalWidth, image.naturalHeight);
    if (longest <= most) return image;
    const factor = most / longest;
    return createImageBitmap(image, {
      resizeWidth: Math.floor(image.naturalWidth * factor),
      resizeHeight: Math.floor(image.naturalHeight * factor),
    });
  }
}

async function loaded(url: string): Promise<HTMLImageElement> {
  const image = new Image();
  image.src = url;
  await image.decode();
  return image;
}

function compiled(gl: WebGL2RenderingContext, kind: number, source: string): WebGLShader {
  const shader = gl.createShader(kind);
  if (!shader) throw new Error("This browser's WebGL has broken off.");
  gl.shaderSource(shader, source);
  gl.compileShader(shader);
  if (!gl.getShaderParameter(shader, gl.COMPILE_STATUS))
    throw new Error(gl.getShaderInfoLog(shader) ?? "The shader does not compile.");
  return shader;
}
