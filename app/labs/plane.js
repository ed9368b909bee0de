// Entry of the map of z: what each z writes, and a point to drag.

import { Address } from "../parts/address.js"
import { fillWords, find, make, setText } from "../parts/dom.js"
import { isStale, mounted } from "../parts/order.js"
import { fillIn, percent, WORDS } from "../parts/words.js"
import { heartsOf, legalShare, paintMap } from "./map.js"

/** @typedef {import("../types").ZMap} ZMap */

class Plane {
  /** @type {number | undefined} */
  number
  #address = new Address()
  /** @type {ZMap | null} */
  #map = null
  /** @type {{label: number, row: number, column: number}[]} */
  #hearts = []
  // Where the point is, as parts of the way down and across.
  #at = [0.5, 0.5]
  /** @type {HTMLInputElement[]} */
  #sliders = []
  #resized = new ResizeObserver(() => this.#draw())

  /** @param {HTMLElement} root */
  constructor(root) {
    fillWords(root)
    this.root = root
    this.canvas = /** @type {HTMLCanvasElement} */ (root.querySelector("canvas"))
    this.canvas.onpointerdown = (event) => {
      this.canvas.setPointerCapture(event.pointerId)
      this.#drag(event)
    }
    this.canvas.onpointermove = (event) => {
      if (this.canvas.hasPointerCapture(event.pointerId)) this.#drag(event)
    }
  }

  attach() {
    this.#resized.observe(this.canvas)
  }

  remove() {
    this.#resized.disconnect()
  }

  /** @param {import("../types").PlaneData} data */
  receive(data) {
    if (data.query !== null) this.#address.show(data.query)
    const kind = this.#map?.kind
    this.#map = data.map
    find(this.root, ".empty").hidden = data.map !== null
    find(this.root, ".full").hidden = data.map === null
    if (!data.map) return
    if (data.map.kind !== kind) this.#begin(data.map)
    this.#hearts = heartsOf(data.map)
    const share = data.map.kind === "square" ? WORDS.map_square_share : WORDS.map_share
    setText(find(this.root, ".share"), fillIn(share, { legal: percent(legalShare(data.map)) }))
    this.#draw()
  }

  // Sliders for another kind of z.
  /** @param {ZMap} map */
  #begin(map) {
    const isPlane = map.kind !== "codes"
    const names = isPlane ? [WORDS.map_first, WORDS.map_second] : [WORDS.map_code]
    const last = isPlane ? map.rows - 1 : map.shares.length - 1
    this.#sliders = names.map((_, axis) => {
      const slider = make("input")
      Object.assign(slider, { type: "range", min: "0", max: String(last), step: "1" })
      slider.oninput = () => this.#slide(axis, Number(slider.value))
      return slider
    })
    const rows = names.map((name, axis) => make("label", "slide", "", make("span", "", name), this.#sliders[axis]))
    find(this.root, ".sliders").replaceChildren(...rows)
    const hints = { plane: WORDS.map_key, codes: WORDS.map_code_key, square: WORDS.map_square_key }
    setText(find(this.root, ".hint"), hints[map.kind])
    this.#at = isPlane ? [0.62, 0.62] : [0.5 / map.rows, 0.5 / map.columns]
  }

  /** @param {number} axis @param {number} value */
  #slide(axis, value) {
    const map = this.#map
    if (!map) return
    if (map.kind !== "codes") this.#at[axis] = (value + 0.5) / map.rows
    else this.#at = [(Math.floor(value / map.columns) + 0.5) / map.rows, ((value % map.columns) + 0.5) / map.columns]
    this.#draw()
  }

  /** @param {PointerEvent} event */
  #drag(event) {
    const box = this.canvas.getBoundingClientRect()
    const inside = (/** @type {number} */ part) => Math.min(0.9999, Math.max(0, part))
    this.#at = [inside((event.clientY - box.top) / box.height), inside((event.clientX - box.left) / box.width)]
    this.#draw()
  }

  #draw() {
    const map = this.#map
    if (!map) return
    const [row, column] = [Math.floor(this.#at[0] * map.rows), Math.floor(this.#at[1] * map.columns)]
    const cell = row * map.columns + column
    paintMap(this.canvas, map, this.#hearts, this.#at)
    this.#say(map, cell)
    const values = map.kind !== "codes" ? [row, column] : [cell]
    this.#sliders.forEach((slider, axis) => {
      slider.value = String(values[axis])
      slider.setAttribute("aria-valuetext", this.root.querySelector(".says")?.textContent ?? "")
    })
  }

  /** @param {ZMap} map @param {number} cell */
  #say(map, cell) {
    const label = map.labels[cell]
    const [at, text] = [find(this.root, ".at"), find(this.root, ".text")]
    const put = (/** @type {number} */ part) => ((2 * part - 1) * map.edge).toFixed(2).replace("-", "−")
    const where =
      map.kind !== "codes"
        ? fillIn(WORDS.map_says, { first: put(this.#at[0]), second: put(this.#at[1]) })
        : fillIn(WORDS.map_code_says, { n: cell + 1, codes: map.shares.length, share: percent(map.shares[cell] ?? 0) })
    setText(at, label < 0 ? "" : where)
    const words = map.legal[label] ? WORDS.map_legal : WORDS.map_wrong
    setText(text, label < 0 ? "" : fillIn(words, { text: map.names[label] }))
    text.dataset.legal = String(label >= 0 && map.legal[label])
  }
}

/** @param {{data: import("../types").PlaneData, parentElement: HTMLElement}} here */
export default function ({ data, parentElement }) {
  const plane = mounted(parentElement, (root) => new Plane(root))
  if (isStale(plane, data)) return () => {}
  plane.attach()
  plane.receive(data)
  return () => plane.remove()
}
