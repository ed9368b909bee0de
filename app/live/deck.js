// The page that plays a lesson or a recorded solve: cards with questions whose answer is committed before it is told.

import { fillWords, find, findButton, make } from "../parts/dom.js"
import { toDigits } from "../parts/sudoku.js"
import { WORDS, fillIn } from "../parts/words.js"
import { Game } from "./game.js"
import { pairTable, tableOf } from "./pairs.js"
import { askedAbout, toldAbout } from "./question.js"
import { recordedRun } from "./runs.js"
import { Theatre } from "./theatre.js"

/** @typedef {import("../types").LessonCard} LessonCard */
/** @typedef {import("../types").LessonShow} LessonShow */
/** @typedef {import("../types").Lesson} Lesson */

class Deck {
  at = 0
  // Of each card, which answer was committed.
  /** @type {Map<number, number>} */
  answers = new Map()
  // Of each card with a game, how many guesses were right, and of how many.
  /** @type {Map<number, {right: number, of: number}>} */
  games = new Map()
  /** @type {Game | null} */
  game = null

  /** @param {HTMLElement} root @param {Lesson} lesson */
  constructor(root, lesson) {
    fillWords(root)
    this.root = root
    this.lesson = lesson
    this.theatre = new Theatre(root, (event, cell) => event.key === "Enter" && Boolean(this.game?.guess(cell)))
    find(root, "h1").textContent = lesson.title
    find(root, ".about").textContent = lesson.about
    find(root, ".note").textContent = lesson.note
    findButton(root, ".to-back").onclick = () => this.go(this.at - 1)
    findButton(root, ".to-next").onclick = () => this.go(this.at + 1)
    const list = /** @type {HTMLSelectElement} */ (find(root, "#run"))
    list.onchange = () => this.#seat([list.value], this.#shown())
    this.go(0)
  }

  get card() {
    return this.lesson.cards[this.at]
  }

  /** @param {number} to */
  go(to) {
    this.at = to
    const isFirst = to === 0
    const isLast = to === this.lesson.cards.length - 1
    findButton(this.root, ".to-back").disabled = isFirst
    findButton(this.root, ".to-next").disabled = isLast
    this.#drawCard()
    this.#drawStage()
    this.#drawScore()
    // Whoever goes by keyboard or by ear begins at the card's title; not at the start, where nobody has pressed anything.
    if (document.activeElement !== document.body) find(this.root, ".card h2").focus()
  }

  // ---- the card's words

  #drawCard() {
    const { card, at } = this
    const title = make("h2", "", card.title)
    title.tabIndex = -1
    /** @type {HTMLElement[]} */
    const parts = [title, ...this.#answerBefore(), ...card.text.map((text) => make("p", "", text))]
    if (card.question) parts.push(...this.#question(card))
    if (card.pairs) parts.push(pairTable(card.pairs))
    if (card.table) parts.push(tableOf(card.table.head, card.table.rows))
    for (const { label } of card.links) parts.push(make("p", "fine", fillIn(WORDS.play_in_app, { label })))
    find(this.root, ".card").replaceChildren(...parts)
    const { length } = this.lesson.cards
    find(this.root, ".count").textContent = fillIn(WORDS.play_count, { at: at + 1, of: length })
  }

  // What was predicted on the card before is told here.
  #answerBefore() {
    const before = this.lesson.cards[this.at - 1]
    const said = this.answers.get(this.at - 1)
    if (before?.kind !== "predict" || !before.question || said === undefined) return []
    const ask = make("p", "fine", fillIn(WORDS.play_before, { ask: before.question.ask }))
    return [make("div", "told", "", ask, ...toldAbout(before.question, said))]
  }

  /** @param {LessonCard} card */
  #question({ question, kind }) {
    if (!question) return []
    const said = this.answers.get(this.at)
    const form = askedAbout(question, said, kind !== "predict", (chosen) => {
      this.answers.set(this.at, chosen)
      this.#drawCard()
      this.#drawStage()
      this.#drawScore()
      find(this.root, ".answer").focus()
    })
    if (said === undefined) return [form]
    const later = make("p", "", fillIn(WORDS.play_later, { said: question.answers[said] }))
    const words = kind === "predict" ? [later] : toldAbout(question, said)
    const answer = make("div", "answer told", "", ...words)
    answer.setAttribute("role", "status")
    answer.tabIndex = -1
    return [form, answer]
  }

  #drawScore() {
    const { cards } = this.lesson
    // What the next card tells does not count before.
    const told = [...this.answers].filter(([at]) => cards[at].kind !== "predict" || at < this.at)
    const said = told.map(([at, chosen]) => Number(cards[at].question?.right === chosen))
    const games = [...this.games.values()]
    const right = said.reduce((sum, one) => sum + one, 0) + games.reduce((sum, game) => sum + game.right, 0)
    const of = said.length + games.reduce((sum, game) => sum + game.of, 0)
    find(this.root, ".score").textContent = of ? fillIn(WORDS.play_score, { right, of }) : ""
  }

  // ---- what is on the boards

  #shown() {
    const { card } = this
    const isOpen = card.question !== null && !this.answers.has(this.at)
    return isOpen ? card.before : (card.show ?? card.before)
  }

  #drawStage() {
    const show = this.#shown()
    this.game = null
    this.theatre.chosen = () => {}
    const { game } = this.card
    this.root.dataset.stage = show || game ? "boards" : "none"
    for (const part of [".panes", ".player", ".look", ".choose", ".game"]) find(this.root, part).hidden = true
    if (game) {
      this.#seat([game.run], {
        runs: [game.run],
        layout: "one",
        at: game.steps[0],
        still: true,
        cells: [],
        bars: false,
      })
      this.game = new Game(this.theatre, find(this.root, ".game"), this.theatre.panes[0], game.steps, (right, of) => {
        this.games.set(this.at, { right, of })
        this.#drawScore()
      })
    } else if (show) this.#seat(show.layout === "choose" ? show.runs.slice(0, 1) : show.runs, show)
  }

  /** @param {string[]} names @param {LessonShow | null} show */
  #seat(names, show) {
    if (!show) return
    const runs = names.map((name) => this.lesson.runs[name])
    const { theatre, root } = this
    find(root, ".panes").hidden = false
    find(root, ".player").hidden = show.still
    find(root, ".look").hidden = !show.bars
    const choose = find(root, ".choose")
    choose.hidden = show.layout !== "choose"
    const list = /** @type {HTMLSelectElement} */ (find(root, "#run"))
    list.replaceChildren(...show.runs.map((name) => new Option(this.lesson.runs[name].label, name)))
    list.value = names[0]
    theatre.targets = show.cells
    theatre.seat(runs.map(({ label }) => label))
    const recorded = runs.map(({ label, trace }) => recordedRun(label, trace))
    theatre.load(toDigits(runs[0].trace.puzzle), recorded, show.at)
    theatre.choose(show.cells[0] ?? theatre.cell)
  }
}

const LESSON = /** @type {Lesson} */ (JSON.parse(find(document, "#lesson").textContent ?? ""))
Object.assign(window, { vmdSudoku: new Deck(find(document, ".app"), LESSON) })
