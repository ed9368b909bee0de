// The drawer of the latent z: nine levers of the selected cell, and what can be done with the whole of z.

import { focused, make, pushButton, setText } from "../parts/dom.js"
import { DIGITS, place } from "../parts/sudoku.js"
import { WORDS, fillIn, percent, signed } from "../parts/words.js"
import { Z_MOST } from "./steer.js"

/** @typedef {import("./app.js").App} App */

// What the board may show: see `shows` in steer.js.
const SHOWN = ["ghost", "field", "none"]

export class SteerPanel {
  /** @param {HTMLElement} host @param {App} app */
  constructor(host, app) {
    const { steer } = app
    this.app = app
    this.host = host
    this.none = make("p", "fine", WORDS.z_none)
    this.choices = SHOWN.map((name) => makeChoice(name, () => steer.show(name)))
    const legend = make("legend", "unseen", WORDS.z_board)
    this.solves = make("input")
    this.solves.type = "checkbox"
    this.solves.onchange = () => (steer.solves = this.solves.checked)
    this.name = make("h2", "cell-name")
    this.inputs = DIGITS.map((digit) => this.#makeInput(digit))
    this.levers = make("div", "levers", "", ...DIGITS.map((digit, at) => makeLever(digit, this.inputs[at])))
    this.levers.setAttribute("role", "group")
    this.undo = pushButton("z-undo", WORDS.z_undo, () => steer.undo())
    const drawNew = pushButton("z-draw", WORDS.z_draw, () => steer.redraw("draw"))
    const toMode = pushButton("z-mode", WORDS.z_mode, () => steer.redraw("mode"))
    this.says = make("p", "z-says")
    this.says.setAttribute("role", "status")
    host.replaceChildren(
      this.none,
      make("p", "fine", WORDS.z_about),
      make("fieldset", "segments", "", legend, ...this.choices),
      this.name,
      this.levers,
      this.says,
      make(
        "div",
        "tools",
        "",
        pushButton("z-solve", WORDS.z_solve, () => app.solve()),
        drawNew,
        toMode,
        this.undo,
      ),
      make("label", "switch", "", this.solves, WORDS.z_let_go),
      pushButton("z-empty", WORDS.z_empty, () => steer.writeFromNothing()),
      make("p", "fine", WORDS.z_empty_note),
    )
  }

  /** @param {number} digit */
  #makeInput(digit) {
    const input = make("input")
    input.type = "range"
    input.min = String(-Z_MOST)
    input.max = String(Z_MOST)
    input.step = "0.1"
    input.setAttribute("orient", "vertical")
    input.setAttribute("aria-label", fillIn(WORDS.z_slider, { digit }))
    /** @param {boolean} isDone */
    const set = (isDone) => this.app.steer.set(this.app.grid.selected, digit, Number(input.value), isDone)
    input.oninput = () => set(false)
    input.onchange = () => set(true)
    return input
  }

  draw() {
    const { steer, grid } = this.app
    for (const node of /** @type {Iterable<HTMLElement>} */ (this.host.children)) {
      node.hidden = (node === this.none) === steer.hasZ
    }
    if (!steer.hasZ) return
    const cell = grid.selected
    for (const { children } of this.choices) {
      const input = /** @type {HTMLInputElement} */ (children[0])
      input.checked = input.value === steer.shows
    }
    this.name.textContent = fillIn(WORDS.z_cell, { place: place(cell) })
    this.levers.setAttribute("aria-label", this.name.textContent)
    const z = steer.zOf(cell)
    const p = steer.pOf(cell)
    DIGITS.forEach((_, at) => this.#drawLever(at, z[at], p))
    setText(this.says, steer.words())
    this.undo.disabled = steer.editsDone.length === 0
  }

  /** @param {number} at @param {number} z @param {number[] | null} p */
  #drawLever(at, z, p) {
    const input = this.inputs[at]
    const lever = this.levers.children[at]
    const zText = lever.children[2]
    const pText = /** @type {HTMLElement} */ (lever.children[3])
    // Until the network has answered, nobody knows where its z stands.
    input.disabled = !p
    // What is being dragged is not pulled from under the hand.
    if (focused(this.host) !== input || !this.app.steer.held) input.value = String(z)
    input.setAttribute("aria-valuetext", `${signed(z)}${p ? `, ${percent(p[at])}` : ""}`)
    zText.textContent = signed(z)
    pText.textContent = p ? percent(p[at]) : "…"
    pText.style.setProperty("--p", String(p ? p[at] : 0))
    lever.classList.toggle("top", p !== null && p[at] === Math.max(...p))
  }
}

/** @param {string} name @param {() => void} act */
function makeChoice(name, act) {
  const input = make("input")
  input.type = "radio"
  input.name = "z-board"
  input.value = name
  input.onchange = act
  return make("label", "", "", input, make("span", "", WORDS[`z_board_${name}`]))
}

/** @param {number} digit @param {HTMLInputElement} input */
function makeLever(digit, input) {
  return make("div", "lever", "", make("b", "", String(digit)), input, make("span", "z"), make("span", "p"))
}
