// The talk with the server. It hears of the board a moment later, in the state "board", which is what `said` makes.
//
// An open question is part of what is said: a message that follows closely takes the place of the one before, and a trigger
// would go with that. One question is under way at a time.

import { Timers } from "../parts/timers.js"

/** @typedef {import("../types").Found} Found */

/**
 * @typedef {object} Question
 * @property {string} kind
 * @property {Found} details
 * @property {(found: Found) => void} then takes the answer
 * @property {number} tries how often a busy server has sent it away
 * @property {number} press names it; a later one is greater
 */

/**
 * @typedef {object} TalkHandlers
 * @property {() => Found} said what the browser says of its board
 * @property {() => boolean} isHeard whether the server has the board as it is
 * @property {() => void} changed what is asked is another now
 * @property {() => void} silent no answer has come
 */

const EMIT_AFTER = 150
const GIVE_UP_AFTER = 60000
// What is sent while the connection is down is lost without a word: say it again until the server has heard it.
const REPEAT_AFTER = 4000
// A question that a busy server has heard is no news to it, and costs it a run of the page.
const ASK_AGAIN_AT_MOST = 16000
const TRY_AGAIN_AFTER = 1500
const TRIES = 20

// Others were first: wait a little, and a little at random so that not all come back together.
export const soon = () => TRY_AGAIN_AFTER * (1 + Math.random())

export class Talk {
  /** @type {(value: Found) => void} */
  send = () => {}
  // What waits for an answer, and what waits for that.
  /** @type {Question | null} */
  pending = null
  /** @type {Question[]} */
  queue = []
  #lastPress = 0
  // Whether the last message had a question in it.
  #asked = false
  #timers = new Timers()

  /** @param {TalkHandlers} handlers */
  constructor(handlers) {
    this.handlers = handlers
  }

  // Say the board, once nothing more has changed for a moment.
  emit() {
    this.#timers.later("emit", EMIT_AFTER, () => this.flush())
  }

  flush() {
    this.#tell()
    this.#repeat(REPEAT_AFTER)
  }

  #tell() {
    this.#timers.stop("emit")
    const { pending } = this
    this.#asked = Boolean(pending)
    const ask = pending && { press: pending.press, kind: pending.kind, details: pending.details }
    this.send({ ...this.handlers.said(), ask })
  }

  /** @param {number} wait */
  #repeat(wait) {
    this.#timers.later("repeat", wait, () => {
      // A question that has its answer is taken back, or a server that starts anew would answer it once more.
      if (!this.pending && !this.#asked && this.handlers.isHeard()) return
      this.#tell()
      this.#repeat(this.pending ? Math.min(ASK_AGAIN_AT_MOST, 2 * wait) : REPEAT_AFTER)
    })
  }

  // Ask the server for something; `then` gets its answer.
  /** @param {string} kind @param {Found} details @param {(found: Found) => void} then */
  ask(kind, details, then, tries = 0) {
    // Of each kind the newest question only: the answer to an older one would be shown for a moment and replaced.
    this.queue = this.queue.filter((other) => other.kind !== kind)
    this.queue.push({ kind, details, then, tries, press: 0 })
    // Nobody waits for a look at the board when something else is wanted.
    if (this.pending?.kind === "look" && kind !== "look") this.settle()
    this.pump()
  }

  // Send the next question, if none is under way.
  pump() {
    const next = this.pending ? undefined : this.queue.shift()
    if (!next) return
    // The time of day, so that presses grow beyond those of a page that was loaded before; and one more at least,
    // should a clock go back.
    next.press = this.#lastPress = Math.max(Date.now(), this.#lastPress + 1)
    this.pending = next
    this.flush()
    this.#timers.later("giveUp", GIVE_UP_AFTER, () => {
      this.settle()
      this.handlers.silent()
    })
    this.handlers.changed()
  }

  // The question under way has its answer, or needs none any more.
  settle() {
    this.pending = null
    this.#timers.stop("giveUp")
    this.handlers.changed()
  }

  // What was asked about another board is no longer wanted.
  forget() {
    this.settle()
    this.queue = []
    this.stopRetry()
  }

  // The server was busy: ask once more, a little later.
  /** @param {Question} question */
  retry(question) {
    if (question.tries >= TRIES) return
    const { kind, details, then, tries } = question
    this.#timers.later("retry", soon(), () => this.ask(kind, details, then, tries + 1))
  }

  stopRetry() {
    this.#timers.stop("retry")
  }

  /** @param {string} kind */
  isAsking(kind) {
    return this.pending?.kind === kind || this.queue.some((one) => one.kind === kind)
  }

  stop() {
    this.#timers.stopAll()
  }
}
