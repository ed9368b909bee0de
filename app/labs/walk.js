// Entry of a walk between two z: what one call would write at each step.

import { fillWords, find, make } from "../parts/dom.js"
import { isStale, mounted } from "../parts/order.js"
import { boardPicture } from "../parts/picture.js"
import { everyCell, findClashes, toDigits } from "../parts/sudoku.js"
import { teach } from "../parts/teaching.js"
import { cellsWord, fillIn, WORDS } from "../parts/words.js"

class Walk {
  /** @type {number | undefined} */
  number
  /** @type {import("../types").WalkData | null} */
  #data = null
  #last = 0

  /** @param {HTMLElement} root */
  constructor(root) {
    fillWords(root)
    this.root = root
    this.slider = /** @type {HTMLInputElement} */ (root.querySelector("input"))
    this.slider.oninput = () => this.#show()
  }

  /** @param {import("../types").WalkData} data */
  receive(data) {
    this.#data = data
    teach(this.root, data.teaching)
    this.slider.max = String(data.grids.length - 1)
    this.slider.value = "0"
    this.#last = 0
    find(this.root, ".strip").replaceChildren(...data.grids.map(({ legal }) => make("i", legal ? "legal" : "")))
    this.#show()
  }

  #show() {
    if (!this.#data) return
    const { grids, sure } = this.#data
    const n = Number(this.slider.value)
    const [digits, before] = [toDigits(grids[n].line), toDigits(grids[this.#last].line)]
    const marked = new Set(everyCell.filter((cell) => digits[cell] !== before[cell]))
    const words = grids[n].legal ? WORDS.walk_legal : WORDS.walk_wrong
    const { first } = findClashes(digits)
    const changed = marked.size ? fillIn(WORDS.walk_changed, { cells: cellsWord(marked.size) }) : ""
    const said = fillIn(words, { n, steps: grids.length - 1, first, changed })
    const says = find(this.root, ".says")
    says.textContent = said
    says.dataset.legal = String(grids[n].legal)
    this.slider.setAttribute("aria-valuetext", said)
    const label = fillIn(WORDS.walk_board, { line: grids[n].line })
    find(this.root, ".field").replaceChildren(boardPicture(digits, { sure: sure[n], marked, label }))
    ;[...find(this.root, ".strip").children].forEach((step, place) => step.classList.toggle("now", place === n))
    this.#last = n
  }
}

/** @param {{data: import("../types").WalkData, parentElement: HTMLElement}} here */
export default function ({ data, parentElement }) {
  const walk = mounted(parentElement, (root) => new Walk(root))
  if (!isStale(walk, data)) walk.receive(data)
  return () => {}
}
