// The Compare page's component: several runs on one puzzle, side by side on one time line, with their curves.

import { Address } from "../parts/address.js"
import { REDUCED, find, setText } from "../parts/dom.js"
import { Player } from "../parts/player.js"
import { BLANK, everyCell, toDigits } from "../parts/sudoku.js"
import { teach } from "../parts/teaching.js"
import { Agreement, Board } from "./boards.js"
import { Charts } from "./charts.js"
import { showFacts } from "./facts.js"
import { showFigures } from "./figures.js"
import { Paint, showChosen } from "./paint.js"
import { tickWords } from "./ticks.js"
import { makeTools } from "./tools.js"

/** @typedef {import("../types").CompareData} CompareData */
/** @typedef {import("../types").Comparison} Comparison */
/** @typedef {import("../types").Jump} Jump */

export class Stage {
  // The number of the newest data.
  /** @type {number | undefined} */
  number = undefined
  /** @type {CompareData | null} */
  data = null
  // What is on show; null while the server works.
  /** @type {Comparison | null} */
  result = null
  /** @type {Board[]} */
  boards = []
  // Where there are several draws of one model.
  /** @type {Agreement | null} */
  map = null
  // The cell that was chosen, on all boards.
  /** @type {number | null} */
  cell = null
  // Whether a choice is being carried to the other boards.
  #linking = false
  #address = new Address()

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root
    this.player = new Player(find(root, ".player"), {
      step: () => this.draw(),
      words: (at) => (this.result ? this.#words(at) : ""),
    })
    this.charts = new Charts(this)
    this.paint = new Paint(this)
    makeTools(root, () => this.player.at)
    root.onkeydown = (event) => {
      // The page has one-letter keys of its own (r runs it again): what is typed here is not for them.
      event.stopPropagation()
    }
  }

  get isSides() {
    return this.data?.view === "sides"
  }

  get ticks() {
    return this.result?.ticks ?? 0
  }

  // The only solution; null if there are several or none.
  get truth() {
    return this.result?.solution ? toDigits(this.result.solution) : null
  }

  // ---- from the server

  /** @param {CompareData} data */
  receive(data) {
    const before = this.data
    this.data = data
    /** @param {CompareData | null} of */
    const shape = (of) => JSON.stringify([of?.view, of?.boards])
    // New boards only where their number or words change: the keyboard and a cell's selection would be lost with
    // the old ones.
    if (shape(before) !== shape(data)) this.#makeBoards(data)
    this.#address.show(data.query)
    teach(this.root, data.teaching)
    setText(find(this.root, ".working"), data.result ? "" : data.working)
    this.root.dataset.ready = String(data.result !== null)
    if (data.id === before?.id && (data.result !== null) === (this.result !== null)) this.draw()
    else this.#load(data)
  }

  /** @param {CompareData} data */
  #load(data) {
    this.result = data.result
    this.cell = null
    this.boards.forEach((board, which) => board.load(data.result?.runs[which] ?? null, data.puzzle))
    this.paint.show()
    showFacts(this)
    showFigures(this)
    this.charts.draw()
    this.player.load(this.ticks, data.result ? data.at : 0)
    const { top } = find(this.root, ".boards").getBoundingClientRect()
    if (data.at === null && (top < 0 || top > window.innerHeight / 2)) {
      this.root.scrollIntoView({ behavior: REDUCED() ? "auto" : "smooth", block: "start" })
    }
  }

  /** @param {CompareData} data */
  #makeBoards(data) {
    this.root.dataset.view = data.view
    this.root.dataset.boards = String(data.boards.length)
    this.boards = data.boards.map((asked, which) => new Board(this, asked, this.isSides ? which : null))
    this.map = data.view === "draws" ? new Agreement(this) : null
    find(this.root, ".boards").replaceChildren(...this.#all().map(({ figure }) => figure))
    for (const { grid } of this.#all()) grid.select(0, { focus: false })
  }

  /** @returns {(Board | Agreement)[]} */
  #all() {
    return this.map ? [this.map, ...this.boards] : this.boards
  }

  // ---- a tick

  draw() {
    if (!this.data) return
    const { truth, ticks, player, boards } = this
    const frames = boards.map((board) => board.frameAt(player.at, ticks))
    const held = everyCell.map((at) => frames.map(({ digits }) => digits[at]).filter((digit) => digit !== BLANK))
    const clues = toDigits(this.data.puzzle)
    for (const board of boards) board.draw(board.stepAt(player.at, ticks), clues, held, truth)
    this.map?.draw(frames, clues, truth)
    for (const board of this.#all()) board.markChosen(this.cell)
    showChosen(this, frames, clues)
    this.charts.seek(player.at)
  }

  /** @param {number} at */
  #words(at) {
    const runs = this.boards.map((board) => {
      const { now, unsure } = board.frameAt(at, this.ticks)
      return { name: board.name, steps: board.steps, filled: now.length, unsure }
    })
    return tickWords(at, runs, this.ticks, this.map !== null)
  }

  /** @param {number} at */
  choose(at) {
    if (!this.result || this.#linking) return
    this.cell = at
    // Selecting the cell on the other boards calls this again.
    this.#linking = true
    for (const { grid } of this.#all()) grid.select(at, { focus: false })
    this.#linking = false
    this.draw()
  }

  /** @param {Jump} to */
  jump({ tick, cell }) {
    this.player.seek(tick)
    this.choose(cell)
  }

  attach() {
    this.charts.attach()
  }

  remove() {
    this.player.pause()
    this.charts.remove()
  }
}
