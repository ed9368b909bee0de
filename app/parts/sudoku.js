// What a Sudoku is: cells by number, units, digits as nine bits. Knows no screen and no server.

import { WORDS, fillIn } from "./words.js"

export const SIDE = 9
export const CELLS = 81
export const BLANK = 0

export const DIGITS = [1, 2, 3, 4, 5, 6, 7, 8, 9]
/** @param {number} cell */
export const row = (cell) => Math.floor(cell / SIDE)
/** @param {number} cell */
export const column = (cell) => cell % SIDE
/** @param {number} cell */
const box = (cell) => Math.floor(row(cell) / 3) * 3 + Math.floor(column(cell) / 3)
/** @param {number} cell */
export const place = (cell) => fillIn(WORDS.place, { row: row(cell) + 1, column: column(cell) + 1 })

export const everyCell = [...Array(CELLS).keys()]
const UNITS = [
  { kind: "row", unitOf: row },
  { kind: "column", unitOf: column },
  { kind: "box", unitOf: box },
].flatMap(({ kind, unitOf }) =>
  [...Array(SIDE).keys()].map((n) => ({ kind, n: n + 1, cells: everyCell.filter((cell) => unitOf(cell) === n) })),
)
/** @param {number} a @param {number} b */
export const arePeers = (a, b) => a !== b && (row(a) === row(b) || column(a) === column(b) || box(a) === box(b))
export const PEERS = everyCell.map((cell) => everyCell.filter((other) => arePeers(cell, other)))

/** @param {number[]} digits */
export const toLine = (digits) => digits.map((digit) => (digit === BLANK ? "." : String(digit))).join("")
/** @param {string} line */
export const toDigits = (line) => [...line].map((sign) => (sign === "." ? BLANK : Number(sign)))

// Notes and candidates of a cell are nine bits, digit 1 lowest.
/** @param {number} digit */
export const bitOf = (digit) => 1 << (digit - 1)
/** @param {number} mask */
export const inMask = (mask) => DIGITS.filter((digit) => mask & bitOf(digit))
export const ALL_DIGITS = 511

// For each cell the digits that no peer holds; none for a filled cell.
/** @param {number[]} digits @returns {number[]} */
export const candidatesOf = (digits) =>
  everyCell.map((cell) =>
    digits[cell] !== BLANK
      ? 0
      : PEERS[cell].reduce((mask, peer) => (digits[peer] === BLANK ? mask : mask & ~bitOf(digits[peer])), ALL_DIGITS),
  )

// The cells that break a rule, and the first broken rule in words ("" if none).
/** @param {number[]} digits */
export function findClashes(digits) {
  const cells = /** @type {Set<number>} */ (new Set())
  let first = ""
  for (const unit of UNITS) {
    for (const digit of DIGITS) {
      const holders = unit.cells.filter((cell) => digits[cell] === digit)
      if (holders.length < 2) continue
      holders.forEach((cell) => cells.add(cell))
      const times = holders.length === 2 ? WORDS.twice : fillIn(WORDS.times, { n: holders.length })
      first ||= fillIn(WORDS.clash, { digit, times, unit: fillIn(WORDS[unit.kind], { n: unit.n }) })
    }
  }
  return { cells, first }
}

const SURE = [0.5, 0.8, 0.95, 0.99]
/** @param {number} confidence */
export const sureBin = (confidence) => SURE.filter((bound) => confidence >= bound).length
