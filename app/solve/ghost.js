// The ghost: what one call of the network would write into every blank now, and how sure it is of it.

import { BLANK, SIDE, findClashes } from "../parts/sudoku.js"
import { nine } from "./look.js"

/** @typedef {import("../types").Ghost} Ghost */

// The likeliest digit of every blank of a board, null for a cell that is filled. p: [81, 9], 255 for certainty.
/** @param {number[]} shown @param {Uint8Array} p @returns {(Ghost | null)[]} */
export function ghostsOf(shown, p) {
  const said = shown.map((digit, cell) => (digit === BLANK ? surest(nine(p, cell * SIDE)) : null))
  const { cells } = findClashes(shown.map((digit, cell) => said[cell]?.digit ?? digit))
  return said.map((one, cell) => one && { ...one, clash: cells.has(cell) })
}

/** @param {number[]} p */
function surest(p) {
  const sure = Math.max(...p)
  return { digit: p.indexOf(sure) + 1, sure }
}
