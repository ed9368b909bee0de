// The visitor's board: clues, own digits with the order of their entry, pencil marks. Knows no screen and no server.

import { BLANK, CELLS, PEERS, bitOf, candidatesOf, everyCell, toDigits, toLine } from "../parts/sudoku.js"

/** @typedef {import("../types").Snapshot} Snapshot */
/** @typedef {"digit" | "note" | "clue"} Pen */

/** @returns {number[]} */
const blanks = () => Array(CELLS).fill(BLANK)

/** @type {Snapshot} */
export const EMPTY = { puzzle: toLine(blanks()), own: "", notes: "" }

// As texts: two characters of base 32 for a cell's nine notes, three for an own digit (its cell and itself).
/** @param {number[]} notes */
const packNotes = (notes) =>
  notes.some(Boolean) ? notes.map((mask) => mask.toString(32).padStart(2, "0")).join("") : ""
/** @param {string} text */
const unpackNotes = (text) => everyCell.map((cell) => parseInt(text.slice(2 * cell, 2 * cell + 2) || "0", 32))
/** @param {number[]} own @param {number[]} order */
const packOwn = (own, order) => order.map((cell) => `${String(cell).padStart(2, "0")}${own[cell]}`).join("")

/** @param {Snapshot} a @param {Snapshot} b */
export const sameBoard = (a, b) => a.puzzle === b.puzzle && a.own === b.own
/** @param {Snapshot} a @param {Snapshot} b */
export const same = (a, b) => sameBoard(a, b) && a.notes === b.notes

export class State {
  clues = blanks()
  own = blanks()
  /** @type {number[]} */
  order = []
  notes = blanks()

  digits() {
    return this.clues.map((digit, cell) => digit || this.own[cell])
  }

  /** @returns {Snapshot} */
  snapshot() {
    return { puzzle: toLine(this.clues), own: packOwn(this.own, this.order), notes: packNotes(this.notes) }
  }

  /** @param {Snapshot} from */
  restore(from) {
    this.clues = toDigits(from.puzzle)
    this.own = blanks()
    this.order = []
    for (let at = 0; at < from.own.length; at += 3) {
      const cell = Number(from.own.slice(at, at + 2))
      this.own[cell] = Number(from.own[at + 2])
      this.order.push(cell)
    }
    this.notes = unpackNotes(from.notes)
  }

  /** @param {number} cell @param {number} digit */
  setOwn(cell, digit) {
    this.own[cell] = digit
    // A digit that is written again counts as entered now.
    this.order = this.order.filter((other) => other !== cell)
    if (digit !== BLANK) this.order.push(cell)
  }

  // Let a pen write `digit` (BLANK erases). `computed`: candidates are shown where there are no notes.
  /** @param {number} digit @param {number} cell @param {Pen} pen @param {boolean} computed */
  write(digit, cell, pen, computed) {
    if (pen === "note") this.#note(digit, cell, computed)
    else if (pen === "clue") {
      this.setOwn(cell, BLANK)
      this.clues[cell] = digit
    } else {
      if (digit === BLANK && this.own[cell] === BLANK) this.notes[cell] = 0
      this.setOwn(cell, digit)
    }
    if (pen !== "note" && digit !== BLANK) this.#spendNotes(digit, cell)
  }

  /** @param {number} digit @param {number} cell @param {boolean} computed */
  #note(digit, cell, computed) {
    if (digit === BLANK) this.notes[cell] = 0
    // Striking out starts from the candidates, if these are what is shown.
    else if (this.own[cell] === BLANK) {
      this.notes[cell] = (this.notes[cell] || (computed ? candidatesOf(this.digits())[cell] : 0)) ^ bitOf(digit)
    }
  }

  // Notes that a digit settles. One that clashes settles nothing: it is a slip, and goes without leaving a trace.
  /** @param {number} digit @param {number} cell */
  #spendNotes(digit, cell) {
    const digits = this.digits()
    if (PEERS[cell].some((peer) => digits[peer] === digit)) return
    this.notes[cell] = 0
    for (const peer of PEERS[cell]) this.notes[peer] &= ~bitOf(digit)
  }
}
