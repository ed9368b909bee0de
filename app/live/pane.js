// One board of the page: the clues, and a run on them from step to step.

import { make, setData, setText } from "../parts/dom.js"
import { Grid, gridHost } from "../parts/grid.js"
import { BLANK, everyCell, findClashes } from "../parts/sudoku.js"
import { framesOf, viewOf } from "../parts/trace.js"
import { WORDS, fillIn } from "../parts/words.js"
import { judged } from "./judge.js"

/** @typedef {import("../types").LiveRun} LiveRun */

export class Pane {
  /** @type {LiveRun | null} */
  run = null
  /** @type {number[]} */
  clues = Array(81).fill(BLANK)
  frames = framesOf({ puzzle: ".".repeat(81), steps: [] })

  /** @param {string} name @param {(cell: number) => void} choose */
  constructor(name, choose) {
    this.name = name
    this.host = gridHost(fillIn(WORDS.live_name, { name }))
    this.grid = new Grid(this.host, { select: choose, press: choose })
    this.state = make("p", "state")
    this.figure = make(
      "figure",
      "pane",
      "",
      make("figcaption", "name", name),
      make("div", "frame", "", this.host),
      this.state,
    )
  }

  /** @param {number[]} clues @param {LiveRun | null} run */
  load(clues, run) {
    this.clues = clues
    this.run = run
    this.frames = framesOf({ puzzle: clues.map((digit) => digit || ".").join(""), steps: run?.steps ?? [] })
  }

  get steps() {
    return this.frames.length - 1
  }

  // `at`: the step shown. `field`: whether z stands in the blanks.
  /** @param {number} at @param {{field?: boolean, judge?: boolean}} [how] */
  draw(at, { field = false, judge = true } = {}) {
    const frame = this.frames[at]
    const { cells } = findClashes(frame.digits)
    this.grid.draw(
      everyCell.map((cell) => ({
        ...viewOf(frame, this.clues, cell),
        now: frame.now.includes(cell),
        gone: frame.gone.includes(cell),
        clash: cells.has(cell),
        field: field ? this.#fieldOf(at, cell) : undefined,
      })),
    )
    this.#drawState(at, judge)
  }

  /** @param {number} at @param {number} cell */
  #fieldOf(at, cell) {
    const said = this.saidOf(at, cell)
    return said?.z ? { z: said.z, p: said.p } : undefined
  }

  // What the call of step `at` said of a cell (of the first call, before any step); null where there is none.
  /** @param {number} at @param {number} cell */
  saidOf(at, cell) {
    return this.clues[cell] ? null : (this.run?.said(Math.max(0, at - 1), cell) ?? null)
  }

  /** @param {number} at @param {boolean} judge */
  #drawState(at, judge) {
    const { digits } = this.frames[at]
    const isEnd = Boolean(this.run) && at === this.steps && judge
    const blank = digits.filter((digit) => digit === BLANK).length
    const { tone, headline, reason } = judged(digits)
    setData(this.state, "ended", isEnd ? tone : "")
    const ended = tone === "wrong" && reason ? `${headline}: ${reason}` : headline
    const words = fillIn(WORDS.live_state, { at, steps: this.steps, blank })
    setText(this.state, !this.run ? "\u00a0" : isEnd ? ended : words)
  }
}
