// What one call of the network says of the board on show, asked for while somebody looks at it.

import { unpack } from "../parts/bytes.js"
import { toLine } from "../parts/sudoku.js"
import { Timers } from "../parts/timers.js"
import { soon } from "./talk.js"

/** @typedef {import("../types").Found} Found */
/** @typedef {import("./app.js").App} App */

/**
 * @typedef {object} Prediction
 * @property {string} key of which board and z
 * @property {Uint8Array} [p] [81, 9], 255 for certainty
 * @property {number[] | null} [z] [729]
 * @property {string} [error]
 */

const LOOK_AFTER = 120

export class Network {
  /** @type {Prediction | null} */
  prediction = null
  // What is done once there is an answer for the board and z on show.
  /** @type {(() => void) | null} */
  waiting = null
  #timers = new Timers()

  /** @param {App} app */
  constructor(app) {
    this.app = app
  }

  #key() {
    return `${toLine(this.app.boardShown())} ${this.app.steer.packed()}`
  }

  #isWanted() {
    const { app } = this
    return (app.isOpen("look") && !app.run.frames) || (app.steer.hasZ && (app.isOpen("latent") || app.steer.field))
  }

  // What it said of this board, with whatever z; null for another board.
  /** @param {number[]} shown */
  saidOf(shown) {
    const { prediction } = this
    return prediction?.p && prediction.key.startsWith(`${toLine(shown)} `) ? prediction.p : null
  }

  // Have the network look at the board on show, if somebody looks at what it says.
  want() {
    // While a run plays, boards go by faster than the network answers.
    if (!this.#isWanted() || this.app.player.playing) return
    if (this.prediction?.key === this.#key()) return
    // Not set anew by each change: while a lever moves without a pause, looks go on at this pace.
    const wait = this.app.steer.held ? 0 : LOOK_AFTER
    if (!this.#timers.isSet("look")) this.#timers.later("look", wait, () => this.#look())
  }

  // The server was busy: look once more, a little later.
  /** @param {any} z */
  lookAgain(z) {
    this.#timers.later("look", soon(), () => this.#look(z))
  }

  // Look at once. `z`: "draw", "mode", or a z of before; null leaves it.
  /** @param {any} z */
  lookNow(z = null) {
    this.#timers.stop("look")
    this.app.draw()
    if (z || this.app.talk.pending?.kind !== "look") this.#look(z)
  }

  /** @param {any} z */
  #look(z = null) {
    // Taken before the question goes out: by the answer the board may be another.
    const key = this.#key()
    const board = toLine(this.app.boardShown())
    this.app.talk.ask("look", { board, edits: this.app.steer.packed(), z }, (found) => this.#take(found, key, z))
  }

  /** @param {Found} found @param {string} key @param {any} z */
  #take(found, key, z) {
    if (!found.p) {
      this.prediction = { key, error: found.error }
      this.waiting = null
      return
    }
    if (z) this.app.steer.take(found.edits)
    this.prediction = { key: z ? this.#key() : key, p: unpack(found.p), z: found.z }
    this.want()
    this.once()
  }

  // Do `act` once there is an answer for the board and z on show: another z is compared with it.
  once(act = this.waiting) {
    this.waiting = null
    if (!act) return
    if (this.prediction?.p && this.prediction.key === this.#key()) {
      act()
      return
    }
    this.waiting = act
    if (this.app.talk.pending?.kind !== "look") this.#look()
  }

  // Ask for another z, once it is known what the one before says.
  /** @param {any} z @param {() => void} before */
  redraw(z, before) {
    this.once(() => {
      before()
      this.#look(z)
    })
    this.app.draw()
  }

  stop() {
    this.#timers.stopAll()
  }
}
