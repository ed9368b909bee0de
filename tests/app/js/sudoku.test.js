import assert from "node:assert/strict"
import { test } from "node:test"

import { movedBy } from "../../../app/parts/grid.js"
import { BLANK, PEERS, bitOf, candidatesOf, findClashes, inMask, toDigits, toLine } from "../../../app/parts/sudoku.js"
import { percent } from "../../../app/parts/words.js"
import "./words.js"

const EASY = ".3..6.85.6.89....44...8..2....2.8.7.5.1.3.6.2.2.6.5....9..5...72....95.8.75.2..4."

test("a line is read and written", () => {
  assert.equal(toLine(toDigits(EASY)), EASY)
  assert.equal(toDigits(EASY)[0], BLANK)
})

test("every cell has twenty peers, and peers are mutual", () => {
  PEERS.forEach((peers, cell) => {
    assert.equal(peers.length, 20)
    for (const peer of peers) assert.ok(PEERS[peer].includes(cell))
  })
})

test("candidates are what no peer holds, and none of a filled cell", () => {
  const digits = toDigits(EASY)
  const candidates = candidatesOf(digits)
  digits.forEach((digit, cell) => {
    if (digit !== BLANK) assert.equal(candidates[cell], 0)
    else
      for (const one of [1, 2, 3, 4, 5, 6, 7, 8, 9]) {
        assert.equal(Boolean(candidates[cell] & bitOf(one)), !PEERS[cell].some((peer) => digits[peer] === one))
      }
  })
  assert.deepEqual(inMask(0b100000001), [1, 9])
})

test("the first clash is told, and all its cells", () => {
  const digits = toDigits("3" + EASY.slice(1))
  const { cells, first } = findClashes(digits)
  assert.deepEqual([...cells], [0, 1])
  assert.equal(first, "3 stands twice in row 1")
  assert.equal(findClashes(toDigits(EASY)).first, "")
  assert.match(findClashes(Array(81).fill(7)).first, /7 stands 9 times in row 1/)
})

test("100 % is certainty alone", () => {
  assert.equal(percent(1), "100 %")
  assert.equal(percent(0.99999), "99.9 %")
  assert.equal(percent(0), "0 %")
})

test("arrows stop at the edge, Home and End go along the row or to the corners", () => {
  const by = (key, cell, held = {}) => movedBy({ key, ctrlKey: false, metaKey: false, altKey: false, ...held }, cell)
  assert.equal(by("ArrowRight", 8), 8)
  assert.equal(by("ArrowLeft", 9), 9)
  assert.equal(by("ArrowUp", 3), 3)
  assert.equal(by("ArrowDown", 3), 12)
  assert.equal(by("Home", 13), 9)
  assert.equal(by("End", 13), 17)
  assert.equal(by("Home", 13, { ctrlKey: true }), 0)
  assert.equal(by("End", 13, { metaKey: true }), 80)
  assert.equal(by("ArrowUp", 13, { altKey: true }), null)
  assert.equal(by("5", 13), null)
})
