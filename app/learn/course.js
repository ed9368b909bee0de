// The course: the list of lessons, the cards of one, and where the visitor is.

import { Address } from "../parts/address.js"
import { fillWords, find, make, pushButton, setText } from "../parts/dom.js"
import { teach } from "../parts/teaching.js"
import { WORDS, fillIn } from "../parts/words.js"
import { CardView } from "./card.js"
import { readSaid, scoreOf, writeSaid } from "./progress.js"

/** @typedef {import("../types").LearnData} LearnData */
/** @typedef {import("../types").Lesson} Lesson */

export class Course {
  // The number of the newest data.
  /** @type {number | undefined} */
  number = undefined
  /** @type {LearnData | null} */
  data = null
  /** @type {Map<string, Lesson>} */
  lessons = new Map()
  id = ""
  at = 0
  /** @type {Map<string, number>} */
  said = new Map()
  // Cards that were opened without an answer.
  /** @type {Set<string>} */
  skipped = new Set()
  /** @type {CardView | null} */
  view = null
  /** @type {(place: {lesson: string, card: number, said: string}) => void} */
  tell = () => {}
  #address = new Address()

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root
    fillWords(root)
    // The page has one-letter keys of its own (r runs it again): what is typed here is not for them.
    root.onkeydown = (event) => event.stopPropagation()
  }

  /** @param {LearnData} data */
  receive(data) {
    const isFirst = this.data === null
    this.data = data
    teach(this.root, data.teaching)
    // Kept: a lesson that was opened before is there at once.
    if (data.lesson) this.lessons.set(data.lesson.id, data.lesson)
    if (isFirst) {
      this.id = data.open.lesson
      this.at = data.open.card
      this.said = readSaid(data.open.said)
      this.#draw(false)
    } else if (data.lesson?.id === this.id && !this.view) this.#draw(true)
    this.#showAddress()
  }

  get lesson() {
    return this.lessons.get(this.id)
  }

  /** @param {string} what */
  hides(what) {
    return this.data?.teaching.hide.includes(what) ?? false
  }

  // ---- moves

  /** @param {string} id @param {number} at */
  open(id, at = 0) {
    this.id = id
    this.at = at
    this.#draw(true)
    this.changed()
  }

  /** @param {string} key @param {number} value */
  note(key, value) {
    this.said.set(`${this.id}.${key}`, value)
    this.changed()
    this.#drawHead()
  }

  /** @param {number} card */
  answerOf(card) {
    return this.said.get(`${this.id}.${card}`)
  }

  changed() {
    this.#showAddress()
    this.tell({ lesson: this.id, card: this.at, said: writeSaid(this.said) })
  }

  pause() {
    this.view?.stop()
  }

  #showAddress() {
    const query = new URLSearchParams(this.data?.query)
    if (this.id) {
      query.set("lesson", this.id)
      query.set("card", String(this.at + 1))
    }
    if (this.said.size) query.set("said", writeSaid(this.said))
    this.#address.show(query.toString())
  }

  // ---- what is drawn

  /** @param {boolean} focus */
  #draw(focus) {
    this.view?.stop()
    this.view = null
    const contents = find(this.root, ".contents")
    const host = find(this.root, ".lesson")
    contents.hidden = this.id !== ""
    host.hidden = this.id === ""
    if (!this.id) {
      this.#drawContents(contents)
      if (focus) this.root.scrollIntoView({ block: "start" })
      return
    }
    const card = find(host, ".card")
    if (!this.lesson) {
      card.replaceChildren(make("p", "fine", WORDS.learn_loading))
      return
    }
    this.#drawHead()
    this.#drawSteps(this.lesson)
    this.view = new CardView(this, card)
    if (focus) this.view.focus()
  }

  redraw() {
    this.#draw(true)
  }

  /** @param {HTMLElement} host */
  #drawContents(host) {
    const items = (this.data?.lessons ?? []).map((each, at) => {
      const answers = [...this.said.keys()].filter((key) => key.startsWith(`${each.id}.`))
      const lesson = this.lessons.get(each.id)
      const score = lesson && answers.length ? scoreOf(lesson, this.said) : null
      const open = pushButton("primary", answers.length ? WORDS.learn_on : WORDS.learn_start, () => this.open(each.id))
      open.setAttribute("aria-label", `${open.textContent}: ${each.title}`)
      const small = [fillIn(WORDS.learn_lesson, { n: at + 1 }), fillIn(WORDS.learn_minutes, { n: each.minutes })]
      if (score) small.push(fillIn(WORDS.learn_done, score))
      return make(
        "li",
        "",
        "",
        make("p", "fine", small.join(" · ")),
        make("h2", "", each.title),
        make("p", "", each.about),
        open,
      )
    })
    host.replaceChildren(make("p", "lead", WORDS.learn_lead), make("ol", "", "", ...items))
  }

  #drawHead() {
    const { lesson } = this
    if (!lesson) return
    const head = find(this.root, ".head")
    const title = make(
      "p",
      "fine",
      fillIn(WORDS.learn_at, { title: lesson.title, n: this.at + 1, of: lesson.cards.length }),
    )
    const score = scoreOf(lesson, this.said, this.at)
    const points = make("p", "score", score.said && !this.hides("score") ? fillIn(WORDS.learn_score, score) : "")
    points.setAttribute("role", "status")
    head.replaceChildren(title, points)
    if (!this.hides("lessons")) head.prepend(pushButton("plain", `‹ ${WORDS.learn_all}`, () => this.open("")))
  }

  /** @param {Lesson} lesson */
  #drawSteps(lesson) {
    const cards = lesson.cards.filter(({ kind }) => kind !== "sandbox" || !this.hides("sandbox"))
    const last = this.at >= cards.length - 1
    const back = pushButton("back", WORDS.learn_back, () => this.open(this.id, this.at - 1))
    back.disabled = this.at === 0
    const list = make("ol", "")
    cards.forEach(({ kind }, at) => {
      const step = pushButton("", WORDS.learn_kinds[kind], () => this.open(this.id, at))
      if (at === this.at) step.setAttribute("aria-current", "step")
      list.append(make("li", "", "", step))
    })
    const ids = (this.data?.lessons ?? []).map(({ id }) => id)
    const following = ids[ids.indexOf(this.id) + 1]
    const next = pushButton("primary next", WORDS.learn_next, () => this.open(this.id, this.at + 1))
    if (last) {
      setText(next, following ? WORDS.learn_following : WORDS.learn_all)
      next.onclick = () => this.open(following ?? "")
      next.hidden = this.hides("lessons")
    }
    find(this.root, ".steps").replaceChildren(back, list, next)
  }
}
