// The denoiser p(x0 | xt, z) and the encoder q(z | x0, xt) on one board: what `CandidateNetwork` and `Model` are in Python.

import { Tensors, apply, normalise } from "./tensors.js"
import { CANDIDATES, makeRounds } from "./rounds.js"

/** @typedef {import("../types").LiveModel} LiveModel */

// Of a candidate: its digit is in the cell; the cell is masked; the cell holds another digit.
const BOARD_FEATURES = 3

class Network {
  /** @param {Tensors} tensors @param {WebAssembly.Module | null} kernel */
  constructor(tensors, kernel) {
    this.rounds = makeRounds(tensors, kernel)
    this.embed = tensors.linear("embed")
    this.inject = tensors.linear("inject")
    this.norm = tensors.get("norm.weight")
    this.readout = tensors.linear("readout")
    this.features = new Float32Array(this.inject.inputs)
    this.normed = new Float32Array(this.norm.length)
  }

  // The first state, and what every round is given. `more` adds features: of the solution, or z.
  /** @param {ArrayLike<number>} board @param {(features: Float32Array, candidate: number) => void} more */
  begin(board, more) {
    const { features, embed, inject, rounds } = this
    for (let i = 0; i < CANDIDATES; i++) {
      const held = board[Math.floor(i / 9)]
      const isHere = held === (i % 9) + 1
      features[0] = Number(isHere)
      features[1] = Number(held === 0)
      features[2] = Number(held !== 0 && !isHere)
      more(features, i)
      apply(embed, features, 0, rounds.state, i * embed.outputs)
      apply(inject, features, 0, rounds.given, i * inject.outputs)
    }
  }

  // What the state says of every candidate, [729, outputs].
  read() {
    const { readout, norm, normed, rounds } = this
    const said = new Float32Array(CANDIDATES * readout.outputs)
    for (let i = 0; i < CANDIDATES; i++) {
      normalise(norm, rounds.state, i * norm.length, normed, 0)
      apply(readout, normed, 0, said, i * readout.outputs)
    }
    return said
  }
}

export class Model {
  /** @param {LiveModel} note @param {ArrayBuffer} numbers @param {WebAssembly.Module | null} kernel */
  constructor(note, numbers, kernel) {
    this.note = note
    this.config = note.config
    this.denoiser = new Network(new Tensors(note, numbers, "denoiser"), kernel)
    const hasLatent = note.config.latent > 0
    this.encoder = hasLatent ? new Network(new Tensors(note, numbers, "encoder"), kernel) : null
  }

  // Numbers of z, for all candidates.
  get latentSize() {
    return CANDIDATES * this.config.latent
  }

  /** @param {ArrayLike<number>} board @param {Float32Array | null} z */
  begin(board, z) {
    const { latent } = this.config
    this.denoiser.begin(board, (features, i) => {
      for (let k = 0; k < latent; k++) features[BOARD_FEATURES + k] = z ? z[i * latent + k] : 0
    })
  }

  /** @param {number} rounds */
  think(rounds) {
    this.denoiser.rounds.think(rounds)
  }

  // Logits over the nine digits of every cell, [81, 9].
  logits() {
    return this.denoiser.read()
  }

  // A draw from q(z | x0, xt) that standard normal noise stands for.
  /** @param {ArrayLike<number>} board @param {ArrayLike<number>} solution @param {Float32Array} noise */
  encode(board, solution, noise) {
    const encoder = /** @type {Network} */ (this.encoder)
    encoder.begin(board, (features, i) => {
      features[BOARD_FEATURES] = Number(solution[Math.floor(i / 9)] === (i % 9) + 1)
    })
    encoder.rounds.think(this.config.encoder_rounds)
    const said = encoder.read()
    const { latent } = this.config
    const [least, most] = this.note.log_variance
    return noise.map((number, at) => {
      const from = Math.floor(at / latent) * 2 * latent + (at % latent)
      const logVariance = Math.min(most, Math.max(least, said[from + latent]))
      return said[from] + Math.exp(logVariance / 2) * number
    })
  }
}
