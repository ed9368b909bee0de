// One card: its words, its question, and what it shows.

import { columnHead, make, pushButton } from "../parts/dom.js"
import { WORDS, fillIn } from "../parts/words.js"
import { Guess } from "./guess.js"
import { PairsView } from "./pairs.js"
import { RunsView } from "./runs.js"

/** @typedef {import("../types").LessonQuestion} Question */
/** @typedef {import("../types").Lesson} Lesson */
/** @typedef {import("./reader.js").Reader} Reader */

export class CardView {
  /** @type {RunsView[]} */
  #running = []

  /** @param {Reader} reader @param {Lesson} lesson @param {HTMLElement} host */
  constructor(reader, lesson, host) {
    this.reader = reader
    this.host = host
    this.lesson = lesson
    this.card = lesson.cards[reader.at]
    this.title = make("h2", "title", this.card.title)
    this.title.tabIndex = -1
    this.stage = make("div", "stage")
    this.words = make("div", "words")
    host.dataset.kind = this.card.kind
    host.replaceChildren(this.words, this.stage)
    this.draw()
  }

  draw() {
    this.stop()
    this.stage.replaceChildren()
    this.words.replaceChildren(this.title)
    if (this.#isLocked()) {
      this.#drawLock()
      return
    }
    this.words.append(...this.card.text.map((text) => make("p", "", text)))
    this.#drawVerdictOf(0, this.reader.at === 1 && this.#isPredicted())
    this.#drawQuestion()
    this.#drawTable()
    this.#drawLinks()
    this.#drawStage()
    this.stage.hidden = this.stage.childElementCount === 0
  }

  focus() {
    this.title.focus({ preventScroll: true })
    this.reader.root.scrollIntoView({ block: "start" })
  }

  stop() {
    for (const part of this.#running) part.stop()
    this.#running = []
  }

  // ---- prediction first

  // Whether the first card asks for what the second one shows. A recorded solve has no such pair.
  #isPredicted() {
    const [first] = this.lesson.cards
    return first.kind === "predict" && first.question !== null
  }

  // What comes after the first card would give its answer away.
  #isLocked() {
    const { at, skipped } = this.reader
    const asked = this.#isPredicted() && this.reader.answerOf(0) === undefined
    return (at === 1 || at === 2) && asked && !skipped.has(this.lesson.id)
  }

  #drawLock() {
    const { reader } = this
    const buttons = make("div", "actions")
    buttons.append(pushButton("primary", WORDS.learn_to_question, () => reader.go(0)))
    if (!reader.around.hides("skip")) buttons.append(pushButton("", WORDS.learn_anyway, () => reader.skip()))
    this.words.append(make("p", "", WORDS.learn_first), buttons)
    this.stage.hidden = true
  }

  // ---- the question

  #drawQuestion() {
    const { question } = this.card
    if (!question) return
    const { at } = this.reader
    const said = this.reader.answerOf(at)
    if (said === undefined) this.words.append(this.#form(question))
    else if (at === 0 && this.#isPredicted()) {
      const text = fillIn(WORDS.learn_committed, { answer: question.answers[said] })
      this.words.append(make("p", "asked", question.ask), make("p", "told", text))
    } else this.#drawVerdictOf(at, true)
  }

  /** @param {Question} question */
  #form(question) {
    const form = make("form", "question")
    const commit = make("button", "primary", WORDS.learn_commit)
    commit.type = "submit"
    commit.disabled = true
    const choices = question.answers.map((answer, which) => {
      const input = make("input")
      input.type = "radio"
      input.name = "answer"
      input.value = String(which)
      input.onchange = () => (commit.disabled = false)
      return make("label", "", "", input, make("span", "", answer))
    })
    form.append(make("fieldset", "", "", make("legend", "", question.ask), ...choices), commit)
    form.onsubmit = (event) => {
      event.preventDefault()
      const chosen = /** @type {HTMLInputElement | null} */ (form.querySelector("input:checked"))
      if (!chosen) return
      this.reader.note(this.reader.at, Number(chosen.value))
      this.draw()
      this.title.focus({ preventScroll: true })
    }
    return form
  }

  /** @param {number} card @param {boolean} wanted */
  #drawVerdictOf(card, wanted) {
    const { question } = this.lesson.cards[card]
    const said = this.reader.answerOf(card)
    if (!wanted || !question || said === undefined) return
    const isRight = said === question.right
    const words = { answer: question.answers[said], right: question.answers[question.right] }
    const box = make("div", "told verdict-box", "", make("p", "asked", question.ask))
    box.dataset.tone = isRight ? "right" : "wrong"
    box.append(make("p", "result", fillIn(isRight ? WORDS.learn_right : WORDS.learn_wrong, words)))
    box.append(...question.because.map((text) => make("p", "", text)))
    box.setAttribute("role", "status")
    this.words.append(box)
  }

  // ---- what there is to see

  #drawStage() {
    const { card, reader, lesson } = this
    const isAnswered = !card.question || reader.answerOf(reader.at) !== undefined
    const show = (isAnswered && card.show) || card.before
    if (show) this.#show(show)
    if (card.game) new Guess(reader, this.stage, lesson.runs[card.game.run], card.game.steps)
    if (card.pairs) {
      const { run, cells } = card.pairs
      new PairsView(this.stage, card.pairs)
      this.#show({ ...STILL, runs: [run], cells })
    }
  }

  /** @param {import("../types").LessonShow} show */
  #show(show) {
    const isPlain = this.reader.around.hides("bars")
    this.#running.push(new RunsView(this.lesson.runs, this.stage, isPlain ? { ...show, bars: false } : show))
  }

  #drawTable() {
    const { table } = this.card
    if (!table) return
    const head = make("tr", "", "", ...table.head.map((text) => columnHead(text)))
    const rows = table.rows.map((row) => make("tr", "", "", ...row.map((text) => make("td", "", text))))
    const frame = make(
      "div",
      "scroll",
      "",
      make("table", "figures", "", make("thead", "", "", head), make("tbody", "", "", ...rows)),
    )
    frame.tabIndex = 0
    frame.setAttribute("role", "region")
    frame.setAttribute("aria-label", this.card.title)
    this.words.append(frame)
  }

  #drawLinks() {
    const links = this.card.links.map((link) => this.reader.around.link(link))
    if (links.length) this.words.append(make("div", "actions", "", ...links))
    if (links.length) this.words.append(make("p", "fine", fillIn(WORDS.learn_note, { note: this.lesson.note })))
  }
}

const STILL = { layout: "one", at: 0, still: true, bars: false }
