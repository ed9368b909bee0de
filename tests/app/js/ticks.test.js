import assert from "node:assert/strict"
import { test } from "node:test"

import { markOf, mostFrequent, tickWords, verdictOf } from "../../../app/compare/ticks.js"
import { stepAt } from "../../../app/parts/trace.js"
import "./words.js"

test("runs of different lengths start and end together", () => {
  assert.equal(stepAt(0, 5, 51), 0)
  assert.equal(stepAt(51, 5, 51), 5)
  assert.equal(stepAt(50, 5, 51), 4)
  assert.equal(stepAt(0, 0, 0), 0)
})

test("a digit beside the other boards'", () => {
  assert.equal(markOf(0, [3], 3), "")
  assert.equal(markOf(3, [3, 3], 3), "")
  assert.equal(markOf(3, [3, 4], 3), "won")
  assert.equal(markOf(4, [3, 4], 3), "lost")
  assert.equal(markOf(4, [4, 5], 3), "all-wrong")
  assert.equal(markOf(4, [4, 5], null), "apart")
  assert.equal(markOf(4, [4, 4], null), "")
})

test("the commonest digit, blanks aside", () => {
  assert.deepEqual(mostFrequent([0, 0, 5]), [5, 1])
  assert.deepEqual(mostFrequent([2, 7, 7]), [7, 2])
  assert.deepEqual(mostFrequent([0, 0]), [0, 0])
})

test("a verdict says first what is wrong, then what is blank", () => {
  assert.equal(verdictOf({ solved: true }), "Solved")
  assert.equal(verdictOf({ solved: false, differs: 1, blank: 3 }), "1 cell wrong")
  assert.equal(verdictOf({ solved: false, differs: 0, blank: 1 }), "1 cell left blank")
  assert.equal(verdictOf({ solved: false, differs: 0, blank: 0 }), "Not solved")
})

test("a tick in words", () => {
  const run = (name, steps, filled) => ({ name, steps, filled })
  assert.equal(tickWords(0, [run("A", 5, 0), run("B", 5, 0)], 5, false), "Step 0 of 5: the clues alone")
  assert.equal(tickWords(2, [run("A", 5, 9), run("B", 5, 9)], 5, false), "Step 2 of 5: each fills 9 cells")
  assert.equal(tickWords(2, [run("A", 5, 9), run("B", 5, 1)], 5, false), "Step 2 of 5: A fills 9 cells, B fills 1 cell")
  assert.equal(
    tickWords(5, [run("A", 10, 1), run("B", 5, 1)], 10, false),
    "50 % of every run: A at step 5 of 10, B at step 2 of 5",
  )
  assert.equal(tickWords(2, [run("A", 5, 9), run("B", 5, 9)], 5, true), "Step 2 of 5")
  const down = { ...run("A", 5, 0), unsure: 3 }
  assert.equal(tickWords(2, [down, run("B", 5, 4)], 5, false), "Step 2 of 5: A unsure of 3 cells, B fills 4 cells")
  assert.match(tickWords(2, [down, { ...down, name: "B" }], 5, false), /A unsure of 3 cells, B unsure of 3 cells$/)
  assert.match(tickWords(5, [down, run("B", 10, 1)], 10, false), /A unsure of 3 cells, B at step 5 of 10$/)
})
