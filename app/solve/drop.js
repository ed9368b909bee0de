// A puzzle pasted or dropped anywhere on the page.

import { read, readFile } from "./carry.js"

/** @typedef {import("./app.js").App} App */

const OWN_PASTE = "input:not([type=range], [type=radio]), textarea, [contenteditable='true']"

export class Drop {
  /** @param {App} app */
  constructor(app) {
    this.app = app
    /** @type {[string, (event: any) => void][]} */
    this.listeners = [
      ["paste", (event) => this.#paste(event)],
      ["dragover", (event) => this.#drag(event)],
      ["dragleave", (event) => event.relatedTarget || app.root.classList.remove("over")],
      ["drop", (event) => this.#drop(event)],
    ]
  }

  attach() {
    // On the whole document: a puzzle is pasted without looking for the right field first. The same listener twice
    // counts once.
    for (const [name, listener] of this.listeners) document.addEventListener(name, listener)
  }

  remove() {
    for (const [name, listener] of this.listeners) document.removeEventListener(name, listener)
  }

  /** @param {ClipboardEvent} event */
  #paste(event) {
    // Components lie in shadow roots, and `event.target` is only the outermost element there.
    const target = event.composedPath()[0]
    if (target instanceof HTMLElement && target.closest(OWN_PASTE)) return
    const text = event.clipboardData?.getData("text/plain")
    if (!text) return
    event.preventDefault()
    read(this.app, text)
  }

  /** @param {DragEvent} event */
  #drag(event) {
    if (!event.dataTransfer?.types.some((type) => type === "Files" || type === "text/plain")) return
    event.preventDefault()
    this.app.root.classList.add("over")
  }

  /** @param {DragEvent} event */
  #drop(event) {
    this.app.root.classList.remove("over")
    const file = event.dataTransfer?.files[0]
    const text = event.dataTransfer?.getData("text/plain")
    if (!file && !text) return
    event.preventDefault()
    if (file) readFile(this.app, file)
    else if (text) read(this.app, text)
  }
}
