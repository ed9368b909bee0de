// The latent z: how it is drawn, what was changed by hand, and how much that changes.

import { BLANK, DIGITS, SIDE, everyCell } from "../parts/sudoku.js"
import { Timers } from "../parts/timers.js"
import { WORDS, cellsWord, fillIn } from "../parts/words.js"
import { change } from "./edit.js"
import { ghostsOf } from "./ghost.js"
import { nine } from "./look.js"
import { Network } from "./network.js"
import { EMPTY } from "./state.js"

/** @typedef {import("../types").SolveData} SolveData */
/** @typedef {import("./app.js").App} App */
/** @typedef {{draw: boolean, seed: number}} Drawn */

// Standard deviations of z for a pixel that a candidate is dragged.
const Z_A_PIXEL = 0.05
// Milliseconds after a lever was let go: a key that is held, or pressed again, lets go many times.
const SOLVE_AFTER = 500
export const Z_MOST = 6

/** @param {number[]} p */
const likeliest = (p) => p.indexOf(Math.max(...p))

export class Steer {
  hasZ = true
  // How the server draws z, and its settings in words.
  /** @type {Drawn | null} */
  drawn = null
  /** @type {string | null} */
  settings = null
  // What another z is compared with.
  /** @type {Uint8Array | null} */
  before = null
  // z by hand: candidate to value, and what there was before each change.
  /** @type {Map<number, number>} */
  edits = new Map()
  /** @type {{edits: [number, number][], drawn: Drawn | null}[]} */
  editsDone = []
  // Whether a lever is under the hand.
  held = false
  // What the board shows of it: "ghost" while the drawer is open, "field" (z itself), or "none".
  shows = "ghost"
  // Whether a lever that is let go starts a solve.
  solves = false
  #timers = new Timers()
  // z of the candidate that is dragged, where the drag began.
  /** @type {number | null} */
  #dragFrom = null

  /** @param {App} app */
  constructor(app) {
    this.app = app
    this.network = new Network(app)
  }

  // What the server says of its settings; `asked` is the kind of question that it may be answering.
  /** @param {SolveData} data @param {string | undefined} asked */
  receive(data, asked) {
    this.hasZ = data.has_z
    this.drawn = data.drawn
    if (data.settings === this.settings) return
    this.settings = data.settings
    this.network.prediction = null
    // What steers z here is newer than what the server has just heard of it.
    if (asked !== "look") this.take(data.edits)
  }

  get field() {
    return this.shows === "field"
  }

  // z by hand, as the server has it.
  packed() {
    return [...this.edits].map(([candidate, z]) => `${candidate}:${z}`).join(",")
  }

  // What the server has now, unless a lever is under the hand.
  /** @param {[number, number][]} edits */
  take(edits) {
    if (!this.held) this.edits = new Map(edits)
  }

  #remember() {
    this.editsDone.push({ edits: [...this.edits], drawn: this.drawn })
    this.before = this.network.prediction?.p ?? null
  }

  /** @param {number} cell @param {number} digit @param {number} z @param {boolean} isDone */
  set(cell, digit, z, isDone) {
    // One thing to undo for a whole drag, and not for each of its steps.
    if (!this.held) this.#remember()
    this.held = !isDone
    this.edits.set(cell * SIDE + digit - 1, Math.round(Math.max(-Z_MOST, Math.min(Z_MOST, z)) * 10) / 10)
    // Of a run that is full nothing can be written: back to its clues.
    if (this.app.run.frames && !this.app.boardShown().includes(BLANK)) this.app.player.seek(0)
    this.network.lookNow()
    if (this.solves) this.#timers.later("solve", SOLVE_AFTER, () => this.#solveOnce())
  }

  // A candidate on the board is dragged up or down.
  /** @param {number} cell @param {number} digit @param {number} rise @param {boolean} isDone */
  drag(cell, digit, rise, isDone) {
    this.#dragFrom ??= this.zOf(cell)[digit - 1]
    this.set(cell, digit, this.#dragFrom + rise * Z_A_PIXEL, isDone)
    if (isDone) this.#dragFrom = null
  }

  // Another z: drawn, or the mode of its prior.
  /** @param {"draw" | "mode"} z */
  redraw(z) {
    this.network.redraw(z, () => {
      this.#remember()
      this.edits = new Map()
    })
  }

  undo() {
    const old = this.editsDone.pop()
    if (!old) return
    this.edits = new Map(old.edits)
    this.network.lookNow(old.drawn)
  }

  #solveOnce() {
    // Not while the lever is held, and not while an older z is being solved: then once more.
    if (this.held || this.app.talk.isAsking("solve")) this.#timers.later("solve", SOLVE_AFTER, () => this.#solveOnce())
    else this.app.solve()
  }

  /** @param {string} what */
  show(what) {
    this.shows = what
    this.app.draw()
  }

  // What the network would write now on a board, if that is shown.
  /** @param {number[]} shown */
  ghosts(shown) {
    const isShown = this.shows === "ghost" && this.hasZ && this.app.isOpen("latent")
    const p = isShown ? this.network.saidOf(shown) : null
    return p ? ghostsOf(shown, p) : null
  }

  writeFromNothing() {
    change(this.app, () => this.app.state.restore(EMPTY))
    this.app.solve()
  }

  /** @param {number} cell */
  zOf(cell) {
    const from = cell * SIDE
    return DIGITS.map((_, at) => this.edits.get(from + at) ?? this.network.prediction?.z?.[from + at] ?? 0)
  }

  /** @param {number} cell */
  pOf(cell) {
    const p = this.network.prediction?.p
    return p ? nine(p, cell * SIDE) : null
  }

  // z and the probabilities of a cell on the board, if they are shown there.
  /** @param {number} cell */
  fieldOf(cell) {
    const p = this.field && this.hasZ ? this.pOf(cell) : null
    return p ? { z: this.zOf(cell), p } : undefined
  }

  // How much another z has changed.
  words() {
    const { before } = this
    const { prediction, waiting } = this.network
    if (!prediction || waiting) return WORDS.look_asking
    if (prediction.error) return prediction.error
    const { p } = prediction
    const shown = this.app.boardShown()
    const blanks = everyCell.filter((cell) => shown[cell] === BLANK)
    const now = this.#ghostWords(shown)
    if (!before || !p || !blanks.length) return now
    const turned = blanks.filter((cell) => likeliest(nine(p, cell * SIDE)) !== likeliest(nine(before, cell * SIDE)))
    return `${fillIn(WORDS.z_turned, { turned: turned.length, blanks: blanks.length })} ${now}`.trim()
  }

  /** @param {number[]} shown @returns {string} */
  #ghostWords(shown) {
    const ghosts = this.ghosts(shown)?.filter((one) => one !== null)
    if (!ghosts?.length) return ""
    const wrong = ghosts.filter(({ clash }) => clash).length
    return wrong ? fillIn(WORDS.z_ghost_wrong, { cells: cellsWord(wrong) }) : WORDS.z_ghost_right
  }

  stop() {
    this.#timers.stopAll()
    this.network.stop()
  }
}
