// The run on show: its boards on the player's time line, its verdict, and a person's reasons for its digits.

import { find, reveal } from "../parts/dom.js"
import { unpack } from "../parts/bytes.js"
import { Timers } from "../parts/timers.js"
import { framesOf, stepWords } from "../parts/trace.js"
import { WORDS, fillIn } from "../parts/words.js"

/** @typedef {import("../types").Frame} Frame */
/** @typedef {import("../types").Report} Report */
/** @typedef {import("../types").Why} Why */
/** @typedef {import("./app.js").App} App */

const REST_AFTER = 400
const REASONS_AFTER = 2000

export class Run {
  /** @type {Report | null} */
  report = null
  // The last run that was adopted, which may have been left since.
  /** @type {string | null} */
  adopted = null
  // The board at each step; null where no run is on show.
  /** @type {Frame[] | null} */
  frames = null
  // What each call said of each cell, and the cell's place in its queue.
  said = new Uint8Array()
  places = new Uint8Array()
  // By step and by cell of that step; `reasonsOf` is the run that they were asked for.
  /** @type {Why[][] | null} */
  reasons = null
  /** @type {string | null} */
  reasonsOf = null
  #timers = new Timers()

  /** @param {App} app */
  constructor(app) {
    this.app = app
  }

  // The run on show as it was told, and null where the report is words alone.
  get trace() {
    return this.report?.trace ?? null
  }

  /** @param {number} at */
  words(at) {
    return this.trace ? stepWords(this.trace, at) : ""
  }

  // The board at the player's step.
  get frame() {
    return this.frames?.[this.app.player.at] ?? null
  }

  /** @param {Report} report @param {number | null} at */
  show(report, at) {
    const { app } = this
    const { trace } = report
    this.adopted = report.id
    this.report = report
    this.frames = trace ? framesOf(trace) : null
    this.reasons = null
    app.setMode(trace ? "watch" : "edit")
    app.showBusy()
    if (trace) {
      this.said = unpack(trace.probabilities)
      this.places = unpack(trace.queue)
    }
    this.present(at)
    if (trace) this.#reveal()
  }

  #reveal() {
    const [frame, ...others] = [".frame", ".player", ".verdict"].map((part) => find(this.app.root, part))
    reveal(frame, [frame, ...others])
  }

  // Words of the report, and its run from step `at`, or from the start.
  /** @param {number | null} at */
  present(at = null) {
    const { report, frames } = this
    const { verdict, player } = this.app
    if (!report) return
    verdict.say(report)
    // Before anything is drawn: the player may stand at a step of the run before, which this one may not have.
    if (frames) player.load(frames.length - 1, at)
    verdict.point({ clash: report.cells })
    const wrong = report.first_wrong
    if (wrong) verdict.offer(fillIn(WORDS.jump, { step: wrong }), () => player.seek(wrong))
    if (report.guesses) verdict.offer(fillIn(WORDS.guess_run, { calls: report.guesses }), () => this.#guess())
  }

  // The same board once more, by guesses at the whole of it.
  #guess() {
    const { talk } = this.app
    if (!talk.isAsking("solve")) talk.ask("solve", { guess: true }, () => {})
  }

  leave() {
    this.app.player.pause()
    this.#timers.stop("reasons")
    this.report = this.frames = this.reasons = this.reasonsOf = null
    this.app.setMode("edit")
    this.app.verdict.clear()
    this.app.showBusy()
  }

  // The player stands still at a step.
  rest() {
    // Stepping through a run rests at every step; the server need hear of the last only.
    this.#timers.later("rest", REST_AFTER, () => this.app.talk.flush())
    this.app.steer.network.want()
    this.wantReasons(true)
  }

  // The cells that the step on show filled, if there is one.
  #filledNow() {
    const { at } = this.app.player
    return at > 0 && this.trace ? this.trace.steps[at - 1].cells : []
  }

  // Ask for the reasons of a run: at once when somebody looks into a cell or stops at a step that filled one cell, else after a
  // while, since where a class presses Solve together the solves should come first.
  wantReasons(isNow = false) {
    if (!this.frames || this.reasonsOf === this.report?.id) return
    if (this.app.isOpen("look")) this.#askReasons()
    else if (this.#filledNow().length === 1) {
      if (isNow) this.#askReasons()
      else if (!this.#timers.isSet("reasons")) this.#timers.later("reasons", REASONS_AFTER, () => this.#askReasons())
    }
  }

  #askReasons() {
    this.#timers.stop("reasons")
    if (!this.frames || !this.report || this.reasonsOf === this.report.id) return
    const id = (this.reasonsOf = this.report.id)
    this.app.talk.ask("reasons", {}, (found) => {
      // Another run may be on show by the time the reasons come.
      if (this.report?.id === id && found.steps) this.reasons = found.steps
      this.app.draw()
    })
  }

  // A person's reason for the one cell that the step on show filled.
  /** @returns {Why | null} */
  whyNow() {
    return this.#filledNow().length === 1 ? (this.reasons?.[this.app.player.at - 1]?.[0] ?? null) : null
  }

  // A person's reason for a cell that step `number` filled.
  /** @param {number} number @param {number} cell @returns {Why | null} */
  whyOf(number, cell) {
    if (!number || !this.trace) return null
    return this.reasons?.[number - 1]?.[this.trace.steps[number - 1].cells.indexOf(cell)] ?? null
  }

  stop() {
    this.#timers.stopAll()
  }
}
