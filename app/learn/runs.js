// Runs on the screen: one board, boards side by side on one time line, or one of several.

import { make, setData, setText } from "../parts/dom.js"
import { Grid, gridHost, movedBy } from "../parts/grid.js"
import { Player } from "../parts/player.js"
import { BLANK, everyCell, findClashes, toDigits } from "../parts/sudoku.js"
import { framesOf, stepWords, viewOf } from "../parts/trace.js"
import { WORDS, fillIn } from "../parts/words.js"
import { Bars } from "./bars.js"

/** @typedef {import("../types").LessonRun} Run */
/** @typedef {import("../types").LessonShow} Show */

export class RunsView {
  /** @type {LessonBoard[]} */
  boards = []
  /** @type {Bars | null} */
  bars = null

  /** @param {Record<string, Run>} runs of the lesson @param {HTMLElement} host @param {Show} show */
  constructor(runs, host, show) {
    this.runs = runs
    this.show = show
    this.place = make("div", "boards")
    this.host = make("div", "runs")
    if (show.layout === "choose") this.host.append(this.#chooser())
    this.host.append(this.place)
    const controls = make("div", "player")
    this.player = new Player(controls, { step: () => this.#draw(), words: (at) => this.#words(at) })
    if (!show.still) this.host.append(controls)
    if (show.bars) this.bars = new Bars(this.host)
    host.append(this.host)
    this.#mount(show.layout === "beside" ? show.runs : [show.runs[0]])
  }

  stop() {
    this.player.pause()
  }

  #chooser() {
    const choices = this.show.runs.map((name, at) => {
      const input = make("input")
      input.type = "radio"
      input.name = "run"
      input.checked = at === 0
      input.onchange = () => this.#mount([name])
      return make("label", "", "", input, make("span", "", this.runs[name].label))
    })
    const legend = make("legend", "unseen", WORDS.learn_boards)
    return make("fieldset", "chooser", "", legend, ...choices)
  }

  /** @param {string[]} names */
  #mount(names) {
    // The cell that was looked at stays when another run is chosen; 40 is the middle of the board.
    const cell = this.boards[0]?.grid.selected ?? this.show.cells[0] ?? 40
    this.boards = names.map(
      (name) =>
        new LessonBoard(
          this.runs[name],
          this.show.cells,
          (at) => this.#select(at),
          () => this.#toggle(),
        ),
    )
    setData(this.place, "boards", names.length)
    this.place.replaceChildren(...this.boards.map(({ figure }) => figure))
    for (const { grid, state } of this.boards) {
      grid.select(cell, { focus: false })
      state.hidden = this.show.still
    }
    const ticks = Math.max(...this.boards.map(({ steps }) => steps))
    this.player.load(ticks, this.show.still ? (this.show.at ?? 0) : this.show.at)
  }

  #toggle() {
    if (!this.show.still) this.player.toggle()
  }

  /** @param {number} cell */
  #select(cell) {
    // Only where it differs: selecting a cell calls this again.
    for (const { grid } of this.boards) if (grid.selected !== cell) grid.select(cell, { focus: false })
    this.#drawBars()
  }

  #draw() {
    for (const board of this.boards) board.draw(this.player.at)
    this.#drawBars()
  }

  #drawBars() {
    const [board] = this.boards
    if (board) this.bars?.show(board.run.trace, board.stepAt(this.player.at), board.grid.selected)
  }

  /** @param {number} at @returns {string} */
  #words(at) {
    if (this.boards.length !== 1) {
      return this.boards.map((board) => `${board.run.label}: ${board.stateWords(board.stepAt(at))}`).join(". ")
    }
    return this.boards[0] ? stepWords(this.boards[0].run.trace, at) : ""
  }
}

class LessonBoard {
  /** @param {Run} run @param {number[]} cells @param {(cell: number) => void} select @param {() => void} toggle */
  constructor(run, cells, select, toggle) {
    this.run = run
    this.cells = new Set(cells)
    this.frames = framesOf(run.trace)
    this.clues = toDigits(run.trace.puzzle)
    // Once for all frames: the player draws many of them a second.
    this.clashes = this.frames.map((frame) => findClashes(frame.digits).cells)
    const host = gridHost(fillIn(WORDS.learn_board, run))
    this.grid = new Grid(host, { select })
    host.onkeydown = (event) => {
      const to = movedBy(event, this.grid.selected)
      if (to !== null) this.grid.select(to)
      else if (event.key === " ") toggle()
      else return
      event.preventDefault()
    }
    this.state = make("p", "state")
    const caption = make("figcaption", "", "", make("b", "", run.label), make("span", "fine", run.setting))
    this.figure = make("figure", "board", "", caption, make("div", "frame", "", host), this.state)
  }

  get steps() {
    return this.frames.length - 1
  }

  // A tick of the slider is a call, for every board: who needs one call is done when the other has only begun.
  /** @param {number} tick */
  stepAt(tick) {
    return Math.min(tick, this.steps)
  }

  /** @param {number} tick */
  draw(tick) {
    const step = this.stepAt(tick)
    const frame = this.frames[step]
    const now = new Set(frame.now)
    const gone = new Set(frame.gone)
    this.grid.draw(
      everyCell.map((at) => ({
        ...viewOf(frame, this.clues, at),
        now: now.has(at) && step < this.steps,
        gone: gone.has(at),
        clash: this.clashes[step].has(at),
        basis: this.cells.has(at),
        says: this.cells.has(at) ? WORDS.learn_marked : "",
      })),
    )
    setData(this.state, "ended", step < this.steps ? "" : this.run.facts.solved === "solved" ? "solved" : "wrong")
    setText(this.state, this.stateWords(step))
  }

  /** @param {number} step @returns {string} */
  stateWords(step) {
    const blank = this.frames[step].digits.filter((digit) => digit === BLANK).length
    if (step < this.steps) return fillIn(WORDS.learn_state, { at: step, steps: this.steps, blank })
    if (this.run.facts.solved === "solved") return WORDS.learn_solved
    if (this.clashes[step].size) return fillIn(WORDS.learn_clash, { n: this.clashes[step].size })
    return blank ? fillIn(WORDS.learn_unfilled, { n: blank }) : WORDS.learn_differs
  }
}
