// What the keyboard does on the board and around it.

import { find } from "../parts/dom.js"
import { movedBy } from "../parts/grid.js"
import { asksForHelp, digitTyped, letterTyped } from "../parts/keys.js"
import { BLANK } from "../parts/sudoku.js"
import { put, redo, undo } from "./edit.js"
import { hint } from "./help.js"

/** @typedef {import("./app.js").App} App */

const ERASERS = [".", " ", "Backspace", "Delete"]

/** @param {App} app */
export function listenToKeys(app) {
  find(app.root, ".grid").onkeydown = (event) => {
    if (onGrid(app, event)) event.preventDefault()
  }
  app.root.onkeydown = (event) => {
    // A key that did something on the board is spent: on a Russian keyboard "?" is Shift and 7, the note of a 7.
    if (!event.defaultPrevented && !isInText(event) && onPage(app, event)) event.preventDefault()
    // The page has one-letter keys of its own (r runs it again): what is typed here is not for them.
    event.stopPropagation()
  }
}

/** @param {KeyboardEvent} event */
const isInText = (event) => /** @type {Element} */ (event.target).tagName === "TEXTAREA"

// Whether a key on a cell did something.
/** @param {App} app @param {KeyboardEvent} event */
function onGrid(app, event) {
  const to = movedBy(event, app.grid.selected)
  const typed = digitTyped(event)
  if (to !== null) app.grid.select(to)
  else if (event.altKey || event.ctrlKey || event.metaKey) return false
  else if (typed) {
    const { pen } = app.pens
    put(app, typed.digit, app.grid.selected, typed.shifted && pen === "digit" ? "note" : pen)
  } else return named(app, event)
  return true
}

/** @param {App} app @param {KeyboardEvent} event */
function named(app, event) {
  const isRun = Boolean(app.run.frames)
  const letter = letterTyped(event)
  if (event.key === " " && isRun) app.player.toggle()
  else if (ERASERS.includes(event.key)) put(app, BLANK)
  else if (event.key === "Enter") app.solve()
  else if (event.key === "Escape" && isRun) app.edit()
  else if (letter === "n") app.pens.choose(app.pens.pen === "note" ? "digit" : "note")
  else if (letter === "h") hint(app)
  else return false
  return true
}

// Whether a key anywhere in the component did something.
/** @param {App} app @param {KeyboardEvent} event */
function onPage(app, event) {
  const isHeld = (event.ctrlKey || event.metaKey) && !event.altKey
  const letter = isHeld ? letterTyped(event) : ""
  if (letter === "z") (event.shiftKey ? redo : undo)(app)
  else if (letter === "y") redo(app)
  else if (asksForHelp(event)) app.showHelp()
  else return false
  return true
}
