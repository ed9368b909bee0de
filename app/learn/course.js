// The course: the list of lessons, the one that is read, and its place in the address.

import { Address } from "../parts/address.js"
import { fillWords, find, make, pushButton } from "../parts/dom.js"
import { teach } from "../parts/teaching.js"
import { WORDS, fillIn } from "../parts/words.js"
import { readSaid, scoreOf, writeSaid } from "./progress.js"
import { Reader } from "./reader.js"

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
  // The lesson that is wanted, "" for the list; it may not have come yet.
  id = ""
  at = 0
  /** @type {(place: {lesson: string, card: number, said: string}) => void} */
  tell = () => {}
  #address = new Address()

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root
    fillWords(root)
    this.reader = new Reader(root, {
      moved: () => {
        this.at = this.reader.at
        this.#changed()
      },
      hides: (what) => this.data?.teaching.hide.includes(what) ?? false,
      link: (link) => this.#link(link),
      all: () => this.open(""),
      following: (id) => this.#following(id),
    })
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
      this.reader.said = readSaid(data.open.said)
      this.#draw(false)
    } else if (data.lesson?.id === this.id && !this.reader.lesson) this.#draw(true)
    this.#showAddress()
  }

  // ---- moves

  /** @param {string} id */
  open(id) {
    this.id = id
    this.at = 0
    this.#draw(true)
    this.#changed()
  }

  /** @param {string} id */
  #following(id) {
    const ids = (this.data?.lessons ?? []).map((lesson) => lesson.id)
    const next = ids[ids.indexOf(id) + 1]
    return next ? () => this.open(next) : null
  }

  #changed() {
    this.#showAddress()
    this.tell({ lesson: this.id, card: this.at, said: writeSaid(this.reader.said) })
  }

  pause() {
    this.reader.pause()
  }

  #showAddress() {
    const { said } = this.reader
    const query = new URLSearchParams(this.data?.query)
    if (this.id) {
      query.set("lesson", this.id)
      query.set("card", String(this.at + 1))
    }
    if (said.size) query.set("said", writeSaid(said))
    this.#address.show(query.toString())
  }

  // ---- what is drawn

  /** @param {boolean} focus */
  #draw(focus) {
    const contents = find(this.root, ".contents")
    const host = find(this.root, ".lesson")
    contents.hidden = this.id !== ""
    host.hidden = this.id === ""
    const lesson = this.lessons.get(this.id)
    if (lesson) {
      this.reader.show(lesson, this.at, focus)
      return
    }
    this.reader.leave()
    if (this.id) {
      find(host, ".card").replaceChildren(make("p", "fine", WORDS.learn_loading))
      return
    }
    this.#drawContents(contents)
    if (focus) this.root.scrollIntoView({ block: "start" })
  }

  /** @param {HTMLElement} host */
  #drawContents(host) {
    const items = (this.data?.lessons ?? []).map((each, at) => this.#entry(each, at))
    host.replaceChildren(make("p", "lead", WORDS.learn_lead), make("ol", "", "", ...items))
  }

  /** @param {LearnData["lessons"][number]} entry @param {number} at */
  #entry({ id, title, about, minutes }, at) {
    const { said } = this.reader
    const answers = [...said.keys()].filter((key) => key.startsWith(`${id}.`))
    const lesson = this.lessons.get(id)
    const score = lesson && answers.length ? scoreOf(lesson, said) : null
    const open = pushButton("primary", answers.length ? WORDS.learn_on : WORDS.learn_start, () => this.open(id))
    open.setAttribute("aria-label", `${open.textContent}: ${title}`)
    const small = [fillIn(WORDS.learn_lesson, { n: at + 1 }), fillIn(WORDS.learn_minutes, { n: minutes })]
    if (score) small.push(fillIn(WORDS.learn_done, score))
    const words = [make("p", "fine", small.join(" · ")), make("h2", "", title), make("p", "", about)]
    return make("li", "", "", ...words, open)
  }

  // Opened beside the lesson, with what the teacher's link asks for.
  /** @param {import("../types").LessonCard["links"][number]} link */
  #link({ page, label, query }) {
    const link = make("a", "button", label)
    const asked = Object.fromEntries(new URLSearchParams(this.data?.query))
    link.href = `./${page}?${new URLSearchParams({ ...query, ...asked })}`
    link.target = "_blank"
    link.rel = "noopener"
    return link
  }
}
