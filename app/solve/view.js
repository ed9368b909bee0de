// Draws what there is: the cells, the words under them, the buttons, the open drawers.

import { find, findButton, focused, setText } from "../parts/dom.js"
import { BLANK, CELLS, arePeers, candidatesOf, findClashes, place, toLine } from "../parts/sudoku.js"
import { WORDS, fillIn } from "../parts/words.js"
import { lookedInto } from "./look.js"

/** @typedef {import("../types").View} View */
/** @typedef {import("./app.js").App} App */

/** @param {App} app */
export function drawAll(app) {
  const { root, run, state, history, carry } = app
  const shown = app.boardShown()
  const clashes = findClashes(shown)
  app.grid.draw(cellViews(app, shown, clashes.cells))
  const counts = countWords(app, shown)
  const count = find(root, ".count")
  setText(count, clashes.first ? `${counts}. ${clashes.first}` : counts)
  count.classList.toggle("clash", Boolean(clashes.first))
  const why = run.whyNow()
  setText(find(root, ".why"), why ? fillIn(WORDS.look_reason, { technique: why.technique, text: why.text }) : "")
  app.pad.draw()
  findButton(root, ".undo").disabled = history.done.length === 0
  findButton(root, ".redo").disabled = history.undone.length === 0
  find(root, ".lock").hidden = state.order.length === 0
  if (focused(root) !== carry.field) carry.field.value = toLine(state.digits())
  drawDrawers(app)
  app.steer.network.want()
  run.wantReasons()
}

/** @param {App} app @param {number[]} shown @param {Set<number>} clashing @returns {View[]} */
function cellViews(app, shown, clashing) {
  const { state, verdict, run, steer } = app
  const { frame } = run
  const chosen = app.grid.selected
  // A cell has room for one of them.
  const ghosts = steer.ghosts(shown) ?? frame?.ghosts
  const notes = frame || ghosts ? null : state.notes
  const candidates = app.computed && !frame && !ghosts ? candidatesOf(shown) : null
  const reason = new Set([...verdict.basis, ...((frame && run.whyNow()?.cells) ?? [])])
  const gone = new Set(frame?.gone)
  return shown.map((digit, cell) => ({
    digit,
    kind: kindOf(state, digit, cell),
    order: frame?.order[cell],
    confidence: frame?.confidence[cell],
    now: Boolean(frame?.now.includes(cell)) && !gone.has(cell),
    gone: gone.has(cell),
    clash: clashing.has(cell) || verdict.clash.includes(cell),
    peer: !frame && arePeers(cell, chosen),
    same: digit !== BLANK && digit === shown[chosen] && cell !== chosen && !frame,
    target: verdict.target === cell,
    basis: reason.has(cell),
    notes: notes?.[cell],
    candidates: candidates?.[cell],
    field: steer.fieldOf(cell),
    ghost: ghosts?.[cell],
  }))
}

/** @param {import("./state.js").State} state @param {number} digit @param {number} cell */
function kindOf(state, digit, cell) {
  if (digit === BLANK) return "blank"
  return state.clues[cell] ? "clue" : state.own[cell] ? "own" : "fill"
}

// How many digits there are, and whose.
/** @param {App} app @param {number[]} shown */
function countWords({ state, run }, shown) {
  /** @param {number[]} digits */
  const filled = (digits) => digits.filter((digit) => digit !== BLANK).length
  const given = filled(state.digits())
  const clues = filled(state.clues)
  const blanks = CELLS - given
  const { ghosts, least = 0 } = run.frame ?? {}
  if (ghosts) return fillIn(WORDS.count_guess, { given, guessed: ghosts.filter(Boolean).length, place: place(least) })
  if (run.frames) return fillIn(WORDS.count_run, { given, filled: filled(shown) - given, blanks })
  if (given > clues) return fillIn(WORDS.count_own, { clues, own: given - clues, blanks })
  return fillIn(WORDS.count, { clues, blanks })
}

/** @param {App} app */
function drawDrawers(app) {
  if (app.isOpen("look")) app.lookPanel.show(lookedInto(app), app.steer.network.prediction?.error ?? WORDS.look_asking)
  if (app.isOpen("latent")) app.steerPanel.draw()
}
