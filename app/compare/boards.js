// The boards side by side, and the map of where they agree.

import { make, makeSvg, setData, setText } from "../parts/dom.js"
import { Grid, gridHost, movedBy } from "../parts/grid.js"
import { BLANK, column, everyCell, findClashes, row } from "../parts/sudoku.js"
import { framesOf, stepAt, viewOf } from "../parts/trace.js"
import { WORDS, cellsWord, fillIn } from "../parts/words.js"
import { markOf, mostFrequent, verdictOf } from "./ticks.js"

/** @typedef {import("../types").ComparedRun} ComparedRun */
/** @typedef {import("../types").Frame} Frame */
/** @typedef {import("./stage.js").Stage} Stage */

// A disc, a square, a triangle, a rhomb: each side has a shape of its own beside its colour.
export const GLYPHS = ["M12 3a9 9 0 1 0 .01 0z", "M4 4h16v16H4z", "M12 3 22 21H2z", "M12 1 23 12 12 23 1 12z"]

/** @param {number} side */
export function glyph(side) {
  const svg = makeSvg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true", class: "glyph" })
  svg.append(makeSvg("path", { d: GLYPHS[side] }))
  return svg
}

// A framed grid with words over and under it. `side`: whose shape and colour it has, if any.
class Framed {
  /** @param {Stage} stage @param {string} name @param {string} note @param {string} label @param {number | null} side */
  constructor(stage, name, note, label, side) {
    this.name = name
    const host = gridHost(label)
    this.grid = new Grid(host, { select: (at) => stage.choose(at) })
    host.onkeydown = (event) => {
      const to = movedBy(event, this.grid.selected)
      if (to !== null) this.grid.select(to)
      else if (event.key === " ") stage.player.toggle()
      else return
      event.preventDefault()
    }
    // A click on the cell that is selected already chooses it, too.
    host.onclick = () => stage.choose(this.grid.selected)
    this.state = make("p", "state")
    const caption = make("figcaption", "name", "", make("b", "", name), make("span", "setting", note))
    this.figure = make("figure", "board", "", caption, make("div", "frame", "", host), this.state)
    if (side === null) return
    this.figure.dataset.side = String(side)
    caption.prepend(glyph(side))
  }

  /** @param {number | null} cell */
  markChosen(cell) {
    this.grid.nodes.forEach((node, at) => setData(node, "chosen", at === cell ? "yes" : ""))
  }
}

// One run on its board.
export class Board extends Framed {
  /** @type {ComparedRun | null} */
  run = null
  /** @type {Frame[]} */
  frames = []
  /** @type {Set<number>[]} */
  clashes = []

  /** @param {Stage} stage @param {{name: string, setting: string}} asked @param {number | null} side */
  constructor(stage, asked, side) {
    super(stage, asked.name, asked.setting, fillIn(WORDS.board, asked), side)
  }

  get steps() {
    return this.frames.length - 1
  }

  /** @param {ComparedRun | null} run @param {string} puzzle */
  load(run, puzzle) {
    this.run = run
    this.frames = framesOf(run?.trace ?? { puzzle, steps: [] })
    // Once for all frames: the player draws many of them a second.
    this.clashes = this.frames.map((frame) => findClashes(frame.digits).cells)
  }

  /** @param {number} tick @param {number} ticks */
  stepAt(tick, ticks) {
    return stepAt(tick, this.steps, ticks)
  }

  /** @param {number} tick @param {number} ticks */
  frameAt(tick, ticks) {
    return this.frames[this.stepAt(tick, ticks)]
  }

  // `held`: what all boards have in each cell; `truth`: the only solution, if there is one.
  /** @param {number} step @param {number[]} clues @param {number[][]} held @param {number[] | null} truth */
  draw(step, clues, held, truth) {
    const frame = this.frames[step]
    const now = new Set(frame.now)
    const gone = new Set(frame.gone)
    this.grid.draw(
      everyCell.map((at) => {
        const view = viewOf(frame, clues, at)
        const mark = this.run && view.kind === "fill" ? markOf(view.digit, held[at], truth && truth[at]) : ""
        return {
          ...view,
          now: now.has(at),
          gone: gone.has(at),
          clash: this.clashes[step].has(at),
          mark,
          says: mark ? WORDS[`mark_${mark}`] : "",
        }
      }),
    )
    this.#drawState(step)
  }

  /** @param {number} step */
  #drawState(step) {
    if (!this.run) {
      setText(this.state, "\u00a0")
      return
    }
    const isEnd = step === this.steps
    const { digits, unsure } = this.frames[step]
    const blank = digits.filter((digit) => digit === BLANK).length
    const now = unsure ? WORDS.state_guess : WORDS.state
    setData(this.state, "ended", isEnd ? (this.run.solved ? "solved" : "wrong") : "")
    setText(
      this.state,
      isEnd ? verdictOf(this.run) : fillIn(now, { at: step, steps: this.steps, blank, cells: cellsWord(unsure ?? 0) }),
    )
  }
}

// The commonest digit of every cell, and how many boards hold it.
export class Agreement extends Framed {
  /** @param {Stage} stage */
  constructor(stage) {
    super(stage, WORDS.agreement, WORDS.agreement_note, WORDS.agreement, null)
    this.figure.classList.add("map")
  }

  /** @param {Frame[]} frames @param {number[]} clues @param {number[] | null} truth */
  draw(frames, clues, truth) {
    let agreed = 0
    let filled = 0
    const draws = frames.length
    const views = everyCell.map((at) => {
      if (clues[at] !== BLANK) return { digit: clues[at], kind: "clue" }
      const [digit, count] = mostFrequent(frames.map((frame) => frame.digits[at]))
      if (digit === BLANK) return { digit, kind: "blank" }
      filled += 1
      if (count === draws) agreed += 1
      const isWrong = truth !== null && truth[at] !== digit
      const wrong = isWrong ? WORDS.agreement_wrong : ""
      const label = fillIn(WORDS.agreement_cell, {
        row: row(at) + 1,
        column: column(at) + 1,
        digit,
        count,
        draws,
        wrong,
      })
      return { digit, kind: "fill", order: count, confidence: count / draws, mark: isWrong ? "lost" : "", label }
    })
    this.grid.draw(views)
    setText(this.state, fillIn(WORDS.agreement_state, { agreed, filled }))
  }
}
