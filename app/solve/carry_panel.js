// The drawer of what comes in and goes out: a text, copies, files, a QR code, paper.

import { find, make, makeSvg, pushButton, setText } from "../parts/dom.js"
import { printPage } from "../parts/files.js"
import { WORDS } from "../parts/words.js"
import { copy, copyText, linkHere, read, save, tellIn } from "./carry.js"

/** @typedef {import("./app.js").App} App */

export class CarryPanel {
  /** @param {HTMLElement} host @param {App} app */
  constructor(host, app) {
    this.app = app
    this.field = make("textarea")
    this.field.rows = 3
    this.field.id = "line"
    this.field.spellcheck = false
    this.field.autocomplete = "off"
    const label = make("label", "", WORDS.carry_in)
    label.htmlFor = "line"
    this.words = make("p", "told")
    this.words.setAttribute("role", "alert")
    this.link = make("a", "button wiki", WORDS.wiki)
    this.link.target = "_blank"
    this.link.rel = "noopener noreferrer"
    this.qr = make("figure", "qr")
    this.qr.hidden = true
    host.replaceChildren(
      label,
      this.field,
      this.#waysIn(),
      this.words,
      make("h2", "", WORDS.carry_out),
      this.#copies(),
      make("h2", "", WORDS.carry_save),
      this.#files(),
      make("h2", "", WORDS.carry_more),
      this.#elsewhere(),
      this.qr,
    )
  }

  #waysIn() {
    const take = () => read(this.app, this.field.value, (words) => this.tell(words))
    const open = () => find(this.app.root, ".file").click()
    return make("div", "tools", "", pushButton("use", WORDS.use, take), pushButton("", WORDS.open, open))
  }

  #copies() {
    const { app } = this
    return make(
      "div",
      "tools",
      "",
      pushButton("link", WORDS.copy_link, () => copy(app, linkHere(app), WORDS.copied_link)),
      pushButton("copy", WORDS.copy_line, () => copyText(app, "line")),
      pushButton("", WORDS.copy_grid, () => copyText(app, "grid")),
      pushButton("", WORDS.copy_clues, () => copyText(app, "clues")),
    )
  }

  #files() {
    const names = ["sdk", "svg", "png", "json"]
    const buttons = names.map((name) => pushButton(`save-${name}`, WORDS[`save_${name}`], () => save(this.app, name)))
    return make("div", "tools", "", ...buttons)
  }

  #elsewhere() {
    /** @param {number} count */
    const print = (count) =>
      this.app.talk.ask("sheet", { count }, (found) => (found.page ? printPage(found.page) : tellIn(this, found)))
    return make(
      "div",
      "tools",
      "",
      pushButton("code", WORDS.code, () => this.#askCode()),
      pushButton("print-one", WORDS.print_one, () => print(1)),
      pushButton("print-four", WORDS.print_four, () => print(4)),
      this.link,
    )
  }

  #askCode() {
    const address = linkHere(this.app)
    this.app.talk.ask("code", { text: address }, (found) => {
      if (found.rows) this.#showCode(found.rows, address)
      else tellIn(this, found)
    })
  }

  // `rows`: the QR code's modules as texts of 0 and 1.
  /** @param {string[]} rows @param {string} address */
  #showCode(rows, address) {
    const dark = rows.flatMap((signs, y) => [...signs].map((sign, x) => (sign === "1" ? `M${x} ${y}h1v1h-1z` : "")))
    const named = { role: "img", "aria-label": WORDS.code_label, "shape-rendering": "crispEdges" }
    const picture = makeSvg("svg", { viewBox: `0 0 ${rows.length} ${rows.length}`, ...named })
    picture.append(makeSvg("path", { d: dark.join("") }))
    this.qr.hidden = false
    this.qr.replaceChildren(picture, make("figcaption", "fine", address))
  }

  /** @param {string} words */
  tell(words) {
    setText(this.words, words)
  }

  /** @param {string} address */
  wiki(address) {
    this.link.href = address
  }
}
