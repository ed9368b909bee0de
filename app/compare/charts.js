// The curves over the run, with a cursor that follows and leads the player.

import { find } from "../parts/dom.js"
import { WORDS, percent } from "../parts/words.js"
import { Chart } from "./chart.js"

/** @typedef {import("../types").ComparedRun} ComparedRun */
/** @typedef {import("./stage.js").Stage} Stage */

/**
 * @typedef {object} Kind of curve
 * @property {string} head
 * @property {string} key which numbers of a run it shows
 * @property {number | null} top the greatest value there can be; null takes the greatest there is
 * @property {(value: number) => string} show
 * @property {boolean} mistakes whether wrong digits are marked on it
 */

/** @returns {Kind[]} */
const kinds = () => [
  { head: WORDS.chart_confidence, key: "confidence", top: 1, show: percent, mistakes: true },
  { head: WORDS.chart_entropy, key: "entropy", top: null, show: (value) => value.toFixed(2), mistakes: false },
  {
    head: WORDS.chart_filled,
    key: "filled",
    top: null,
    show: (value) => String(Math.round(value * 10) / 10),
    mistakes: false,
  },
]

export class Charts {
  /** @type {Chart[]} */
  charts = []
  // The runs that they show.
  /** @type {ComparedRun[] | null} */
  #runs = null

  /** @param {Stage} stage */
  constructor(stage) {
    this.stage = stage
    this.host = find(stage.root, ".charts")
    this.widths = new ResizeObserver(() => this.draw())
  }

  draw() {
    const { stage, host } = this
    const runs = stage.result?.runs ?? null
    host.hidden = runs === null
    // The same runs keep their charts; most draws only move the cursor.
    if (runs !== this.#runs) {
      this.#runs = runs
      this.charts = runs ? kinds().map((kind) => new Chart(stage, kind, runs)) : []
      host.replaceChildren(...this.charts.map((chart) => chart.node))
    }
    for (const chart of this.charts) chart.resize()
    this.seek(stage.player.at)
  }

  /** @param {number} tick */
  seek(tick) {
    for (const chart of this.charts) chart.seek(tick)
  }

  attach() {
    this.widths.observe(this.host)
  }

  remove() {
    this.widths.disconnect()
  }
}
