// Boards as thumbnails of shades, and cells as paths.

import { makeSvg } from "../parts/dom.js"
import { column, DIGITS, everyCell, findClashes, row } from "../parts/sudoku.js"

/** @param {Iterable<number>} cells */
const squares = (cells) => [...cells].map((cell) => `M${column(cell)} ${row(cell)}h1v1h-1z`).join("")

// A thumbnail: one path for each digit, one for the cells that break a rule.
/** @param {number[]} digits @param {boolean} legal */
export function thumbnail(digits, legal) {
  const shades = DIGITS.map((digit) =>
    makeSvg("path", { class: `d${digit}`, d: squares(everyCell.filter((cell) => digits[cell] === digit)) }),
  )
  const wrong = legal ? [] : [makeSvg("path", { class: "wrong", d: squares(findClashes(digits).cells) })]
  return makeSvg("svg", { viewBox: "0 0 9 9", "aria-hidden": "true" }, ...shades, ...wrong)
}
