// The reverse process on one board, with no help of the rules: what `decode` is in Python.

import { VALUES, bestDigit, softmax } from "./predict.js"

/** @typedef {import("./predict.js").Predictor} Predictor */
/** @typedef {import("../types").LiveStep} LiveStep */

// Below this a share of the blanks is no cell more: floating point, not intent.
const ROUNDING = 1e-9

// The two most probable digits of a cell.
/** @param {Float32Array} said @param {number} cell */
function topTwo(said, cell) {
  let [first, second] = [0, 0]
  for (let d = 0; d < VALUES; d++) {
    const p = said[cell * VALUES + d]
    if (p > first) [first, second] = [p, first]
    else if (p > second) second = p
  }
  return [first, second]
}

/** @param {Float32Array} said @param {number} cell */
function margin(said, cell) {
  const [first, second] = topTwo(said, cell)
  // Rounded as float32 subtracts: in doubles a tie of Python's might be none, and another cell would go first.
  return Math.fround(first - second)
}

/** @param {Float32Array} said @param {number} cell */
const topProbability = (said, cell) => topTwo(said, cell)[0]

// Which cells are filled first: the preference of a cell, higher is first.
/** @type {Record<string, (said: Float32Array, cell: number) => number>} */
export const POLICIES = { margin, "top-prob": topProbability }

// Cells to fill after call `step`, from 0: one, or the linear schedule's share of what is blank.
/** @param {number} blanks @param {number} step @param {number | null} nfe */
function cellsDue(blanks, step, nfe) {
  if (nfe === null) return 1
  if (step >= nfe - 1) return blanks
  const [before, after] = [step / nfe, (step + 1) / nfe]
  return Math.max(1, Math.ceil((blanks * (after - before)) / (1 - before) - ROUNDING))
}

// Fills the blanks of a board in place; yields after every call. `nfe`: calls, or null for one cell a call.
/** @param {Predictor} predictor @param {Uint8Array} board @param {{policy: string, nfe: number | null}} how */
export function* decode(predictor, board, { policy, nfe }) {
  const prefers = POLICIES[policy]
  for (let step = 0; ; step++) {
    const open = [...board.keys()].filter((cell) => !board[cell])
    if (open.length === 0 || (nfe !== null && step === nfe)) return
    const said = softmax(predictor.ask(board))
    const scores = open.map((cell) => prefers(said, cell))
    // A stable sort: equal scores keep the reading order.
    const order = [...open.keys()].sort((a, b) => scores[b] - scores[a]).map((at) => open[at])
    const cells = order.slice(0, cellsDue(open.length, step, nfe))
    const digits = cells.map((cell) => bestDigit(said, cell))
    cells.forEach((cell, at) => (board[cell] = digits[at]))
    yield stepOf(said, cells, digits, order)
  }
}

/** @param {Float32Array} said @param {number[]} cells @param {number[]} digits @param {number[]} order @returns {LiveStep} */
function stepOf(said, cells, digits, order) {
  return {
    cells,
    digits,
    confidence: cells.map((cell, at) => said[cell * VALUES + digits[at] - 1]),
    margin: cells.map((cell) => margin(said, cell)),
    probabilities: said,
    order,
  }
}
