// A hint, and a check of what was put in: questions of the server, with buttons for what may be done about the answer.

import { BLANK, place } from "../parts/sudoku.js"
import { WORDS, fillIn } from "../parts/words.js"
import { change, put } from "./edit.js"

/** @typedef {import("../types").Found} Found */
/** @typedef {import("./app.js").App} App */

/** @param {App} app */
export function hint(app) {
  if (app.run.frames) app.run.leave()
  app.talk.ask("hint", {}, (found) => showHint(app, found))
}

/** @param {App} app @param {Found} found */
function showHint(app, { message, cell, digit, basis, clash, why }) {
  const { verdict } = app
  verdict.say(message)
  verdict.point({ cell, basis, clash })
  if (cell === undefined) return
  app.grid.select(cell, { focus: false })
  verdict.offer(WORDS.hint_why, (button) => {
    button.remove()
    verdict.point({ cell, basis })
    verdict.addLine(why)
  })
  verdict.offer(WORDS.hint_put, () => {
    put(app, digit, cell, "digit")
    verdict.tell(fillIn(WORDS.put_in, { digit, place: place(cell) }), why)
  })
}

/** @param {App} app */
export function check(app) {
  app.talk.ask("check", {}, (found) => showCheck(app, found))
}

/** @param {App} app @param {Found} found */
function showCheck(app, { message, wrong, clash }) {
  const { verdict, state } = app
  verdict.say(message)
  verdict.point({ clash })
  if (wrong === undefined) return
  app.grid.select(wrong, { focus: false })
  const takeBack = fillIn(WORDS.take_back, { digit: state.own[wrong] })
  verdict.offer(takeBack, () => change(app, () => state.setOwn(wrong, BLANK)))
  const since = state.order.slice(state.order.indexOf(wrong))
  if (since.length < 2) return
  verdict.offer(WORDS.take_back_since, () => change(app, () => since.forEach((cell) => state.setOwn(cell, BLANK))))
}
