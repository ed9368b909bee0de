// The time line that all boards share, and what stands on them at a tick. Knows no screen.

import { BLANK, SIDE } from "../parts/sudoku.js"
import { stepAt } from "../parts/trace.js"
import { WORDS, cellsWord, fillIn } from "../parts/words.js"

/** @typedef {import("../types").ComparedRun} ComparedRun */

// What a filled cell is beside the others: "won" and "lost" where some are right and some wrong, "all-wrong" where
// nobody is right; where there are several solutions, "apart" if the digits differ. `held`: what the boards have there.
/** @param {number} digit @param {number[]} held @param {number | null} truth */
export function markOf(digit, held, truth) {
  if (digit === BLANK) return ""
  if (truth === null) return held.some((other) => other !== digit) ? "apart" : ""
  const someRight = held.some((other) => other === truth)
  const someWrong = held.some((other) => other !== truth)
  if (digit === truth) return someWrong ? "won" : ""
  return someRight ? "lost" : "all-wrong"
}

// The most frequent digit of a cell, blanks aside, and how often it stands there.
/** @param {number[]} digits @returns {[number, number]} */
export function mostFrequent(digits) {
  const counts = Array(SIDE + 1).fill(0)
  for (const digit of digits) if (digit !== BLANK) counts[digit] += 1
  const most = Math.max(...counts)
  return most === 0 ? [BLANK, 0] : [counts.indexOf(most), most]
}

/** @param {ComparedRun} run */
export function verdictOf(run) {
  if (run.solved) return WORDS.solved
  if (run.differs) return fillIn(run.differs === 1 ? WORDS.wrong_one : WORDS.wrong_many, { n: run.differs })
  if (run.blank) return fillIn(WORDS.unfinished, { cells: cellsWord(run.blank) })
  return WORDS.not_solved
}

// What happened at tick `at`: `filled` are the cells that each run fills in the step it is at; `summed` leaves the runs out.
/**
 * @param {number} at
 * @param {{name: string, steps: number, filled: number, unsure?: number}[]} runs `unsure`: cells of a guess that was turned down
 * @param {number} ticks
 * @param {boolean} summed
 */
export function tickWords(at, runs, ticks, summed) {
  const same = runs.every(({ steps }) => steps === runs[0].steps)
  const head = same
    ? fillIn(WORDS.tick_step, { at, steps: runs[0].steps })
    : fillIn(WORDS.tick_share, { share: Math.round((100 * at) / ticks) })
  if (at === 0) return fillIn(WORDS.tick_start, { head })
  if (summed) return head
  if (same && runs.every(({ filled, unsure }) => filled === runs[0].filled && !unsure)) {
    return fillIn(WORDS.tick, { head, sides: fillIn(WORDS.tick_all, { cells: cellsWord(runs[0].filled) }) })
  }
  const sides = runs.map(({ name, steps, filled, unsure }) => {
    const values = { name, at: stepAt(at, steps, ticks), steps, cells: cellsWord(unsure || filled) }
    if (unsure) return fillIn(WORDS.tick_side_guess, values)
    return fillIn(same ? WORDS.tick_side : WORDS.tick_side_step, values)
  })
  return fillIn(WORDS.tick, { head, sides: sides.join(", ") })
}
