// What one call says of a cell: nine bars, and z where there is one.

import { columnHead, make, rowHead } from "../parts/dom.js"
import { DIGITS } from "../parts/sudoku.js"
import { WORDS, percent } from "../parts/words.js"

// A table of nine probabilities, with z if there is one; `written` is the digit that stands there.
/** @param {string} caption @param {number[]} p @param {number[] | null} z @param {number} written */
export function barTable(caption, p, z, written) {
  const names = [WORDS.look_digit, WORDS.look_probability, "", ...(z ? [WORDS.look_z] : [])]
  const heads = names.map((name) => (name ? columnHead(name) : make("td")))
  const most = Math.max(...p)
  const lines = DIGITS.map((digit, at) => {
    const bar = make("span", "bar")
    bar.style.setProperty("--p", String(p[at]))
    const cells = [rowHead(String(digit)), make("td", "wide", "", bar), make("td", "number", percent(p[at]))]
    if (z) cells.push(make("td", "z", z[at].toFixed(1).replace("-", "−")))
    const line = make("tr", p[at] === most ? "top" : "", "", ...cells)
    line.dataset.written = String(digit === written)
    return line
  })
  const title = make("caption", "", caption)
  return make(
    "table",
    "bars",
    "",
    title,
    make("thead", "", "", make("tr", "", "", ...heads)),
    make("tbody", "", "", ...lines),
  )
}
