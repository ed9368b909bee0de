// What comes from the server and what it is told, beside the talk's own rules.

import { find, setText } from "../parts/dom.js"
import { toLine } from "../parts/sudoku.js"
import { teach } from "../parts/teaching.js"
import { EMPTY, same } from "./state.js"

/** @typedef {import("../types").Message} Message */
/** @typedef {import("../types").SolveData} SolveData */
/** @typedef {import("./app.js").App} App */
/** @typedef {import("./talk.js").Question} Question */

/** @param {App} app @param {SolveData} data */
export function receive(app, data) {
  const { run, talk } = app
  setText(find(app.root, ".settings"), data.settings)
  app.carry.wiki(data.wiki)
  app.address.show(data.query)
  teach(app.root, data.teaching)
  app.heard = { puzzle: data.puzzle, own: data.own, notes: data.notes }
  const asked = talk.pending
  app.steer.receive(data, asked?.kind)
  if (app.load === null || (data.load_id !== app.load && data.load_id !== "")) adopt(app, data)
  if (asked) takeAnswer(app, asked, data)
  const { report } = data
  // Only for the board as it is: while the server worked, another digit may have been put in.
  if (report && report.id !== run.adopted && report.puzzle === toLine(app.state.digits())) {
    run.show(report, data.at)
    if (report.busy && asked?.kind === "solve") askAgain(app, asked, report)
  }
  talk.pump()
  app.draw()
}

// Another board of the server's: a link, an example, a text that was read.
/** @param {App} app @param {SolveData} data */
function adopt(app, data) {
  const old = app.state.snapshot()
  // What was on the board comes back with undo; of the first board there is nothing before.
  if (app.load !== null && !same(old, app.heard)) app.history.remember(old)
  app.load = data.load_id
  app.state.restore(app.heard)
  app.pens.choose(data.puzzle === EMPTY.puzzle ? "clue" : "digit")
  app.talk.forget()
  app.run.leave()
}

/** @param {App} app @param {Question} asked @param {SolveData} data */
function takeAnswer(app, asked, data) {
  const { run, talk } = app
  if (data.reply?.press === asked.press) {
    talk.settle()
    if (data.reply.data.busy) askAgain(app, asked, data.reply.data.message)
    else asked.then(data.reply.data)
  } else if (data.answered === asked.press) {
    talk.settle()
    // The same once more: nothing was computed, and the run on show begins again.
    if (asked.kind === "solve" && run.frames && data.report?.id === run.adopted) run.present()
  }
}

// The server was busy.
/** @param {App} app @param {Question} asked @param {Message} words */
function askAgain(app, asked, words) {
  if (asked.kind === "look") {
    app.steer.network.lookAgain(asked.details.z)
    return
  }
  // Nobody pressed for the reasons of a run: its verdict stays.
  if (asked.kind !== "reasons") app.verdict.say(words)
  app.talk.retry(asked)
}

// What the browser says of its board: `_heard` in component.py takes it.
/** @param {App} app */
export function said({ load, state, run, player }) {
  const step = run.frames ? player.at : null
  return { load_id: load, ...state.snapshot(), run: run.report?.id ?? run.adopted ?? "", step }
}
