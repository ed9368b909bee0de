// Who goes through one lesson: the head, the card on show, the steps below it; where he is, and what he has answered.
//
// The Learn page and a lesson in a file of its own are both this; they differ in what lies around it.

import { find, make, pushButton, setText } from "../parts/dom.js"
import { WORDS, fillIn } from "../parts/words.js"
import { CardView } from "./card.js"
import { scoreOf } from "./progress.js"

/** @typedef {import("../types").Lesson} Lesson */

/**
 * @typedef {object} Around
 * @property {() => void} moved another card is on show, or another answer is given
 * @property {(what: string) => boolean} hides whether a teacher hides it
 * @property {(link: Lesson["cards"][number]["links"][number]) => HTMLElement} link a way into the app
 * @property {(() => void) | null} all to the other lessons; null where there are none
 * @property {(id: string) => (() => void) | null} following to the lesson after this one, if there is one
 */

export class Reader {
  /** @type {Lesson | null} */
  lesson = null
  at = 0
  // By lesson and card: "many.0", "sure.game".
  /** @type {Map<string, number>} */
  said = new Map()
  // Lessons whose cards were opened without an answer.
  /** @type {Set<string>} */
  skipped = new Set()
  /** @type {CardView | null} */
  #view = null

  /** @param {HTMLElement} root @param {Around} around */
  constructor(root, around) {
    this.root = root
    this.around = around
    this.host = find(root, ".lesson")
    // The page has one-letter keys of its own (r runs it again): what is typed here is not for them.
    root.onkeydown = (event) => event.stopPropagation()
  }

  /** @param {Lesson} lesson @param {number} at @param {boolean} focus */
  show(lesson, at, focus) {
    this.stop()
    this.lesson = lesson
    this.at = at
    this.#drawHead(lesson)
    this.#drawSteps(lesson)
    this.#view = new CardView(this, lesson, find(this.host, ".card"))
    if (focus) this.#view.focus()
  }

  /** @param {number} at */
  go(at) {
    if (!this.lesson) return
    this.show(this.lesson, at, true)
    this.around.moved()
  }

  // Nothing runs and nothing is on show.
  leave() {
    this.stop()
    this.lesson = null
  }

  stop() {
    this.#view?.stop()
    this.#view = null
  }

  pause() {
    this.#view?.stop()
  }

  /** @param {number | string} card @param {number} value */
  note(card, value) {
    if (!this.lesson) return
    this.said.set(`${this.lesson.id}.${card}`, value)
    this.around.moved()
    this.#drawHead(this.lesson)
  }

  /** @param {number} card */
  answerOf(card) {
    return this.said.get(`${this.lesson?.id}.${card}`)
  }

  // Cards before their prediction.
  skip() {
    if (!this.lesson) return
    this.skipped.add(this.lesson.id)
    this.show(this.lesson, this.at, true)
  }

  // ---- what is drawn

  /** @param {Lesson} lesson */
  #drawHead(lesson) {
    const { all, hides } = this.around
    const values = { title: lesson.title, n: this.at + 1, of: lesson.cards.length }
    // A file has the lesson's title above it already.
    const place = make("p", "fine", fillIn(all ? WORDS.learn_at : WORDS.learn_card, values))
    const score = scoreOf(lesson, this.said, this.at)
    const points = make("p", "score", score.said && !hides("score") ? fillIn(WORDS.learn_score, score) : "")
    points.setAttribute("role", "status")
    const head = find(this.host, ".head")
    head.replaceChildren(place, points)
    if (all && !hides("lessons")) head.prepend(pushButton("plain", `‹ ${WORDS.learn_all}`, all))
  }

  /** @param {Lesson} lesson */
  #drawSteps(lesson) {
    const cards = lesson.cards.filter(({ kind }) => kind !== "sandbox" || !this.around.hides("sandbox"))
    // A recorded solve asks the same kind of question again and again: there numbers say more.
    const isNamed = new Set(cards.map(({ kind }) => kind)).size === cards.length
    const back = pushButton("back", WORDS.learn_back, () => this.go(this.at - 1))
    back.disabled = this.at === 0
    const list = make("ol", "")
    cards.forEach(({ kind }, at) => {
      const step = pushButton("", isNamed ? WORDS.learn_kinds[kind] : String(at + 1), () => this.go(at))
      if (at === this.at) step.setAttribute("aria-current", "step")
      list.append(make("li", "", "", step))
    })
    const next = pushButton("primary next", WORDS.learn_next, () => this.go(this.at + 1))
    if (this.at >= cards.length - 1) this.#drawEnd(next, lesson)
    find(this.host, ".steps").replaceChildren(back, list, next)
  }

  /** @param {HTMLButtonElement} next @param {Lesson} lesson */
  #drawEnd(next, lesson) {
    const { all, hides } = this.around
    const following = this.around.following(lesson.id)
    setText(next, following ? WORDS.learn_following : WORDS.learn_all)
    next.onclick = following ?? all
    next.hidden = !next.onclick || hides("lessons")
  }
}
