// The boards, the player that drives them, and what is said of the chosen cell.

import { find, make, setText } from "../parts/dom.js"
import { movedBy } from "../parts/grid.js"
import { Player } from "../parts/player.js"
import { place } from "../parts/sudoku.js"
import { stepAt, stepWords } from "../parts/trace.js"
import { WORDS, capital, fillIn } from "../parts/words.js"
import { barTable } from "./bars.js"
import { Pane } from "./pane.js"

/** @typedef {import("../types").LiveRun} LiveRun */

export class Theatre {
  /** @type {Pane[]} */
  panes = []
  cell = 0
  field = false
  // Whether a board at its last step is called right or wrong.
  judge = true
  #linking = false

  // `onKey`: for keys that neither move nor play; says whether it took the key.
  /** @param {HTMLElement} root @param {(event: KeyboardEvent, cell: number) => boolean} onKey */
  constructor(root, onKey) {
    this.root = root
    this.onKey = onKey
    this.player = new Player(find(root, ".player"), { step: () => this.draw(), words: (at) => this.#words(at) })
  }

  /** @param {string[]} names */
  seat(names) {
    // Boards that stay keep the keyboard's focus.
    if (this.panes.map(({ name }) => name).join() === names.join()) return
    this.panes = names.map((name) => new Pane(name, (cell) => this.choose(cell)))
    for (const pane of this.panes) pane.host.onkeydown = (event) => this.#key(event, pane)
    this.root.dataset.panes = String(names.length)
    find(this.root, ".panes").replaceChildren(...this.panes.map(({ figure }) => figure))
  }

  // Show runs on a puzzle; `start`: the step to begin at, null to play.
  /** @param {number[]} clues @param {(LiveRun | null)[]} runs @param {number | null} start */
  load(clues, runs, start) {
    this.panes.forEach((pane, which) => pane.load(clues, runs[which] ?? null))
    const ticks = Math.max(...this.panes.map(({ steps }) => steps))
    this.player.load(ticks, start)
  }

  /** @param {Pane} pane @returns {number} */
  stepOf(pane) {
    const { at, length } = this.player
    return stepAt(at, pane.steps, length)
  }

  draw() {
    const { field, judge } = this
    for (const pane of this.panes) pane.draw(this.stepOf(pane), { field, judge })
    this.#drawLook()
  }

  // Boards as they are while their runs are still being made.
  drawEnds() {
    for (const pane of this.panes) pane.draw(pane.steps, { judge: false })
  }

  /** @param {number} cell */
  choose(cell) {
    if (this.#linking) return
    this.cell = cell
    this.#linking = true
    for (const { grid } of this.panes) grid.select(cell, { focus: false })
    this.#linking = false
    this.#drawLook()
  }

  /** @param {KeyboardEvent} event @param {Pane} pane */
  #key(event, pane) {
    const to = movedBy(event, pane.grid.selected)
    if (to !== null) pane.grid.select(to)
    else if (this.onKey(event, pane.grid.selected)) this.draw()
    else if (event.key === " " && this.player.length) this.player.toggle()
    else return
    event.preventDefault()
  }

  #drawLook() {
    const where = capital(place(this.cell))
    const tables = this.panes.flatMap((pane) => {
      const at = this.stepOf(pane)
      const said = pane.saidOf(at, this.cell)
      const caption = fillIn(WORDS.look_said, { place: where, name: pane.name })
      return said ? [barTable(caption, said.p, said.z, pane.frames[at].digits[this.cell])] : []
    })
    const isClue = this.panes.some(({ clues, run }) => run && clues[this.cell])
    const words = isClue ? fillIn(WORDS.look_clue_said, { place: where }) : WORDS.look_choose
    find(this.root, ".look").replaceChildren(...(tables.length ? tables : [make("p", "fine", words)]))
  }

  /** @param {number} at */
  #words(at) {
    const runs = this.panes.flatMap(({ run }) => (run ? [run] : []))
    if (runs.length === 0) return ""
    if (runs.length === 1) return stepWords(runs[0], at)
    const share = Math.round((100 * at) / Math.max(1, this.player.length))
    const sides = this.panes.map((pane) =>
      fillIn(WORDS.live_side, { name: pane.name, at: this.stepOf(pane), steps: pane.steps }),
    )
    return fillIn(WORDS.live_two_steps, { share, sides: sides.join(", ") })
  }

  /** @param {{tone: string, headline: string, lines: string[]}} message */
  say({ tone, headline, lines }) {
    const host = find(this.root, ".verdict")
    host.dataset.tone = tone
    const words = lines.filter(Boolean).map((line) => make("p", "reason", line))
    host.replaceChildren(make("p", "headline", headline), ...words)
  }

  hush() {
    find(this.root, ".verdict").replaceChildren()
  }

  /** @param {string} text */
  status(text) {
    setText(find(this.root, ".status"), text)
  }
}
