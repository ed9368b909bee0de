// The table of figures of every board.

import { columnHead, find, make, rowHead } from "../parts/dom.js"
import { WORDS, fillIn } from "../parts/words.js"
import { glyph } from "./boards.js"
import { verdictOf } from "./ticks.js"

/** @typedef {import("../types").ComparedRun} ComparedRun */
/** @typedef {import("./stage.js").Stage} Stage */

/** @param {Stage} stage */
export function showFigures(stage) {
  const { result } = stage
  const host = find(stage.root, ".figures")
  host.hidden = !result
  if (!result) return
  host.setAttribute("aria-label", WORDS.figures)
  const top = make("tr", "", "", make("td"), ...stage.boards.map((board, which) => headOf(stage, board.name, which)))
  /** @type {[string, string][]} */
  const rows = Object.entries(WORDS.rows)
  const lines = rows.map(([name, text]) => {
    return make("tr", "", "", rowHead(text), ...result.runs.map((run) => make("td", "", figure(name, run))))
  })
  const table = make("table", "", "", make("thead", "", "", top), make("tbody", "", "", ...lines))
  host.replaceChildren(table, make("p", "note", WORDS.figures_note))
}

/** @param {Stage} stage @param {string} name @param {number} which */
function headOf(stage, name, which) {
  const head = columnHead("", make("span", "", name))
  if (stage.isSides) {
    head.dataset.side = String(which)
    head.prepend(glyph(which))
  }
  return head
}

/** @param {string} name @param {ComparedRun} run */
function figure(name, run) {
  if (name === "verdict") return verdictOf(run)
  if (name === "ms") return fillIn(WORDS.ms, { n: run.ms })
  if (name === "log_likelihood") return run.log_likelihood.toFixed(2).replace("-", "\u2212")
  return String(run[name])
}
