// The page's side of the worker: starts it, asks it, and starts it anew where a question is given up.

import { unpack } from "../parts/bytes.js"

/** @typedef {import("../types").LiveStep} LiveStep */

/** @param {string} id */
const held = (id) => /** @type {string} */ (document.getElementById(id)?.textContent)

/** @param {string} id */
const heldBytes = (id) => unpack(held(id)).buffer

export const MODEL_NOTES = /** @type {import("../types").LiveModel[]} */ (JSON.parse(held("models")))

export class Engine {
  #numbers = heldBytes("numbers")
  #kernel = heldBytes("kernel")
  #source = URL.createObjectURL(new Blob([held("worker")], { type: "text/javascript" }))
  #asked = 0
  /** @type {((said: any) => void) | null} */
  #hear = null
  /** @type {Worker | undefined} */
  #worker

  // `ready` is told once whether the fast kernel runs, `failed` what went wrong.
  /** @param {{ready: (fast: boolean) => void, failed: (error: string) => void}} handlers */
  constructor(handlers) {
    this.handlers = handlers
    this.#start()
  }

  #start() {
    this.#worker = new Worker(this.#source)
    this.#worker.onerror = (event) => this.handlers.failed(event.message)
    this.#worker.onmessage = ({ data }) => {
      if (data.ready) this.handlers.ready(data.fast)
      else if (data.id === this.#asked) this.#hear?.(data)
    }
    // Copies, not the originals: the worker may have to be started again.
    this.#worker.postMessage({ models: MODEL_NOTES, numbers: this.#numbers, kernel: this.#kernel })
  }

  // One solve: `step` hears every call; the promise brings the end.
  /** @param {object} request @param {(step: LiveStep) => void} step @returns {Promise<any>} */
  ask(request, step) {
    this.#asked += 1
    return new Promise((resolve) => {
      this.#hear = (said) => {
        if (said.step) step(said.step)
        else resolve(said.done)
      }
      this.#worker?.postMessage({ id: this.#asked, ...request })
    })
  }

  // A worker that thinks hears nothing, so it is ended. What it was asked is never answered.
  stop() {
    this.#hear = null
    this.#asked += 1
    this.#worker?.terminate()
    this.#start()
  }
}
