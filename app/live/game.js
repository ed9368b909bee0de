// "Guess the next cell", played against the model: before a step, a blank is chosen; then the step is shown.

import { make, pushButton } from "../parts/dom.js"
import { place } from "../parts/sudoku.js"
import { WORDS, capital, fillIn, percent } from "../parts/words.js"

/** @typedef {import("./pane.js").Pane} Pane */
/** @typedef {import("./theatre.js").Theatre} Theatre */

export class Game {
  at = 0
  right = 0
  isOpen = true

  /** @param {Theatre} theatre @param {HTMLElement} host @param {Pane} pane @param {number[]} steps @param {(right: number, of: number) => void} score */
  constructor(theatre, host, pane, steps, score) {
    this.theatre = theatre
    this.host = host
    this.pane = pane
    this.steps = steps
    this.score = score
    host.hidden = false
    this.said = make("p", "")
    this.said.setAttribute("role", "status")
    this.ask = make("p", "")
    this.button = pushButton("primary", "", () => (this.isOpen ? this.guess(theatre.cell) : this.#next()))
    host.replaceChildren(this.ask, this.button, this.said)
    theatre.chosen = () => this.#name()
    this.#show()
  }

  #show() {
    this.isOpen = true
    this.theatre.targets = []
    this.theatre.player.seek(this.steps[this.at])
    const { at, steps } = this
    this.ask.textContent = fillIn(WORDS.play_guess, { step: steps[at] + 1, at: at + 1, of: steps.length })
    this.#name()
  }

  #name() {
    if (this.isOpen) this.button.textContent = fillIn(WORDS.play_guess_this, { place: place(this.theatre.cell) })
  }

  // Takes the guess; whether it took it.
  /** @param {number} cell */
  guess(cell) {
    if (!this.isOpen) return false
    const step = this.steps[this.at]
    if (this.pane.frames[step].digits[cell]) {
      this.said.textContent = capital(fillIn(WORDS.play_guess_blank, { place: place(cell) }))
      return true
    }
    const [first] = this.pane.run?.steps[step].cells ?? []
    const [digit] = this.pane.run?.steps[step].digits ?? []
    /** @param {number} of */
    const sure = (of) => percent(Math.max(...(this.pane.run?.said(step, of)?.p ?? [0])))
    const isRight = cell === first
    const values = { place: place(first), digit, sure: sure(first), other: sure(cell) }
    this.said.textContent = capital(fillIn(isRight ? WORDS.play_guess_right : WORDS.play_guess_miss, values))
    this.right += Number(isRight)
    this.score(this.right, this.at + 1)
    this.isOpen = false
    this.theatre.targets = [first]
    this.theatre.player.seek(step + 1)
    this.button.textContent = WORDS.play_guess_next
    if (this.at === this.steps.length - 1) this.#end()
    return true
  }

  #next() {
    this.at += 1
    this.said.textContent = ""
    this.#show()
  }

  #end() {
    this.ask.textContent = fillIn(WORDS.play_guess_done, { right: this.right, of: this.steps.length })
    this.button.hidden = true
    this.theatre.player.host.hidden = false
  }
}
