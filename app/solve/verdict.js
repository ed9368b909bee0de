// The words beside the board, the buttons that they offer, and the cells that they point at.

import { find, isNarrow, make, pushButton, reveal } from "../parts/dom.js"
import { capital } from "../parts/words.js"

/** @typedef {import("../types").Message} Message */
/** @typedef {import("./app.js").App} App */

export class Verdict {
  // Cells that the words point at: the one they are about, what it follows from, what clashes.
  /** @type {number | null} */
  target = null
  /** @type {number[]} */
  basis = []
  /** @type {number[]} */
  clash = []

  /** @param {App} app */
  constructor(app) {
    this.app = app
    this.host = find(app.root, ".verdict")
  }

  /** @param {Message} message */
  say({ tone, headline, reason, notes = [] }) {
    const lines = [capital(headline), reason, ...notes].map((text, at) =>
      make("p", ["headline", "reason"][at] ?? "note", text),
    )
    this.host.dataset.tone = tone
    this.host.replaceChildren(...lines, make("div", "tools"))
    // Words that were asked for lie under the board there, and perhaps under the edge of the screen.
    if (isNarrow() && !this.app.run.frames) requestAnimationFrame(() => this.#reveal())
  }

  #reveal() {
    const [frame, ...others] = [".frame", ".pad", ".verdict", ".solve"].map((part) => find(this.app.root, part))
    reveal(frame, [frame, ...others])
  }

  /** @param {string} headline @param {string} reason */
  tell(headline, reason) {
    this.say({ tone: "told", headline, reason })
  }

  /** @param {string} headline @param {string} reason */
  fail(headline, reason) {
    this.say({ tone: "failed", headline, reason })
  }

  /** @param {string} text */
  addLine(text) {
    find(this.host, ".tools").before(make("p", "reason", text))
  }

  /** @param {string} text @param {(button: HTMLButtonElement) => void} act */
  offer(text, act) {
    const button = pushButton("jump", text, () => {
      act(button)
      this.app.keepFocus()
    })
    find(this.host, ".tools").append(button)
  }

  clear() {
    this.host.replaceChildren()
    this.point({})
  }

  /** @param {{cell?: number | null, basis?: number[], clash?: number[]}} cells */
  point({ cell = null, basis = [], clash = [] }) {
    this.target = cell
    this.basis = basis
    this.clash = clash
    this.app.draw()
  }
}
