// What changes the board by hand, each as one thing to undo.

import { BLANK, place, toLine } from "../parts/sudoku.js"
import { WORDS, cellsWord, fillIn } from "../parts/words.js"
import { EMPTY, same, sameBoard } from "./state.js"

/** @typedef {import("../types").Snapshot} Snapshot */
/** @typedef {import("./app.js").App} App */

// Let `edit` change the board, as one thing to undo. What was asked about the old board is no longer wanted.
/** @param {App} app @param {() => void} edit */
export function change(app, edit) {
  const old = app.state.snapshot()
  edit()
  moved(app, old)
  // A key that changes nothing must not cost a step of undo.
  if (!same(old, app.state.snapshot())) app.history.remember(old)
  app.draw()
}

/** @param {App} app @param {Snapshot} old */
function moved(app, old) {
  const now = app.state.snapshot()
  if (same(old, now)) return
  if (!sameBoard(old, now)) {
    app.talk.forget()
    app.steer.network.waiting = null
    app.run.leave()
    app.steer.network.want()
  }
  app.talk.emit()
}

/** @param {App} app @param {number} digit @param {number} [cell] @param {import("./state.js").Pen} [pen] */
export function put(app, digit, cell = app.grid.selected, pen = app.pens.pen) {
  if (app.state.clues[cell] !== BLANK && pen !== "clue") {
    app.verdict.tell(fillIn(WORDS.is_clue, { place: place(cell) }), WORDS.is_clue_why)
    return
  }
  change(app, () => app.state.write(digit, cell, pen, app.computed))
}

/** @param {App} app */
export function undo(app) {
  travel(app, app.history.undo(app.state.snapshot()))
}

/** @param {App} app */
export function redo(app) {
  travel(app, app.history.redo(app.state.snapshot()))
}

/** @param {App} app @param {Snapshot | undefined} to */
function travel(app, to) {
  if (!to) return
  const old = app.state.snapshot()
  app.state.restore(to)
  moved(app, old)
  app.draw()
}

/** @param {App} app */
export function clear(app) {
  change(app, () => app.state.restore(EMPTY))
  app.pens.choose("clue")
  app.verdict.tell(WORDS.cleared, WORDS.cleared_why)
}

// Make clues of the visitor's digits.
/** @param {App} app */
export function lock(app) {
  const count = app.state.order.length
  const { notes } = app.state.snapshot()
  change(app, () => app.state.restore({ puzzle: toLine(app.state.digits()), own: "", notes }))
  app.verdict.tell(fillIn(WORDS.locked, { cells: cellsWord(count) }), WORDS.locked_why)
  app.keepFocus()
}
