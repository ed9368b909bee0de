// A board as a picture of digits: nothing to press, and as small as one likes. Looks are in picture.css.

import { makeSvg } from "./dom.js"
import { SIDE, column, everyCell, findClashes, row } from "./sudoku.js"
import { signOf } from "./teaching.js"

/**
 * @typedef {object} PictureHow
 * @property {string} [label] what a screen reader says; none where what stands around says it
 * @property {number[]} [sure] percent, as the digits' strength
 * @property {Iterable<number>} [marked] cells with a frame
 * @property {Iterable<number>} [wrong] cells in red; without it those that break a rule
 * @property {(cell: number) => string} [kind] a class for a digit: "clue" or "filled"
 */

const LINES = Array.from({ length: SIDE + 1 }, (_, at) => at)

/** @param {number[]} digits @param {PictureHow} how */
export function boardPicture(digits, { label, sure, marked = [], wrong, kind = () => "" }) {
  const bad = new Set(wrong ?? findClashes(digits).cells)
  const signs = everyCell
    .filter((cell) => digits[cell])
    .map((cell) => {
      const place = { x: column(cell) + 0.5, y: row(cell) + 0.74 }
      const sign = makeSvg("text", { ...place, class: bad.has(cell) ? "bad" : kind(cell) })
      if (sure) sign.style.opacity = String(0.25 + (0.75 * sure[cell]) / 100)
      sign.textContent = signOf(digits[cell])
      return sign
    })
  const name = label === undefined ? { "aria-hidden": "true" } : { role: "img", "aria-label": label }
  const inside = [...squaresOf(bad, "wrong", 0.06), ...LINES.flatMap(makeLines), ...signs]
  const shape = { viewBox: "-0.05 -0.05 9.1 9.1", class: "picture", ...name }
  return makeSvg("svg", shape, ...inside, ...squaresOf(marked, "changed", 0.1))
}

/** @param {number} at */
function makeLines(at) {
  const name = at % 3 ? "thin" : "bold"
  return [
    makeSvg("path", { class: name, d: `M0 ${at}H${SIDE}` }),
    makeSvg("path", { class: name, d: `M${at} 0V${SIDE}` }),
  ]
}

/** @param {Iterable<number>} cells @param {string} name @param {number} inset */
function squaresOf(cells, name, inset) {
  const size = { width: 1 - 2 * inset, height: 1 - 2 * inset, rx: 0.1 }
  return [...cells].map((cell) =>
    makeSvg("rect", { class: name, x: column(cell) + inset, y: row(cell) + inset, ...size }),
  )
}
