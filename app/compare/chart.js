// One set of curves: a line for each run, or thin lines and their mean.

import { make, makeSvg, setText } from "../parts/dom.js"
import { stepAt } from "../parts/trace.js"
import { WORDS, fillIn, percent } from "../parts/words.js"
import { GLYPHS, glyph } from "./boards.js"

/** @typedef {import("../types").ComparedRun} ComparedRun */
/** @typedef {import("./charts.js").Kind} Kind */
/** @typedef {import("./stage.js").Stage} Stage */
/** @typedef {(number | null)[]} Points */

const HIGH = 150
const INSET = { left: 34, right: 10, top: 8, bottom: 20 }
const CROSS = "M5 5l14 14M19 5 5 19"
const SPOT = 9
// Of longer runs the spots would run into each other.
const MOST_SPOTS = 20

export class Chart {
  #width = 0

  /** @param {Stage} stage @param {Kind} kind @param {ComparedRun[]} runs */
  constructor(stage, kind, runs) {
    this.stage = stage
    this.kind = kind
    this.runs = runs
    this.isSides = stage.isSides
    /** @type {Points[]} */
    const series = runs.map((run) => run[kind.key])
    this.series = this.isSides ? series : [...series, meanOf(series)]
    const known = series.flat().filter((value) => value !== null)
    // Never 0, which heights are divided by.
    this.most = kind.top ?? Math.max(...known, 1e-9)
    this.svg = makeSvg("svg", { height: HIGH, role: "img", "aria-label": this.#summary() })
    this.svg.onpointerdown = (event) => {
      this.svg.setPointerCapture(event.pointerId)
      this.#lead(event)
    }
    this.svg.onpointermove = (event) => {
      if (event.buttons) this.#lead(event)
    }
    // A cursor of its own layer: drawn in the SVG, it would have all of it painted anew in every frame.
    this.cursor = make("div", "cursor")
    this.values = make("ul", "values")
    this.labels = this.series.map((_, which) => this.#makeLabel(which))
    if (this.#hasMistakes()) this.values.append(make("li", "mistakes", WORDS.chart_mistakes))
    const caption = make("figcaption", "", "", make("b", "", kind.head), this.values)
    this.node = make("figure", "chart", "", caption, make("div", "plot", "", this.svg, this.cursor))
  }

  #hasMistakes() {
    return this.kind.mistakes && this.runs.some((run) => run.mistakes.length)
  }

  // Where the value of a curve at the cursor stands; of many thin ones, only their mean has one.
  /** @param {number} which */
  #makeLabel(which) {
    if (!this.isSides && which < this.runs.length) return null
    const text = make("span")
    const item = make("li", "", "", make("b", "", this.isSides ? this.stage.boards[which].name : WORDS.mean), text)
    if (this.isSides) {
      item.dataset.side = String(which)
      item.prepend(glyph(which))
    }
    this.values.append(item)
    return text
  }

  #summary() {
    const { head, key, show } = this.kind
    const parts = this.runs.map((run) => {
      const known = /** @type {Points} */ (run[key]).filter((value) => value !== null)
      return fillIn(WORDS.chart_run, { name: run.name, first: show(known[0] ?? 0), last: show(known.at(-1) ?? 0) })
    })
    return `${head}: ${parts.join("; ")}`
  }

  /** @param {number} share */
  #across(share) {
    return INSET.left + share * (this.#width - INSET.left - INSET.right)
  }

  /** @param {number} value */
  #down(value) {
    return INSET.top + (1 - value / this.most) * (HIGH - INSET.top - INSET.bottom)
  }

  resize() {
    const now = Math.round(this.node.clientWidth)
    // A hidden chart has no width; it is drawn when it gets one.
    if (now === this.#width || now === 0) return
    this.#width = now
    this.svg.setAttribute("viewBox", `0 0 ${now} ${HIGH}`)
    this.svg.replaceChildren(...this.#rulers(), ...this.#axis(), ...this.series.map((_, which) => this.#curve(which)))
  }

  #rulers() {
    return [0, 0.5, 1].flatMap((share) => {
      const y = this.#down(share * this.most)
      const line = makeSvg("line", { x1: INSET.left, x2: this.#width - INSET.right, y1: y, y2: y, class: "ruler" })
      const text = this.kind.top ? String(100 * share) : this.kind.show(share * this.most)
      return [line, tickText(INSET.left - 5, y + 3.5, "end", text)]
    })
  }

  // Steps where every run has as many, else shares of the run.
  #axis() {
    const steps = this.series[0].length
    if (!this.series.every((points) => points.length === steps)) {
      return [0, 0.5, 1].map((share) => tickText(this.#across(share), HIGH - 3, "middle", percent(share)))
    }
    const every = Math.ceil(steps / 6)
    const numbers = this.series[0].map((_, at) => at + 1).filter((step) => step % every === 0 || step === 1)
    return numbers.map((step) => {
      const text = step === 1 ? fillIn(WORDS.chart_axis, { step }) : String(step)
      return tickText(this.#across(step / steps), HIGH - 3, "middle", text)
    })
  }

  /** @param {number} which */
  #curve(which) {
    const points = this.series[which]
    const isRun = which < this.runs.length
    const group = makeSvg("g", this.isSides ? { "data-side": which } : { class: isRun ? "one" : "mean" })
    const known = points.flatMap((value, at) =>
      value === null ? [] : [[this.#across((at + 1) / points.length), this.#down(value)]],
    )
    group.append(makeSvg("polyline", { points: known.map((place) => place.join()).join(" "), class: "curve" }))
    if (this.isSides && points.length <= MOST_SPOTS)
      group.append(...known.map(([x, y]) => shape(GLYPHS[which], x, y, "spot")))
    if (this.kind.mistakes && isRun) {
      for (const [step, sure] of this.runs[which].mistakes) {
        group.append(shape(CROSS, this.#across(step / points.length), this.#down(sure), "mistake"))
      }
    }
    return group
  }

  /** @param {number} tick */
  seek(tick) {
    const { ticks } = this.stage
    this.cursor.style.transform = `translateX(${this.#across(tick / Math.max(1, ticks))}px)`
    this.labels.forEach((label, which) => {
      if (!label) return
      const points = this.series[which]
      const value = points[stepAt(tick, points.length, ticks) - 1]
      setText(label, value === undefined || value === null ? "–" : this.kind.show(value))
    })
  }

  // The player goes where the pointer is.
  /** @param {PointerEvent} event */
  #lead(event) {
    const box = this.svg.getBoundingClientRect()
    const share = (event.clientX - box.left - INSET.left) / (this.#width - INSET.left - INSET.right)
    this.stage.player.seek(Math.round(Math.max(0, Math.min(1, share)) * this.stage.ticks))
  }
}

// The mean over runs of the same number of steps.
/** @param {Points[]} rows @returns {Points} */
const meanOf = (rows) => rows[0].map((_, at) => rows.reduce((sum, values) => sum + (values[at] ?? 0), 0) / rows.length)

/** @param {number} x @param {number} y @param {string} anchor @param {string} words */
function tickText(x, y, anchor, words) {
  const text = makeSvg("text", { x, y, class: "tick", "text-anchor": anchor })
  text.textContent = words
  return text
}

/** @param {string} path @param {number} x @param {number} y @param {string} name */
function shape(path, x, y, name) {
  const at = `translate(${x - SPOT / 2} ${y - SPOT / 2}) scale(${SPOT / 24})`
  return makeSvg("path", { d: path, class: name, transform: at })
}
