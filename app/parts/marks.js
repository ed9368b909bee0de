// What stands in a blank cell without being written there: nine small digits, or the network's own.

import { setData, setName, setText } from "./dom.js"
import { ALL_DIGITS, DIGITS, bitOf } from "./sudoku.js"
import { signOf } from "./teaching.js"

/** @typedef {import("../types").View} View */

// The nine small digits of a blank cell: notes, candidates, or the field of z.
/** @param {HTMLElement} host @param {View} view */
export function drawMarks(host, view) {
  const field = view.kind === "blank" ? view.field : undefined
  const shown = field ? ALL_DIGITS : view.kind === "blank" ? view.notes || view.candidates || 0 : 0
  if (!shown && host.childElementCount === 0) return
  if (host.childElementCount === 0) host.append(...DIGITS.map(() => document.createElement("i")))
  const likeliest = field ? field.p.indexOf(Math.max(...field.p)) : -1
  DIGITS.forEach((digit, at) => {
    const mark = /** @type {HTMLElement} */ (host.children[at])
    setText(mark, shown & bitOf(digit) ? signOf(digit) : "")
    setName(mark, field ? (at === likeliest ? "top" : "") : view.notes ? "note" : "")
    setData(mark, "up", field ? field.z[at] >= 0 : "")
    if (!field) return
    mark.style.setProperty("--high", `${Math.min(1, Math.abs(field.z[at]) / 3) * 50}%`)
    mark.style.setProperty("--p", field.p[at].toFixed(2))
  })
}

// What the network would write.
/** @param {HTMLElement} host @param {View} view */
export function drawGhost(host, view) {
  const ghost = view.kind === "blank" ? view.ghost : null
  setText(host, ghost ? signOf(ghost.digit) : "")
  setName(host, ghost?.clash ? "ghost clash" : "ghost")
  setData(host, "guess", ghost?.guess)
  // What was guessed is over: there is nothing to pull at.
  setData(host, "digit", ghost?.guess ? "" : ghost?.digit)
  setData(host, "percent", ghost && ghost.guess !== "sure" ? Math.floor(100 * ghost.sure) : "")
  if (ghost) host.style.setProperty("--sure", ghost.sure.toFixed(2))
}
