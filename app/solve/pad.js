// The number pad, and the choice of what it writes.

import { find, make, pushButton, setText } from "../parts/dom.js"
import { BLANK, DIGITS, SIDE } from "../parts/sudoku.js"
import { WORDS, fillIn } from "../parts/words.js"
import { put } from "./edit.js"

/** @typedef {import("./app.js").App} App */
/** @typedef {import("./state.js").Pen} Pen */

/** @type {Pen[]} */
const PENS = ["digit", "note", "clue"]

export class Pens {
  /** @type {Pen} */
  pen = "digit"

  /** @param {App} app */
  constructor(app) {
    this.app = app
    this.inputs = PENS.map((name) => {
      const input = make("input")
      input.type = "radio"
      input.name = "pen"
      input.value = name
      input.checked = name === this.pen
      input.onchange = () => this.choose(name)
      return input
    })
    const labels = this.inputs.map((input) =>
      make("label", "", "", input, make("span", "", WORDS[`pen_${input.value}`])),
    )
    find(app.root, ".pens").replaceChildren(...labels)
  }

  /** @param {Pen} pen */
  choose(pen) {
    this.pen = pen
    for (const input of this.inputs) input.checked = input.value === pen
    this.app.draw()
  }
}

export class Pad {
  /** @param {App} app */
  constructor(app) {
    this.app = app
    this.keys = DIGITS.map((digit) => {
      const key = pushButton("", "", () => put(app, digit))
      key.append(make("b", "", String(digit)), make("small"))
      return key
    })
    const erase = pushButton("erase", WORDS.erase, () => put(app, BLANK))
    find(app.root, ".pad").replaceChildren(...this.keys, erase)
  }

  draw() {
    const digits = this.app.state.digits()
    const isNote = this.app.pens.pen === "note"
    this.keys.forEach((key, at) => {
      const left = SIDE - digits.filter((digit) => digit === at + 1).length
      setText(key.children[1], left > 0 ? String(left) : left === 0 ? "–" : "!")
      key.classList.toggle("spent", left <= 0)
      const words = isNote ? WORDS.pad_note : left > 0 ? WORDS.pad_put : WORDS.pad_spent
      key.setAttribute("aria-label", fillIn(words, { digit: at + 1, left }))
    })
  }
}
