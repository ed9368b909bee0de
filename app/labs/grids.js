// Entry of a hundred grids of each model: thumbnails, and the chosen one large.

import { fillWords, find, make } from "../parts/dom.js"
import { isStale, mounted } from "../parts/order.js"
import { boardPicture } from "../parts/picture.js"
import { findClashes, toDigits } from "../parts/sudoku.js"
import { teach } from "../parts/teaching.js"
import { fillIn, WORDS } from "../parts/words.js"
import { thumbnail } from "./draw.js"

class Column {
  #thumbs = make("div", "thumbs")
  #note = make("p", "fine")
  #says = make("p", "verdict-line")
  #large = make("div", "large")
  #slider = make("input")
  /** @type {import("../types").GridColumn["grids"]} */
  #grids = []
  #first = ""

  /** @param {import("../types").GridColumn} column */
  constructor({ name, side }) {
    this.#says.ariaLive = "polite"
    Object.assign(this.#slider, { type: "range", min: "1", value: "1", ariaLabel: fillIn(WORDS.grids_pick, { name }) })
    this.#slider.oninput = () => this.#show()
    this.#thumbs.onclick = (event) => {
      const thumb = /** @type {Element} */ (event.target).closest(".thumb")
      if (thumb) this.#choose([...this.#thumbs.children].indexOf(thumb) + 1)
    }
    this.node = make(
      "div",
      "column",
      "",
      make("h3", "", name),
      this.#note,
      this.#thumbs,
      this.#slider,
      this.#says,
      this.#large,
    )
    this.node.dataset.side = side
  }

  // Only what is new is drawn: grids come by the dozen.
  /** @param {import("../types").GridColumn} column */
  receive({ note, grids }) {
    const first = grids[0]?.line ?? ""
    if (grids.length < this.#grids.length || first !== this.#first) this.#thumbs.replaceChildren()
    this.#first = first
    this.#grids = grids
    this.#note.textContent = note
    for (const { line, legal } of grids.slice(this.#thumbs.children.length)) {
      const thumb = make("div", `thumb ${legal ? "legal" : "illegal"}`, "", make("span", "mark", legal ? "✓" : ""))
      thumb.prepend(thumbnail(toDigits(line), legal))
      this.#thumbs.append(thumb)
    }
    this.#slider.max = String(Math.max(1, grids.length))
    this.node.classList.toggle("none", grids.length === 0)
    this.#show()
  }

  /** @param {number} number */
  #choose(number) {
    this.#slider.value = String(number)
    this.#show()
  }

  #show() {
    const n = Number(this.#slider.value)
    const grid = this.#grids[n - 1]
    if (!grid) return
    const digits = toDigits(grid.line)
    const words = grid.legal ? WORDS.grids_legal : WORDS.grids_wrong
    this.#says.textContent = fillIn(words, { n, first: findClashes(digits).first })
    this.#large.replaceChildren(boardPicture(digits, { label: fillIn(WORDS.walk_board, { line: grid.line }) }))
    for (const old of this.#thumbs.querySelectorAll(".chosen")) old.classList.remove("chosen")
    this.#thumbs.children[n - 1]?.classList.add("chosen")
  }
}

class Grids {
  /** @type {number | undefined} */
  number
  /** @type {Column[]} */
  #columns = []

  /** @param {HTMLElement} root */
  constructor(root) {
    fillWords(root)
    this.root = root
  }

  /** @param {import("../types").GridsData} data */
  receive({ columns, teaching }) {
    teach(this.root, teaching)
    if (!this.#columns.length) {
      this.#columns = columns.map((column) => new Column(column))
      find(this.root, ".columns").replaceChildren(...this.#columns.map(({ node }) => node))
    }
    columns.forEach((column, place) => this.#columns[place].receive(column))
  }
}

/** @param {{data: import("../types").GridsData, parentElement: HTMLElement}} here */
export default function ({ data, parentElement }) {
  const grids = mounted(parentElement, (root) => new Grids(root))
  if (!isStale(grids, data)) grids.receive(data)
  return () => {}
}
