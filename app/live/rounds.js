// The shared rounds of the symmetric network, twice: in plain JavaScript, and by kernel.wasm, which is many times as fast.
//
// Both hold a board's hidden state, [729, width], and the input injected in every round, [729, hidden]; `think` runs rounds.

import { apply, normalise } from "./tensors.js"

/** @typedef {import("./tensors.js").Linear} Linear */
/** @typedef {import("./tensors.js").Tensors} Tensors */
/** @typedef {{state: Float32Array, given: Float32Array, think: (rounds: number) => void}} Rounds */

const LINES = 9
export const CANDIDATES = 729
const CONSTRAINTS = 81
// Outputs of a product that lie side by side in the kernel.
const BLOCK = 8
const PAGE = 65536

// The rounds of a network on whatever this browser has.
/** @param {Tensors} tensors @param {WebAssembly.Module | null} kernel @returns {Rounds} */
export function makeRounds(tensors, kernel) {
  const { width, middle, hidden } = tensors.model.config.network
  const fits = [width, middle, hidden].every((size) => size % BLOCK === 0)
  return kernel && fits ? new FastRounds(tensors, kernel) : new PlainRounds(tensors)
}

// The numbers of the four constraints of a candidate, each among those of its kind.
/** @param {number} i */
function constraintsOf(i) {
  const digit = i % LINES
  const column = Math.floor(i / LINES) % LINES
  const row = Math.floor(i / CONSTRAINTS)
  const box = Math.floor(row / 3) * 3 + Math.floor(column / 3)
  return [row * LINES + column, column * LINES + digit, row * LINES + digit, box * LINES + digit]
}

/** @param {number} x */
const silu = (x) => x / (1 + Math.exp(-x))

export class PlainRounds {
  /** @param {Tensors} tensors */
  constructor(tensors) {
    const { width, middle, hidden } = tensors.model.config.network
    this.norm = tensors.get("round.norm.weight")
    const line = tensors.perceptron("round.line")
    // Rows and columns share their weights, since transposing a board swaps them.
    this.kinds = [tensors.perceptron("round.cell"), line, line, tensors.perceptron("round.box")]
    this.up = tensors.linear("round.up")
    this.down = tensors.linear("round.down")
    this.state = new Float32Array(CANDIDATES * width)
    this.given = new Float32Array(CANDIDATES * hidden)
    this.message = new Float32Array(CANDIDATES * width)
    this.sums = this.kinds.map(() => new Float32Array(CONSTRAINTS * width))
    this.answers = this.kinds.map(() => new Float32Array(CONSTRAINTS * hidden))
    this.inner = new Float32Array(middle)
    this.update = new Float32Array(hidden)
    this.change = new Float32Array(width)
    this.constraints = Array.from({ length: CANDIDATES }, (_, i) => constraintsOf(i))
  }

  /** @param {number} rounds */
  think(rounds) {
    for (let done = 0; done < rounds; done++) this.#round()
  }

  #round() {
    const width = this.norm.length
    for (let i = 0; i < CANDIDATES; i++) normalise(this.norm, this.state, i * width, this.message, i * width)
    this.kinds.forEach((layers, kind) => this.#answer(kind, layers, width))
    for (let i = 0; i < CANDIDATES; i++) this.#move(i, width)
  }

  /** @param {number} kind @param {[Linear, Linear]} layers @param {number} width */
  #answer(kind, [first, second], width) {
    const sums = this.sums[kind].fill(0)
    for (let i = 0; i < CANDIDATES; i++) {
      const to = this.constraints[i][kind] * width
      // A third: a sum of nine messages at the scale of one.
      for (let k = 0; k < width; k++) sums[to + k] += this.message[i * width + k] / 3
    }
    for (let at = 0; at < CONSTRAINTS; at++) {
      apply(first, sums, at * width, this.inner, 0)
      this.inner.forEach((x, k) => (this.inner[k] = silu(x)))
      apply(second, this.inner, 0, this.answers[kind], at * second.outputs)
    }
  }

  /** @param {number} i @param {number} width */
  #move(i, width) {
    const { update, change, answers } = this
    const hidden = update.length
    const [cell, column, row, box] = this.constraints[i].map((at) => at * hidden)
    apply(this.up, this.message, i * width, update, 0)
    for (let k = 0; k < hidden; k++) {
      const units = answers[0][cell + k] + answers[1][column + k] + answers[2][row + k] + answers[3][box + k]
      update[k] = silu(update[k] + this.given[i * hidden + k] + units)
    }
    apply(this.down, update, 0, change, 0)
    for (let k = 0; k < width; k++) this.state[i * width + k] += change[k]
  }
}

export class FastRounds {
  /** @param {Tensors} tensors @param {WebAssembly.Module} kernel */
  constructor(tensors, kernel) {
    const { width, middle, hidden } = tensors.model.config.network
    const made = /** @type {any} */ (new WebAssembly.Instance(kernel).exports)
    const end = made.lay(width, middle, hidden)
    const { memory } = made
    memory.grow(Math.max(0, Math.ceil((end - memory.buffer.byteLength) / PAGE)))
    // Views only now: memory that grows leaves the old buffer behind.
    this.state = new Float32Array(memory.buffer, made.at(0), CANDIDATES * width)
    this.given = new Float32Array(memory.buffer, made.at(1), CANDIDATES * hidden)
    const packed = packedWeights(tensors)
    new Float32Array(memory.buffer, made.at(2), packed.length).set(packed)
    this.think = /** @type {(rounds: number) => void} */ (made.think)
  }
}

// All weights of a round in the order in which the kernel reads them.
/** @param {Tensors} tensors */
function packedWeights(tensors) {
  const layers = ["cell", "line", "box"].flatMap((kind) => tensors.perceptron(`round.${kind}`))
  layers.push(tensors.linear("round.up"), tensors.linear("round.down"))
  return Float32Array.from([...tensors.get("round.norm.weight"), ...layers.flatMap(inBlocks)])
}

// The weights of a layer in blocks of outputs, [outputs / 8, inputs, 8], and its bias.
/** @param {Linear} layer @returns {number[]} */
function inBlocks({ weight, bias, inputs, outputs }) {
  const numbers = Array.from({ length: inputs * outputs }, (_, at) => {
    const block = Math.floor(at / (BLOCK * inputs))
    const input = Math.floor(at / BLOCK) % inputs
    return weight[(block * BLOCK + (at % BLOCK)) * inputs + input]
  })
  return [...numbers, ...bias]
}
