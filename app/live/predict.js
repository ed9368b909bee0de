// What the network says of a board, call after call: what `Predictor` is in Python, for one board.
//
// Every call starts from nothing and thinks about the board as it is by then. It stops early once its answer has settled, and a
// board that went on as was said with certainty needs no further thought.

/** @typedef {import("./network.js").Model} Model */
/** @typedef {import("./noise.js").Noise} Noise */

const PLACES = 81
export const VALUES = 9
// Streams of noise from here on are for z.
const Z_STREAM = 2 ** 32
// Rounds between two looks at whether the answer has settled.
const CHUNK = 8
// The answer has settled once no probability of a blank moved more than this in as many rounds.
const SETTLE = 0.01
// Probability from which the network counts as sure of a digit.
const SURE = 0.9

export class Predictor {
  // `noise` draws z, in the first call and, by the encoder, in every later one; without it z = 0, the mode of its prior.
  /** @param {Model} model @param {Noise | null} noise */
  constructor(model, noise) {
    this.model = model
    this.noise = model.config.latent ? noise : null
    this.rounds = 0
    /** @type {Float32Array | null} */
    this.z = null
    this.calls = 0
    /** @type {{board: Uint8Array, logits: Float32Array} | null} */
    this.last = null
  }

  // Logits of the next call on a board of 81 digits, 0 for a blank.
  /** @param {Uint8Array} board */
  ask(board) {
    const { last } = this
    this.z = this.#latent(board)
    const logits = last && isDecided(board, last) ? last.logits : this.#think(board)
    // A copy: the board is filled in place after this call.
    this.last = { board: board.slice(), logits }
    this.calls += 1
    return logits
  }

  /** @param {Uint8Array} board */
  #latent(board) {
    if (!this.model.config.latent) return null
    if (!this.noise) return new Float32Array(this.model.latentSize)
    const noise = this.noise.normal(Z_STREAM + this.calls, this.model.latentSize)
    if (!this.last) return noise
    // Digits that stand are certain; the guess fills the rest.
    const { logits } = this.last
    return this.model.encode(
      board,
      board.map((digit, cell) => digit || bestDigit(logits, cell)),
      noise,
    )
  }

  /** @param {Uint8Array} board */
  #think(board) {
    const { model } = this
    model.begin(board, this.z)
    /** @type {Float32Array | null} */
    let before = null
    let logits = new Float32Array(0)
    const rounds = model.config.first_rounds
    for (let done = 0; done < rounds; done += CHUNK) {
      const chunk = Math.min(CHUNK, rounds - done)
      model.think(chunk)
      this.rounds += chunk
      logits = model.logits()
      const now = softmax(logits)
      if (before && hasSettled(board, before, now)) break
      before = now
    }
    return logits
  }
}

// The digit of the highest weight in a cell.
/** @param {Float32Array} weights @param {number} cell */
export function bestDigit(weights, cell) {
  const from = cell * VALUES
  let best = 0
  for (let d = 1; d < VALUES; d++) if (weights[from + d] > weights[from + best]) best = d
  return best + 1
}

// Probabilities of the nine digits of every cell.
/** @param {Float32Array} logits */
export function softmax(logits) {
  const said = new Float32Array(logits.length)
  for (let from = 0; from < logits.length; from += VALUES) {
    // The largest is taken out first, or its exponential could be infinite.
    const most = Math.max(...logits.subarray(from, from + VALUES))
    let sum = 0
    for (let d = 0; d < VALUES; d++) sum += Math.exp(logits[from + d] - most)
    for (let d = 0; d < VALUES; d++) said[from + d] = Math.exp(logits[from + d] - most) / sum
  }
  return said
}

/** @param {Uint8Array} board @param {Float32Array} before @param {Float32Array} now */
function hasSettled(board, before, now) {
  for (let cell = 0; cell < PLACES; cell++) {
    if (board[cell]) continue
    if (bestDigit(before, cell) !== bestDigit(now, cell)) return false
    for (let d = 0; d < VALUES; d++) {
      if (Math.abs(now[cell * VALUES + d] - before[cell * VALUES + d]) > SETTLE) return false
    }
  }
  return true
}

// Whether the last call was sure of every blank, and all that happened since is that some were filled as it said.
/** @param {Uint8Array} board @param {{board: Uint8Array, logits: Float32Array}} last */
function isDecided(board, { board: before, logits }) {
  const said = softmax(logits)
  for (let cell = 0; cell < PLACES; cell++) {
    const digit = bestDigit(logits, cell)
    if (!before[cell] && said[cell * VALUES + digit - 1] <= SURE) return false
    if (board[cell] !== before[cell] && (before[cell] || board[cell] !== digit)) return false
  }
  return true
}
