// The drawer of a cell looked into: nine bars, their margin, and sentences.

import { columnHead, make, rowHead } from "../parts/dom.js"
import { DIGITS } from "../parts/sudoku.js"
import { WORDS, fillIn, percent, signed } from "../parts/words.js"

/** @typedef {import("../types").Look} Look */

/** @param {number} value */
const share = (value) => value.toFixed(2)

export class LookPanel {
  /** @param {HTMLElement} host */
  constructor(host) {
    this.head = make("h2", "cell-name")
    this.rows = DIGITS.map(makeRow)
    this.heads = makeHeads()
    this.table = make("table", "bars", "", make("thead", "", "", this.heads), make("tbody", "", "", ...this.rows))
    this.sums = make("p", "sums")
    this.notes = make("div", "cell-notes")
    this.empty = make("p", "fine")
    host.replaceChildren(this.empty, this.head, this.table, this.sums, this.notes)
  }

  // `why`: the words where there is nothing to show.
  /** @param {Look | null} found @param {string} why */
  show(found, why = "") {
    this.empty.textContent = why
    this.empty.hidden = Boolean(found)
    for (const node of [this.head, this.table, this.sums, this.notes]) node.hidden = !found
    if (!found) return
    this.head.textContent = found.head
    const [p1, p2] = [...found.p].sort((a, b) => b - a)
    this.rows.forEach((row, at) => {
      const [, wide, number, z] = row.children
      row.className = found.p[at] === p1 ? "top" : ""
      row.dataset.written = String(found.written === at + 1)
      const bar = /** @type {HTMLElement} */ (wide.firstChild)
      bar.style.setProperty("--p", String(found.p[at]))
      number.textContent = percent(found.p[at])
      z.textContent = found.z ? signed(found.z[at]) : ""
    })
    const lastHead = /** @type {HTMLElement} */ (this.heads.lastChild)
    lastHead.hidden = !found.z
    this.sums.textContent = fillIn(WORDS.look_sums, { p1: share(p1), p2: share(p2), margin: share(p1 - p2) })
    this.notes.replaceChildren(...found.notes.filter(Boolean).map((text) => make("p", "", text)))
  }
}

/** @param {number} digit */
function makeRow(digit) {
  const head = rowHead(String(digit))
  return make("tr", "", "", head, make("td", "wide", "", make("span", "bar")), make("td", "number"), make("td", "z"))
}

function makeHeads() {
  const names = [WORDS.look_digit, WORDS.look_probability, "", WORDS.look_z]
  const cells = names.map((name) => (name ? columnHead(name) : make("td")))
  return make("tr", "", "", ...cells)
}
