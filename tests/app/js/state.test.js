import assert from "node:assert/strict"
import { test } from "node:test"

import { bitOf } from "../../../app/parts/sudoku.js"
import { History } from "../../../app/solve/history.js"
import { EMPTY, State, same, sameBoard } from "../../../app/solve/state.js"

const made = (from = {}) => {
  const state = new State()
  state.restore({ ...EMPTY, ...from })
  return state
}

test("a board goes out as texts and comes back the same", () => {
  const state = made()
  state.write(5, 0, "clue", false)
  state.write(7, 80, "digit", false)
  state.write(3, 40, "digit", false)
  state.write(1, 30, "note", false)
  state.write(9, 30, "note", false)
  const out = state.snapshot()
  assert.equal(out.own, "807403")
  assert.equal(out.notes.length, 162)
  assert.ok(same(made(out).snapshot(), out))
  assert.deepEqual(made(out).order, [80, 40])
})

test("a note is put and struck out; from candidates, if these are shown", () => {
  const state = made({ puzzle: "1" + EMPTY.puzzle.slice(1) })
  state.write(2, 5, "note", false)
  assert.equal(state.notes[5], bitOf(2))
  state.write(2, 5, "note", false)
  assert.equal(state.notes[5], 0)
  state.write(2, 5, "note", true)
  assert.equal(state.notes[5], 511 & ~bitOf(1) & ~bitOf(2))
  state.write(0, 5, "note", true)
  assert.equal(state.notes[5], 0)
})

test("a digit takes its own notes and its peers' notes of it along", () => {
  const state = made()
  for (const cell of [0, 1, 80]) for (const digit of [4, 5]) state.write(digit, cell, "note", false)
  state.write(4, 0, "digit", false)
  assert.deepEqual([state.notes[0], state.notes[1], state.notes[80]], [0, bitOf(5), bitOf(4) | bitOf(5)])
})

test("a digit that clashes leaves all notes alone", () => {
  for (const pen of ["digit", "clue"]) {
    const state = made({ puzzle: "4" + EMPTY.puzzle.slice(1) })
    for (const cell of [3, 12]) for (const digit of [4, 5]) state.write(digit, cell, "note", false)
    const before = state.snapshot()
    state.write(4, 3, pen, false)
    assert.equal(state.snapshot().notes, before.notes)
    state.write(0, 3, pen, false)
    assert.ok(same(state.snapshot(), before), pen)
  }
})

test("erasing takes the digit first and the notes only then", () => {
  const state = made()
  state.write(4, 0, "digit", false)
  state.notes[0] = bitOf(2)
  state.write(0, 0, "digit", false)
  assert.deepEqual([state.own[0], state.notes[0], state.order], [0, bitOf(2), []])
  state.write(0, 0, "digit", false)
  assert.equal(state.notes[0], 0)
})

test("undo and redo lead back and forth, and something new ends redo", () => {
  const history = new History()
  const [a, b, c] = ["1", "2", "3"].map((digit) => ({ ...EMPTY, puzzle: digit + EMPTY.puzzle.slice(1) }))
  history.remember(a)
  history.remember(b)
  assert.equal(history.undo(c), b)
  assert.equal(history.undo(b), a)
  assert.equal(history.undo(a), undefined)
  assert.equal(history.redo(a), b)
  history.remember(b)
  assert.equal(history.redo(c), undefined)
  for (let at = 0; at < 600; at++) history.remember(a)
  assert.equal(history.done.length, 500)
})

test("notes alone make no other board", () => {
  const noted = { ...EMPTY, notes: "01".repeat(81) }
  assert.ok(sameBoard(EMPTY, noted))
  assert.ok(!same(EMPTY, noted))
})
