// What one call said of one cell: nine bars, confidence and margin.

import { unpack } from "../parts/bytes.js"
import { make, rowHead, setText } from "../parts/dom.js"
import { CELLS, DIGITS, SIDE, place } from "../parts/sudoku.js"
import { signOf } from "../parts/teaching.js"
import { WORDS, capital, fillIn, percent, signed } from "../parts/words.js"

export class Bars {
  /** @type {import("../types").Trace | null} */
  #trace = null
  #said = new Uint8Array()

  /** @param {HTMLElement} host */
  constructor(host) {
    this.head = make("h3", "fine")
    this.sums = make("p", "sums")
    this.rows = DIGITS.map((digit) => {
      const head = rowHead(signOf(digit))
      return make(
        "tr",
        "",
        "",
        head,
        make("td", "wide", "", make("span", "bar")),
        make("td", "number"),
        make("td", "z"),
      )
    })
    this.table = make("table", "bars", "", make("tbody", "", "", ...this.rows))
    const box = make("section", "bars-box", "", this.head, this.table, this.sums)
    box.setAttribute("aria-label", WORDS.learn_bars)
    host.append(box)
  }

  /** @param {import("../types").Trace} trace @param {number} step @param {number} cell */
  show(trace, step, cell) {
    this.table.hidden = this.sums.hidden = step === 0
    if (step === 0) {
      setText(this.head, WORDS.learn_bars_none)
      return
    }
    if (this.#trace !== trace) {
      this.#trace = trace
      this.#said = unpack(trace.probabilities)
    }
    const from = ((step - 1) * CELLS + cell) * SIDE
    const p = [...this.#said.subarray(from, from + SIDE)].map((byte) => byte / 255)
    const z = trace.latent
    const [p1, p2] = [...p].sort((a, b) => b - a)
    setText(this.head, fillIn(WORDS.learn_bars_of, { place: capital(place(cell)), at: step }))
    this.rows.forEach((row, at) => {
      row.className = p[at] === p1 ? "top" : ""
      const [, wide, number, field] = row.children
      const bar = /** @type {HTMLElement} */ (wide.firstChild)
      bar.style.setProperty("--p", String(p[at]))
      setText(number, percent(p[at]))
      setText(field, z ? `z\u00a0${signed(z[cell * SIDE + at])}` : "")
    })
    const words = { p1: p1.toFixed(2), p2: p2.toFixed(2), margin: (p1 - p2).toFixed(2) }
    setText(this.sums, fillIn(WORDS.learn_margin, words))
  }
}
