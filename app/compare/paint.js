// What the colours show, their key, and what every board says of the chosen cell.

import { find, make, setData, setText } from "../parts/dom.js"
import { BLANK, place } from "../parts/sudoku.js"
import { WORDS, capital, fillIn, percent } from "../parts/words.js"
import { glyph } from "./boards.js"

/** @typedef {import("../types").Frame} Frame */
/** @typedef {import("./boards.js").Board} Board */
/** @typedef {import("./stage.js").Stage} Stage */

export class Paint {
  kind = "right"

  /** @param {Stage} stage */
  constructor(stage) {
    this.stage = stage
  }

  show() {
    const { root } = this.stage
    const group = find(root, ".paint")
    const right = this.#isOpenEnded() ? WORDS.paint_apart : WORDS.paint_right
    group.setAttribute("aria-label", WORDS.paint)
    group.replaceChildren(this.#button("right", right), this.#button("sure", WORDS.paint_sure))
    root.dataset.paint = this.kind
    const key = find(root, ".key")
    key.dataset.kind = this.kind
    key.replaceChildren(...this.#samples())
  }

  // Whether several solutions leave nobody right or wrong.
  #isOpenEnded() {
    const { result } = this.stage
    return result !== null && !result.solution
  }

  /** @param {string} kind @param {string} name */
  #button(kind, name) {
    const button = make("button", "", name)
    button.type = "button"
    button.setAttribute("aria-pressed", String(this.kind === kind))
    button.onclick = () => {
      this.kind = kind
      this.show()
    }
    return button
  }

  #samples() {
    if (this.kind === "right") {
      const marks = this.#isOpenEnded() ? ["apart"] : ["won", "lost", "all-wrong"]
      return marks.map((mark) => sample("mark", mark, "7", WORDS[`key_${mark}`]))
    }
    /** @type {string[]} */
    const bins = WORDS.key_sure
    return bins.map((text, bin) => sample("sure", bin, "", text))
  }
}

/** @param {string} name @param {string | number} value @param {string} digit @param {string} text */
function sample(name, value, digit, text) {
  const cell = make("span", "cell fill sample", "", make("span", "digit", digit))
  cell.setAttribute("aria-hidden", "true")
  setData(cell, name, value)
  return make("li", "", "", cell, make("span", "", text))
}

// What every board says of the chosen cell.
/** @param {Stage} stage @param {Frame[]} frames @param {number[]} clues */
export function showChosen(stage, frames, clues) {
  const host = find(stage.root, ".chosen")
  const { cell, result, truth } = stage
  if (cell === null || !result) {
    setText(host, WORDS.choose)
    return
  }
  const lines = stage.boards.map((board, which) => {
    const words = clues[cell] !== BLANK ? WORDS.cell_is_clue : cellWords(frames[which], cell, truth)
    const line = make("li", "", "", make("b", "", board.name), make("span", "", words))
    if (stage.isSides) {
      line.dataset.side = String(which)
      line.prepend(glyph(which))
    }
    return line
  })
  host.replaceChildren(make("p", "head", capital(place(cell))), make("ul", "", "", ...lines))
}

/** @param {Frame} frame @param {number} cell @param {number[] | null} truth */
function cellWords(frame, cell, truth) {
  const digit = frame.digits[cell]
  const guess = frame.ghosts?.[cell]
  if (guess) return fillIn(WORDS.cell_is_guess, { digit: guess.digit, sure: percent(guess.sure) })
  if (digit === BLANK) return WORDS.cell_is_blank
  const right = truth === null ? "" : digit === truth[cell] ? WORDS.cell_right : WORDS.cell_wrong
  return fillIn(WORDS.cell_says, { digit, step: frame.order[cell], sure: percent(frame.confidence[cell]), right })
}
