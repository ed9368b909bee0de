// The page that runs the network: a puzzle comes in, the worker is asked, and the runs are played.

import { fillWords, find, make, pushButton } from "../parts/dom.js"
import { BLANK, CELLS, DIGITS, findClashes, toDigits, toLine } from "../parts/sudoku.js"
import { WORDS, fillIn } from "../parts/words.js"
import { Choices } from "./choices.js"
import { Engine } from "./engine.js"
import { judged, readPuzzle } from "./judge.js"
import { emptyRun } from "./runs.js"
import { Theatre } from "./theatre.js"
import { digitOf } from "./typing.js"

/** @typedef {import("../types").LiveRun} LiveRun */

class LivePage {
  digits = toDigits(EXAMPLES[0].puzzle)
  isBusy = false
  /** @type {LiveRun[]} */
  runs = []

  /** @param {HTMLElement} root */
  constructor(root) {
    fillWords(root)
    this.root = root
    this.theatre = new Theatre(root, (event, cell) => this.#typed(event, cell))
    this.choices = new Choices(root, {
      seat: () => this.reset(),
      draw: () => this.solve(),
      field: (on) => this.#showField(on),
    })
    this.field = /** @type {HTMLTextAreaElement} */ (find(root, "#puzzle"))
    this.field.oninput = () => this.#read()
    this.button = find(root, ".solve")
    this.button.onclick = () => (this.isBusy ? this.stop() : this.solve())
    find(root, ".clear").onclick = () => this.put(Array(CELLS).fill(BLANK))
    find(root, ".again").onclick = () => this.reset()
    this.#makePad()
    this.#makeExamples()
    // Before the engine: it empties the line that says how the engine fares.
    this.reset()
    this.theatre.status(WORDS.live_loading)
    this.engine = new Engine({
      ready: (fast) => this.theatre.status(fast ? "" : WORDS.live_slow),
      failed: (error) => this.theatre.status(fillIn(WORDS.live_failed, { error })),
    })
  }

  // ---- the puzzle

  #makePad() {
    const buttons = [...DIGITS, BLANK].map((digit) =>
      pushButton(digit ? "" : "erase", digit ? String(digit) : WORDS.erase, () =>
        this.#write(this.theatre.cell, digit),
      ),
    )
    find(this.root, ".pad").replaceChildren(...buttons)
  }

  #makeExamples() {
    const list = /** @type {HTMLSelectElement} */ (find(this.root, "#examples"))
    list.append(new Option(WORDS.live_choose, ""), ...EXAMPLES.map(({ name, puzzle }) => new Option(name, puzzle)))
    list.append(new Option(WORDS.live_empty, ".".repeat(CELLS)))
    list.onchange = () => {
      if (list.value) this.put(toDigits(list.value))
      list.value = ""
    }
  }

  /** @param {KeyboardEvent} event @param {number} cell */
  #typed(event, cell) {
    if (event.key === "Enter") {
      if (!this.isBusy) this.solve()
      return true
    }
    const digit = digitOf(event, this.runs.length > 0)
    if (digit === null) return false
    this.#write(cell, digit)
    return true
  }

  /** @param {number} cell @param {number} digit */
  #write(cell, digit) {
    this.put(this.digits.map((old, at) => (at === cell ? digit : old)))
  }

  #read() {
    const found = readPuzzle(this.field.value)
    if ("error" in found) this.theatre.say({ tone: "refused", headline: WORDS.live_unread, lines: [found.error] })
    else this.put(found.digits)
  }

  /** @param {number[]} digits */
  put(digits) {
    this.digits = digits
    this.reset()
  }

  // The puzzle alone, without a run.
  reset() {
    if (this.isBusy) this.engine.stop()
    this.#busy(false)
    this.runs = []
    this.theatre.hush()
    this.theatre.status("")
    this.theatre.seat(this.choices.models().map((name) => name.toUpperCase()))
    this.theatre.load(this.digits, [], 0)
    this.theatre.choose(this.theatre.cell)
    this.#mode("edit")
    if (document.activeElement !== this.field) this.field.value = toLine(this.digits)
  }

  /** @param {"edit" | "watch"} mode */
  #mode(mode) {
    this.root.dataset.mode = mode
    for (const part of [".player", ".look", ".again"]) find(this.root, part).hidden = mode === "edit"
    find(this.root, ".pad").hidden = mode === "watch"
  }

  // ---- a run

  #refused() {
    const { first } = findClashes(this.digits)
    if (first) return [WORDS.live_clash, fillIn(WORDS.live_clash_why, { clash: first })]
    if (!this.digits.includes(BLANK)) return [WORDS.live_full, WORDS.live_full_why]
    return this.choices.seedError() ? [WORDS.live_unread, WORDS.live_seed_bad] : null
  }

  async solve() {
    const refused = this.#refused()
    this.reset()
    if (refused) {
      this.theatre.say({ tone: "refused", headline: refused[0], lines: refused.slice(1) })
      return
    }
    this.#busy(true)
    const puzzle = toLine(this.digits)
    for (const name of this.choices.models()) {
      const run = emptyRun(name)
      this.runs.push(run)
      run.end = await this.engine.ask({ model: name, puzzle, ...this.choices.values() }, (step) =>
        this.#hear(run, step),
      )
    }
    this.#busy(false)
    this.#show(null)
  }

  /** @param {LiveRun} run @param {import("../types").LiveStep} step */
  #hear(run, step) {
    run.steps.push(step)
    const { theatre } = this
    theatre.panes.forEach((pane, which) => pane.load(this.digits, this.runs[which] ?? null))
    theatre.drawEnds()
    const blank = step.order.length - step.cells.length
    theatre.status(fillIn(WORDS.live_thinking, { name: run.name.toUpperCase(), call: run.steps.length, blank }))
  }

  stop() {
    this.engine.stop()
    this.#busy(false)
    this.#show(0)
    this.theatre.player.seek(this.theatre.player.length)
    this.theatre.say({ tone: "failed", headline: WORDS.live_stopped, lines: [WORDS.live_stopped_why] })
  }

  /** @param {number | null} start */
  #show(start) {
    this.theatre.status("")
    this.#mode("watch")
    this.theatre.load(this.digits, this.runs, start)
    const ends = this.theatre.panes.map((pane) => ({ pane, ...judged(pane.frames[pane.steps].digits) }))
    const single = ends.length === 1
    const lines = ends.map(({ pane, headline, reason }) => {
      const { calls, rounds, ms } = pane.run?.end ?? { calls: 0, rounds: 0, ms: 0 }
      const figures = fillIn(WORDS.live_figures, { calls, rounds, seconds: (ms / 1000).toFixed(2) })
      return single ? [reason, figures].filter(Boolean).join(" ") : `${pane.name}: ${headline}. ${reason} ${figures}`
    })
    const tone = ends.every((end) => end.tone === "solved") ? "solved" : "wrong"
    const headline = single ? ends[0].headline : ends.map((end) => `${end.pane.name}: ${end.headline}`).join("; ")
    this.theatre.say({ tone, headline, lines: [...lines, WORDS.live_alone] })
  }

  /** @param {boolean} on */
  #busy(on) {
    this.isBusy = on
    this.button.classList.toggle("busy", on)
    this.button.replaceChildren(make("span", "label", on ? WORDS.live_stop : WORDS.live_solve))
  }

  /** @param {boolean} on */
  #showField(on) {
    this.theatre.field = on
    this.theatre.draw()
  }
}

/** @type {{name: string, puzzle: string}[]} */
const EXAMPLES = JSON.parse(find(document, "#examples-data").textContent ?? "[]")
Object.assign(window, { vmdSudoku: new LivePage(find(document, ".app")) })
