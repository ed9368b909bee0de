// The weights of the models, as the page carries them: one run of float32 numbers, and a list of what lies where.

/** @typedef {import("../types").LiveModel} LiveModel */

// The weights of a linear layer, [outputs, inputs], with its bias.
/** @typedef {{weight: Float32Array, bias: Float32Array, inputs: number, outputs: number}} Linear */

export class Tensors {
  /** @param {LiveModel} model @param {ArrayBuffer} numbers @param {string} part `denoiser` or `encoder` */
  constructor(model, numbers, part) {
    this.model = model
    this.numbers = numbers
    this.part = part
  }

  /** @param {string} name */
  get(name) {
    const { at, shape } = this.model.tensors[`${this.part}.${name}`]
    return new Float32Array(
      this.numbers,
      4 * at,
      shape.reduce((all, size) => all * size, 1),
    )
  }

  /** @param {string} name @returns {Linear} */
  linear(name) {
    const [outputs, inputs] = this.model.tensors[`${this.part}.${name}.weight`].shape
    return { weight: this.get(`${name}.weight`), bias: this.get(`${name}.bias`), inputs, outputs }
  }

  // The two layers of a perceptron.
  /** @param {string} name @returns {[Linear, Linear]} */
  perceptron(name) {
    return [this.linear(`${name}.0`), this.linear(`${name}.2`)]
  }
}

// One row of a linear layer: to[o] = bias[o] + sum of from[i] weight[o, i], from places in larger arrays.
/** @param {Linear} layer @param {Float32Array} from @param {number} first @param {Float32Array} to @param {number} start */
export function apply({ weight, bias, inputs, outputs }, from, first, to, start) {
  for (let o = 0; o < outputs; o++) {
    let sum = bias[o]
    const line = o * inputs
    for (let i = 0; i < inputs; i++) sum += from[first + i] * weight[line + i]
    to[start + o] = sum
  }
}

// Divide by the root mean square, then scale, as RmsNorm does.
/** @param {Float32Array} scale @param {Float32Array} from @param {number} first @param {Float32Array} to @param {number} start */
export function normalise(scale, from, first, to, start) {
  const width = scale.length
  let squares = 0
  for (let k = 0; k < width; k++) squares += from[first + k] ** 2
  const by = 1 / Math.sqrt(squares / width + 1e-6)
  for (let k = 0; k < width; k++) to[start + k] = from[first + k] * by * scale[k]
}
