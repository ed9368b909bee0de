// Entry of the words of several models, real ones marked by shape and colour.

import { fillWords, find, make } from "../parts/dom.js"
import { isStale, mounted } from "../parts/order.js"
import { fillIn, WORDS } from "../parts/words.js"

const MARKS = { real: "✓ ", held: "★ ", new: "" }

class Chips {
  /** @type {number | undefined} */
  number

  /** @param {HTMLElement} root */
  constructor(root) {
    fillWords(root)
    this.root = root
  }

  /** @param {import("../types").ChipsData} data */
  receive({ columns }) {
    find(this.root, ".columns").replaceChildren(...columns.map(columnOf))
  }
}

/** @param {import("../types").ChipColumn} column */
function columnOf({ name, side, note, words }) {
  const list = make("ul", "", "", ...words.map(chipOf))
  const node = make("div", "column", "", make("h3", "", name), make("p", "fine", note), list)
  node.dataset.side = side
  return node
}

/** @param {import("../types").ChipColumn["words"][number]} word */
function chipOf({ text, kind, count }) {
  const seen = make("span", "", MARKS[kind] + text)
  seen.ariaHidden = "true"
  const times = count > 1 ? [make("span", "times", fillIn(WORDS.chips_count, { n: count }))] : []
  const chip = make(
    "li",
    `chip ${kind}`,
    "",
    seen,
    make("span", "unseen", fillIn(WORDS[`chips_${kind}`], { text })),
    ...times,
  )
  return chip
}

/** @param {{data: import("../types").ChipsData, parentElement: HTMLElement}} here */
export default function ({ data, parentElement }) {
  const chips = mounted(parentElement, (root) => new Chips(root))
  if (!isStale(chips, data)) chips.receive(data)
  return () => {}
}
