// What may be chosen for a run: models, policy, number of calls, z and its seed.

import { find } from "../parts/dom.js"
import { WORDS } from "../parts/words.js"
import { MODEL_NOTES } from "./engine.js"

const NFES = ["cell", "1", "2", "5", "10", "20"]
const MOST_SEED = 2 ** 31 - 1

export class Choices {
  /** @param {HTMLElement} root @param {{seat: () => void, draw: () => void, field: (on: boolean) => void}} handlers */
  constructor(root, handlers) {
    const names = MODEL_NOTES.map(({ name }) => name)
    const both = names.length > 1 ? [["both", WORDS.live_both]] : []
    this.model = this.#list(root, "#model", [...names.map((name) => [name, name.toUpperCase()]), ...both])
    this.policy = this.#list(
      root,
      "#policy",
      ["margin", "top-prob"].map((name) => [name, WORDS[`live_${name}`]]),
    )
    this.nfe = this.#list(
      root,
      "#nfe",
      NFES.map((n) => [n, n === "cell" ? WORDS.live_cell : n]),
    )
    this.z = this.#list(
      root,
      "#z",
      ["mode", "drawn"].map((name) => [name, WORDS[`live_${name}`]]),
    )
    this.seed = /** @type {HTMLInputElement} */ (find(root, "#seed"))
    const field = /** @type {HTMLInputElement} */ (find(root, "#field"))
    this.model.onchange = () => handlers.seat()
    field.onchange = () => handlers.field(field.checked)
    find(root, ".draw").onclick = () => {
      // From drawn z to drawn z by the next seed, so that a class can go through the same ones.
      this.seed.value = String(
        this.z.value === "drawn" ? (Number(this.seed.value) || 0) + 1 : Number(this.seed.value) || 0,
      )
      this.z.value = "drawn"
      handlers.draw()
    }
  }

  /** @param {HTMLElement} root @param {string} id @param {string[][]} rows */
  #list(root, id, rows) {
    const list = /** @type {HTMLSelectElement} */ (find(root, id))
    list.replaceChildren(...rows.map(([value, text]) => new Option(text, value)))
    return list
  }

  // The models to run, by name.
  models() {
    return this.model.value === "both" ? MODEL_NOTES.map(({ name }) => name) : [this.model.value]
  }

  seedError() {
    const seed = Number(this.seed.value)
    return this.z.value === "drawn" && !(Number.isInteger(seed) && seed >= 0 && seed <= MOST_SEED && this.seed.value)
  }

  // The rest of what the worker is asked.
  values() {
    return {
      policy: this.policy.value,
      nfe: this.nfe.value === "cell" ? null : Number(this.nfe.value),
      z: this.z.value === "drawn" ? Number(this.seed.value) : null,
    }
  }
}
