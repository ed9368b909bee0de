// What there is to say of one cell: what the network says of it, its place in the queue, and a person's reason.

import { BLANK, CELLS, SIDE, place, toDigits } from "../parts/sudoku.js"
import { WORDS, capital, fillIn } from "../parts/words.js"

/** @typedef {import("../types").Look} Look */
/** @typedef {import("./app.js").App} App */

// Nine probabilities of 255 parts each.
/** @param {Uint8Array} bytes @param {number} from */
export const nine = (bytes, from) => [...bytes.subarray(from, from + SIDE)].map((byte) => byte / 255)

/** @param {number} cell @param {string} what */
const headOf = (cell, what) => capital(fillIn(WORDS.look_head, { place: place(cell), what }))

// The selected cell; null while the network has not been heard.
/** @param {App} app @returns {Look | null} */
export function lookedInto(app) {
  return app.run.frames ? lookInRun(app, app.grid.selected) : lookAtBoard(app, app.grid.selected)
}

/** @param {App} app @param {number} cell @returns {Look | null} */
function lookAtBoard(app, cell) {
  const p = app.steer.pOf(cell)
  if (!p) return null
  const shown = app.boardShown()[cell]
  const what = shown === BLANK ? WORDS.look_blank : app.state.clues[cell] ? WORDS.look_clue : WORDS.look_own
  const z = app.steer.hasZ ? app.steer.zOf(cell) : null
  return { head: headOf(cell, what), p, z, notes: [WORDS.look_now], written: shown }
}

/** @param {App} app @param {number} cell @returns {Look | null} */
function lookInRun({ run, player }, cell) {
  const { trace, frames, frame } = run
  if (!trace || !frames || !frame) return null
  const call = Math.max(0, player.at - 1)
  return {
    head: headOf(cell, fillIn(WORDS.look_call, { call: call + 1 })),
    p: nine(run.said, call * CELLS * SIDE + cell * SIDE),
    z: trace.latent ? trace.latent.slice(cell * SIDE, cell * SIDE + SIDE) : null,
    written: frame.digits[cell],
    notes: notesOf(run, player.at, cell),
  }
}

/** @param {import("./run.js").Run} run @param {number} at @param {number} cell */
function notesOf(run, at, cell) {
  const { trace, frames, frame } = run
  if (!trace || !frames || !frame) return []
  const call = Math.max(0, at - 1)
  const { cells } = trace.steps[call]
  const which = cells.indexOf(cell)
  const rank = run.places[call * CELLS + cell]
  const filledAt = frame.digits[cell] ? frame.order[cell] : 0
  const why = run.whyOf(filledAt, cell)
  const waiting = frames[call].digits.filter((digit) => digit === BLANK).length
  return [
    toDigits(trace.puzzle)[cell] ? WORDS.look_given : "",
    which >= 0 && at > 0 ? fillIn(WORDS.look_filled, { place: which + 1, of: cells.length }) : "",
    rank ? fillIn(WORDS.look_queue, { rank, of: waiting }) : "",
    filledAt && filledAt <= call ? fillIn(WORDS.look_earlier, { step: filledAt }) : "",
    why ? fillIn(WORDS.look_reason, { technique: why.technique, text: why.text }) : "",
  ]
}
