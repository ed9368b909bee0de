import assert from "node:assert/strict"
import { test } from "node:test"

import { toDigits } from "../../../app/parts/sudoku.js"
import { ghostsOf } from "../../../app/solve/ghost.js"
import "./words.js"

// Every cell says `digit`, all alike sure, but for those that are given: cell to [digit, sure].
function said(digit, given = {}) {
  const p = new Uint8Array(81 * 9)
  for (let cell = 0; cell < 81; cell++) {
    const [mine, sure] = given[cell] ?? [digit, 1]
    p[9 * cell + mine - 1] = 255 * sure
  }
  return p
}

const EMPTY = toDigits(".".repeat(81))
const GIVEN = toDigits("12" + ".".repeat(79))

test("only blanks have a ghost, the likeliest digit with its probability", () => {
  const ghosts = ghostsOf(GIVEN, said(9, { 2: [3, 0.6] }))
  assert.equal(ghosts[0], null)
  assert.equal(ghosts[1], null)
  assert.equal(ghosts[2]?.digit, 3)
  assert.equal(ghosts[2]?.sure, 0.6)
})

test("a ghost that a clue or another ghost forbids is marked, and no other", () => {
  const row = Object.fromEntries([2, 3, 4, 5, 6, 7].map((cell) => [cell, [cell + 1, 1]]))
  // Cell 8 says 2, as the clue in its row does.
  const ghosts = ghostsOf(GIVEN, said(9, { ...row, 8: [2, 1] }))
  assert.equal(ghosts[8]?.clash, true)
  assert.equal(ghosts[2]?.clash, false)
  assert.ok(ghostsOf(EMPTY, said(9)).every((ghost) => ghost?.clash))
})
