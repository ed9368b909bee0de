// Boards as pictures: small ones of shades, and a large one of digits.

import { makeSvg } from "../parts/dom.js"
import { column, DIGITS, everyCell, findClashes, row } from "../parts/sudoku.js"

/** @param {Iterable<number>} cells */
export const squares = (cells) => [...cells].map((cell) => `M${column(cell)} ${row(cell)}h1v1h-1z`).join("")

// A thumbnail: one path for each digit, one for the cells that break a rule.
/** @param {number[]} digits @param {boolean} legal */
export function thumbnail(digits, legal) {
  const shades = DIGITS.map((digit) =>
    makeSvg("path", { class: `d${digit}`, d: squares(everyCell.filter((cell) => digits[cell] === digit)) }),
  )
  const wrong = legal ? [] : [makeSvg("path", { class: "wrong", d: squares(findClashes(digits).cells) })]
  return makeSvg("svg", { viewBox: "0 0 9 9", "aria-hidden": "true" }, ...shades, ...wrong)
}

const LINES = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]

// A board of digits. sure: percent, as the digits' strength; marked: cells with a frame.
/** @param {number[]} digits @param {{sure?: number[], marked?: Set<number>, label: string}} how */
export function picture(digits, { sure, marked = new Set(), label }) {
  const clashes = findClashes(digits).cells
  const frame = (/** @type {number} */ at) => (at % 3 ? "thin" : "bold")
  const lines = LINES.flatMap((at) => [
    makeSvg("path", { class: frame(at), d: `M0 ${at}H9` }),
    makeSvg("path", { class: frame(at), d: `M${at} 0V9` }),
  ])
  const signs = everyCell.map((cell) => {
    const sign = makeSvg("text", {
      x: column(cell) + 0.5,
      y: row(cell) + 0.74,
      class: clashes.has(cell) ? "clash" : "",
    })
    sign.style.opacity = String(sure ? 0.25 + (0.75 * sure[cell]) / 100 : 1)
    sign.textContent = String(digits[cell] || "")
    return sign
  })
  const frames = [...marked].map((cell) =>
    makeSvg("rect", { class: "changed", x: column(cell) + 0.1, y: row(cell) + 0.1, width: 0.8, height: 0.8, rx: 0.1 }),
  )
  const stripes = [...clashes].map((cell) =>
    makeSvg("path", { class: "stripe", d: `M${column(cell)} ${row(cell) + 1}l1 -1` }),
  )
  return makeSvg(
    "svg",
    { viewBox: "-0.05 -0.05 9.1 9.1", class: "picture", role: "img", "aria-label": label },
    ...stripes,
    ...lines,
    ...signs,
    ...frames,
  )
}
