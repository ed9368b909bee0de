// The page that plays one lesson, or a recorded solve, without a server.

import { Reader } from "../learn/reader.js"
import { fillWords, find, make } from "../parts/dom.js"
import { WORDS, fillIn } from "../parts/words.js"

/** @typedef {import("../types").Lesson} Lesson */

class Deck {
  /** @param {HTMLElement} root @param {Lesson} lesson */
  constructor(root, lesson) {
    fillWords(root)
    find(root, "h1").textContent = lesson.title
    find(root, ".about").textContent = lesson.about
    find(root, ".note").textContent = lesson.note
    this.reader = new Reader(root, {
      moved: () => {},
      hides: () => false,
      link: ({ label }) => make("p", "fine", fillIn(WORDS.play_in_app, { label })),
      all: null,
      following: () => null,
    })
    this.reader.show(lesson, 0, false)
  }
}

const LESSON = /** @type {Lesson} */ (JSON.parse(find(document, "#lesson").textContent ?? ""))
Object.assign(window, { vmdSudoku: new Deck(find(document, ".app"), LESSON) })
