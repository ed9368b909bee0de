// A run as a row of boards, and its steps in words.

import { BLANK, CELLS, findClashes, place, toDigits } from "./sudoku.js"
import { WORDS, cellsWord, fillIn, percent } from "./words.js"

/** @typedef {import("../types").Frame} Frame */
/** @typedef {import("../types").Ghost} Ghost */
/** @typedef {import("../types").Guess} Guess */
/** @typedef {import("../types").Step} Step */

// The board after each step, one more than there are steps: {digits, order, confidence, now, gone}.
// `now` are the cells filled in the step; `gone` those taken back at its end, which the next frame shows blank; `ghosts` what a
// guess would have written that was turned down.
/** @param {{puzzle: string, steps: Step[]}} trace @returns {Frame[]} */
export function framesOf(trace) {
  /** @type {Frame} */
  let frame = {
    digits: toDigits(trace.puzzle),
    order: Array(CELLS).fill(0),
    confidence: Array(CELLS).fill(0),
    now: [],
    gone: [],
  }
  const frames = [frame]
  trace.steps.forEach((step, at) => {
    frame = frameAfter(frame, step, at + 1)
    frames.push(frame)
  })
  return frames
}

/** @param {Frame} before @param {Step} step @param {number} number @returns {Frame} */
function frameAfter(before, step, number) {
  const next = {
    digits: [...before.digits],
    order: [...before.order],
    confidence: [...before.confidence],
    now: step.cells,
    gone: step.remasked ?? [],
    ghosts: step.guess?.digits ? ghostsOfGuess(step.guess, before.digits) : undefined,
    least: step.guess?.cell,
    unsure: step.guess?.digits ? step.guess.unsure : 0,
  }
  // Blank one frame late, so that an eye sees which digits are taken back.
  for (const cell of before.gone) next.digits[cell] = BLANK
  step.cells.forEach((cell, which) => {
    next.digits[cell] = step.digits[which]
    next.order[cell] = number
    next.confidence[cell] = step.confidence[which]
  })
  return next
}

/** @param {Guess} guess @param {number[]} board @returns {(Ghost | null)[]} */
function ghostsOfGuess({ cell: least, digits = "", shares = [], unsure }, board) {
  const said = toDigits(digits)
  const { cells } = findClashes(board.map((digit, cell) => digit || said[cell]))
  // As many of the least sure as were below the threshold.
  const asked = [...said.keys()].filter((cell) => said[cell] !== BLANK)
  const weak = new Set(asked.sort((a, b) => shares[a] - shares[b]).slice(0, unsure))
  return said.map((digit, cell) => {
    if (digit === BLANK) return null
    const guess = cell === least ? "least" : weak.has(cell) ? "unsure" : "sure"
    return { digit, sure: shares[cell] / 100, clash: cells.has(cell), guess }
  })
}

// A cell of a frame as a grid draws it, before any mark.
/** @param {Frame} frame @param {number[]} clues @param {number} cell */
export function viewOf(frame, clues, cell) {
  const digit = frame.digits[cell]
  const kind = clues[cell] !== BLANK ? "clue" : digit === BLANK ? "blank" : "fill"
  return { digit, kind, order: frame.order[cell], confidence: frame.confidence[cell], ghost: frame.ghosts?.[cell] }
}

// The step that a run of so many steps shows at a tick of a time line that several share: all start and end together. `step_at`
// in app/compare/contrast.py is the same function.
/** @param {number} tick @param {number} steps @param {number} ticks */
export const stepAt = (tick, steps, ticks) => Math.floor((tick * steps) / Math.max(1, ticks))

// What happened in step `at` (counted from 1) in one line.
/** @param {{steps: Step[]}} trace @param {number} at */
export function stepWords(trace, at) {
  const steps = trace.steps.length
  if (at === 0) return fillIn(WORDS.before, { steps })
  const step = trace.steps[at - 1]
  const sentence = step.guess
    ? guessWords(step, step.guess, at, steps)
    : filledWords(step, fillIn(WORDS.step_head, { at, steps }))
  const gone = step.remasked?.length ?? 0
  return gone ? fillIn(WORDS.taken_back, { sentence, cells: cellsWord(gone) }) : sentence
}

/** @param {Step} step @param {Guess} guess @param {number} at @param {number} steps */
function guessWords(step, { sure, unsure, again }, at, steps) {
  const values = { at, cells: cellsWord(unsure), sure: percent(sure), all: cellsWord(step.cells.length) }
  if (again === null)
    return fillIn(unsure ? (steps === 1 ? WORDS.guess_only : WORDS.guess_last) : WORDS.guess_sure, values)
  const next = at === steps ? "" : again ? WORDS.guess_another : WORDS.guess_same
  return `${fillIn(WORDS.guess_down, values)} ${next}`.trim()
}

/** @param {Step} step @param {string} head */
function filledWords({ cells, digits, confidence, margin, why }, head) {
  if (cells.length === 0) return fillIn(WORDS.step_nothing, { head })
  if (cells.length > 1) {
    const low = percent(Math.min(...confidence))
    const high = percent(Math.max(...confidence))
    const sure = low === high ? high : fillIn(WORDS.sure_range, { low, high })
    return fillIn(WORDS.step_many, { head, cells: cells.length, sure })
  }
  const sure = percent(confidence[0])
  const values = { head, place: place(cells[0]), digit: digits[0], sure, margin: margin[0].toFixed(2) }
  const sentence = fillIn(WORDS.step_one, values)
  const rule = why?.[0] ?? "network"
  return rule === "network" ? sentence : fillIn(WORDS.by_rule, { sentence, rule })
}
