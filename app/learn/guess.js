// "Guess the next cell", played against the network: which blank will it fill next?

import { unpack } from "../parts/bytes.js"
import { make, pushButton, setText } from "../parts/dom.js"
import { Grid, gridHost, movedBy } from "../parts/grid.js"
import { BLANK, CELLS, everyCell, place, toDigits } from "../parts/sudoku.js"
import { framesOf, viewOf } from "../parts/trace.js"
import { WORDS, fillIn, percent } from "../parts/words.js"
import { pointsOf } from "./progress.js"

/** @typedef {import("../types").LessonRun} Run */
/** @typedef {import("./reader.js").Reader} Reader */

export class Guess {
  round = 0
  you = 0
  // The visitor's cell of this round; null before he commits.
  /** @type {number | null} */
  mine = null

  /** @param {Reader} reader @param {HTMLElement} host @param {Run} run @param {number[]} steps */
  constructor(reader, host, run, steps) {
    this.reader = reader
    this.run = run
    this.steps = steps
    this.frames = framesOf(run.trace)
    this.clues = toDigits(run.trace.puzzle)
    this.queue = unpack(run.trace.queue)
    const board = gridHost(fillIn(WORDS.learn_board, run))
    this.grid = new Grid(board, { select: () => this.#name() })
    board.onkeydown = (event) => this.#key(event)
    this.head = make("h3", "")
    this.says = make("p", "told")
    this.says.setAttribute("role", "status")
    this.button = pushButton("primary", "", () => this.#press())
    this.score = make("p", "score")
    const figure = make("figure", "board", "", make("div", "frame", "", board))
    const side = make("div", "guess", "", this.head, this.says, this.button, this.score)
    host.append(make("div", "runs game", "", side, figure))
    this.#begin(0)
  }

  get step() {
    return this.steps[this.round]
  }

  /** @param {number} round */
  #begin(round) {
    this.round = round
    this.mine = null
    if (round === 0) this.you = 0
    // On a blank from the start, so that Enter alone is a guess.
    const blank = this.frames[this.step].digits.indexOf(BLANK)
    this.grid.select(blank, { focus: false })
    setText(this.says, WORDS.learn_game_ask)
    this.#draw()
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const to = movedBy(event, this.grid.selected)
    if (to !== null) this.grid.select(to)
    else if (event.key === "Enter" || event.key === " ") this.#press()
    else return
    event.preventDefault()
  }

  #press() {
    if (this.mine === null) this.#commit(this.grid.selected)
    else if (this.round + 1 < this.steps.length) this.#begin(this.round + 1)
    else this.#begin(0)
  }

  /** @param {number} cell */
  #commit(cell) {
    if (this.frames[this.step].digits[cell] !== BLANK) {
      setText(this.says, WORDS.learn_game_filled)
      return
    }
    const { cells, digits, confidence } = this.run.trace.steps[this.step]
    const rank = this.queue[this.step * CELLS + cell]
    const points = pointsOf(rank)
    this.mine = cell
    this.you += points
    const name = ["miss", "near", "hit"][points]
    const said = fillIn(WORDS[`learn_game_${name}`], {
      place: place(cells[0]),
      digit: digits[0],
      sure: percent(confidence[0]),
      rank,
    })
    const isOver = this.round + 1 === this.steps.length
    setText(this.says, isOver ? `${said} ${fillIn(WORDS.learn_game_over, this.#points())}` : said)
    if (isOver) this.reader.note("game", this.you)
    this.#draw()
  }

  // Two points a round, shared between both.
  #points() {
    const played = this.round + (this.mine === null ? 0 : 1)
    return { you: this.you, model: 2 * played - this.you }
  }

  #name() {
    // The grid selects a cell while it is being made, before there is a button.
    if (!this.button || this.mine !== null) return
    setText(this.button, fillIn(WORDS.learn_game_commit, { place: place(this.grid.selected) }))
  }

  #draw() {
    const isTold = this.mine !== null
    const frame = this.frames[this.step + (isTold ? 1 : 0)]
    const [its] = this.run.trace.steps[this.step].cells
    this.grid.draw(
      everyCell.map((at) => ({
        ...viewOf(frame, this.clues, at),
        now: isTold && at === its,
        target: isTold && at === this.mine,
        says: isTold && at === its ? WORDS.learn_its : isTold && at === this.mine ? WORDS.learn_mine : "",
      })),
    )
    setText(this.head, fillIn(WORDS.learn_game, { n: this.round + 1, of: this.steps.length }))
    setText(this.score, fillIn(WORDS.learn_game_score, this.#points()))
    if (!isTold) this.#name()
    else setText(this.button, this.round + 1 < this.steps.length ? WORDS.learn_game_next : WORDS.learn_game_again)
  }
}
