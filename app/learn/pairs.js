// Two tied cells, each filled for itself: the four outcomes, drawn with the network's own numbers.

import { columnHead, make, pushButton, rowHead, setText } from "../parts/dom.js"
import { place } from "../parts/sudoku.js"
import { signOf } from "../parts/teaching.js"
import { WORDS, fillIn, percent } from "../parts/words.js"

/** @typedef {import("../types").LessonPairs} Pairs */

const MANY = 100
// The two choices of each cell, the real pairs first.
const OUTCOMES = [
  [0, 0],
  [1, 1],
  [0, 1],
  [1, 0],
]

// Numbers from 0 to 1, the same for everybody (mulberry32): a class draws the same pairs.
/** @param {number} seed */
export function numbersFrom(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export class PairsView {
  // How often each outcome was drawn.
  /** @type {number[]} */
  counts = []
  next = numbersFrom(1)

  /** @param {HTMLElement} host @param {Pairs} pairs */
  constructor(host, pairs) {
    this.pairs = pairs
    // What is left for the other seven digits is less than a hundredth; here the two are all there is.
    this.shares = pairs.shares.map(([one, other]) => [one / (one + other), other / (one + other)])
    this.cells = OUTCOMES.map(() => make("td", "number"))
    const rows = OUTCOMES.map(([a, b], at) => this.#row(a, b, this.cells[at]))
    const head = make("tr", "", "", ...WORDS.learn_pairs_head.map((/** @type {string} */ text) => columnHead(text)))
    const caption = make("caption", "unseen", WORDS.learn_pairs)
    const table = make("table", "figures", "", caption, make("thead", "", "", head), make("tbody", "", "", ...rows))
    this.says = make("p", "told")
    this.says.setAttribute("role", "status")
    const [a, b] = pairs.cells.map(place)
    const buttons = make("div", "actions")
    buttons.append(
      pushButton("primary", WORDS.learn_draw_many, () => this.#draw(MANY)),
      pushButton("", WORDS.learn_draw_one, () => this.#draw(1)),
      pushButton("plain", WORDS.learn_draw_clear, () => this.#clear()),
    )
    const words = make("p", "fine", fillIn(WORDS.learn_pairs_cells, { a, b }))
    const price = make("p", "", fillIn(WORDS.learn_price, { kl: this.#price().toFixed(3) }))
    host.append(make("div", "pairs", "", words, table, buttons, this.says, price))
    this.#clear()
  }

  // The Kullback-Leibler divergence of one call from two equally likely pairs.
  #price() {
    return [0, 1].reduce((sum, at) => sum + 0.5 * Math.log(0.5 / this.#chance(at, at)), 0)
  }

  /** @param {number} a @param {number} b */
  #chance(a, b) {
    return this.shares[0][a] * this.shares[1][b]
  }

  /** @param {number} a @param {number} b @param {HTMLElement} drawn */
  #row(a, b, drawn) {
    const { digits } = this.pairs
    const isReal = a === b
    const head = rowHead(`${signOf(digits[a][0])} ${signOf(digits[b][1])}`)
    const cells = [isReal ? WORDS.learn_yes : WORDS.learn_no, percent(isReal ? 0.5 : 0), percent(this.#chance(a, b))]
    return make("tr", isReal ? "real" : "", "", head, ...cells.map((text) => make("td", "", text)), drawn)
  }

  #clear() {
    // From the same number again: who starts over sees the same draws once more.
    this.next = numbersFrom(1)
    this.counts = OUTCOMES.map(() => 0)
    this.#show()
  }

  /** @param {number} count */
  #draw(count) {
    for (let drawn = 0; drawn < count; drawn++) {
      const [a, b] = this.shares.map(([one]) => (this.next() < one ? 0 : 1))
      this.counts[OUTCOMES.findIndex(([x, y]) => x === a && y === b)] += 1
    }
    this.#show()
  }

  #show() {
    this.cells.forEach((cell, at) => setText(cell, String(this.counts[at])))
    const all = this.counts.reduce((sum, count) => sum + count, 0)
    setText(this.says, fillIn(WORDS.learn_drawn, { real: this.counts[0] + this.counts[1], all }))
  }
}
