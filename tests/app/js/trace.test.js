import assert from "node:assert/strict"
import { test } from "node:test"

import { toLine } from "../../../app/parts/sudoku.js"
import { framesOf, stepWords } from "../../../app/parts/trace.js"
import "./words.js"

const EMPTY = ".".repeat(81)
const step = (cells, digits, more = {}) => ({
  cells,
  digits,
  confidence: cells.map(() => 0.9),
  margin: cells.map(() => 0.5),
  ...more,
})

test("each frame has what its step wrote, and what was taken back is gone in the next", () => {
  const steps = [step([0, 5], [4, 6]), step([7], [1], { remasked: [0] }), step([0], [2])]
  const frames = framesOf({ puzzle: EMPTY, steps })
  assert.deepEqual(
    frames.map(({ digits }) => toLine(digits).slice(0, 9)),
    [".........", "4....6...", "4....6.1.", "2....6.1."],
  )
  assert.deepEqual(frames[2].gone, [0])
  assert.equal(frames[3].order[0], 3)
  assert.equal(frames[3].order[5], 1)
  const last = framesOf({ puzzle: EMPTY, steps: [...steps.slice(0, 2), step([8], [9])] })[3]
  assert.equal(toLine(last.digits).slice(0, 9), ".....6.19")
})

test("a step in words: none, one, several, by a rule, taken back", () => {
  const words = (one) => stepWords({ steps: [one] }, 1)
  assert.equal(stepWords({ steps: [step([], [])] }, 0), "Before the first of 1 steps")
  assert.equal(words(step([], [])), "Step 1 of 1: nothing filled")
  assert.equal(words(step([10], [3])), "Step 1 of 1: row 2, column 2 is 3 (90 % sure, margin 0.50)")
  assert.match(words(step([10], [3], { why: ["naked single"] })), /, by naked single$/)
  assert.doesNotMatch(words(step([10], [3], { why: ["network"] })), /, by /)
  assert.equal(words(step([1, 2], [3, 4])), "Step 1 of 1: 2 cells, 90 % sure")
  assert.match(words(step([1, 2], [3, 4], { confidence: [0.5, 0.75] })), /50 % to 75 % sure/)
  assert.match(words(step([1], [3], { remasked: [4, 5] })), /; then 2 cells taken back$/)
})

const down = (digits, shares, more = {}) => ({
  ...step([], []),
  guess: { cell: 1, sure: 0.415, unsure: 2, again: true, digits, shares, ...more },
})

test("a guess that was turned down shows its digits in the blanks and marks those that it was unsure of", () => {
  const shares = [41, 41, 89, 90, 99, ...Array(76).fill(0)]
  const puzzle = `.....7${".".repeat(75)}`
  const frame = framesOf({ puzzle, steps: [down(`12317${".".repeat(76)}`, shares, { unsure: 3 })] })[1]
  assert.equal(toLine(frame.digits), puzzle)
  assert.deepEqual(
    frame.ghosts.slice(0, 6).map((ghost) => ghost && [ghost.digit, ghost.guess, ghost.clash]),
    [[1, "unsure", true], [2, "least", false], [3, "unsure", false], [1, "sure", true], [7, "sure", true], null],
  )
  assert.equal(frame.ghosts[2].sure, 0.89)
  assert.equal(frame.least, 1)
})

test("guesses in words: turned down, sure, the last, the only one", () => {
  const words = (steps, at) => stepWords({ steps }, at)
  const first = down("1".repeat(81), Array(81).fill(50))
  const written = (unsure) => ({ ...step([1, 2], [3, 4]), guess: { cell: 1, sure: 0.95, unsure, again: null } })
  assert.equal(words([first, written(0)], 1), "Guess 1: 2 cells unsure, the least 41.5 %. Another z.")
  assert.match(words([down("", [], { again: false }), written(0)], 1), /Once more\.$/)
  // A run that was stopped there.
  assert.match(words([first], 1), /the least 41\.5 %\.$/)
  assert.equal(words([first, written(0)], 2), "Guess 2: sure (95 %), 2 cells written")
  assert.equal(words([first, written(1)], 2), "Guess 2, the last: unsure of 1 cell")
  assert.equal(words([written(1)], 1), "The only guess: unsure of 1 cell")
})
