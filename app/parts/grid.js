// 81 labelled cells on the screen. Knows no server and no run.

import { make, setData, setName, setText } from "./dom.js"
import { drawGhost, drawMarks } from "./marks.js"
import { CELLS, DIGITS, SIDE, column, inMask, row, sureBin } from "./sudoku.js"
import { signOf } from "./teaching.js"
import { WORDS, fillIn, percent } from "./words.js"

/** @typedef {import("../types").View} View */

/**
 * @typedef {object} GridHandlers
 * @property {(cell: number) => void} select
 * @property {(cell: number) => void} [press] for a pointer alone
 * @property {(cell: number, digit: number, rise: number, done: boolean) => void} [drag] for the candidates of a field, and for a ghost
 */

/** @type {("now" | "gone" | "clash" | "peer" | "same" | "target" | "basis")[]} */
const MARKS = ["now", "gone", "clash", "peer", "same", "target", "basis"]
/** @type {("clash" | "gone" | "target" | "basis")[]} */
const SPOKEN = ["clash", "gone", "target", "basis"]
// Pixels that a pointer moves before it drags and does not merely click.
const DRAG_FROM = 2

// `draw` takes, for each cell,
//   {digit, kind, order, confidence} with kind "blank", "clue", "own" or "fill",
//   any of MARKS as true or false,
//   mark: a word for the style sheet, says: what it adds to the label, label: other words than the usual ones,
//   notes, candidates: nine bits each, shown small in a blank cell (notes go first),
//   field: {z: [9], p: [9]}, shown in a blank cell instead of them,
//   ghost: {digit, sure, clash}, what the network would write in a blank cell.
export class Grid {
  selected = 0
  /** @type {HTMLElement[]} */
  nodes = []

  /** @param {HTMLElement} host @param {GridHandlers} handlers */
  constructor(host, handlers) {
    this.host = host
    this.handlers = handlers
    host.replaceChildren()
    for (let line = 0; line < SIDE; line++) {
      const cells = DIGITS.map((_, at) => this.#makeCell(line * SIDE + at))
      const rowNode = make("div", "row", "", ...cells)
      rowNode.setAttribute("role", "row")
      this.nodes.push(...cells)
      host.append(rowNode)
    }
    this.select(0, { focus: false })
  }

  /** @param {number} cell */
  #makeCell(cell) {
    const node = make("div", "cell")
    node.setAttribute("role", "gridcell")
    node.dataset.cell = String(cell)
    for (const part of ["order", "digit", "flag", "marks", "ghost"]) {
      const span = make("span", part)
      span.setAttribute("aria-hidden", "true")
      node.append(span)
    }
    node.onpointerdown = (event) => {
      this.select(cell)
      this.handlers.press?.(cell)
      this.#startDrag(event, cell)
    }
    node.onfocus = () => this.select(cell, { focus: false })
    return node
  }

  /** @param {number} cell */
  select(cell, { focus = true } = {}) {
    const changed = cell !== this.selected
    this.selected = cell
    this.nodes.forEach((node, at) => {
      // One stop for the Tab key in the whole grid; arrows do the rest.
      node.tabIndex = at === cell ? 0 : -1
      node.setAttribute("aria-selected", String(at === cell))
    })
    // On a phone the page would jump with every digit.
    if (focus) this.nodes[cell].focus({ preventScroll: true })
    if (changed) this.handlers.select(cell)
  }

  // A finger scrolls the page, so only a mouse or a pen drags.
  /** @param {PointerEvent} event @param {number} cell */
  #startDrag(event, cell) {
    const { drag } = this.handlers
    const target = /** @type {Element} */ (event.target)
    const mark = /** @type {HTMLElement | null} */ (target.closest("i[data-up], .ghost[data-digit]"))
    if (!drag || !mark || event.pointerType === "touch") return
    event.preventDefault()
    // That of a ghost as it was taken: while it is pulled another digit may come in its place.
    const digit = Number(
      mark.dataset.digit ?? [.../** @type {Element} */ (mark.parentElement).children].indexOf(mark) + 1,
    )
    const from = event.clientY
    let rise = 0
    let moved = false
    // Captured, so that a hand which leaves the small digit still holds it.
    mark.setPointerCapture(event.pointerId)
    mark.onpointermove = (move) => {
      rise = from - move.clientY
      moved ||= Math.abs(rise) > DRAG_FROM
      if (moved) drag(cell, digit, rise, false)
    }
    mark.onpointerup = mark.onpointercancel = () => {
      mark.onpointermove = mark.onpointerup = mark.onpointercancel = null
      if (moved) drag(cell, digit, rise, true)
    }
  }

  /** @param {View[]} views */
  draw(views) {
    views.forEach((view, cell) => this.#drawCell(this.nodes[cell], view, cell))
  }

  /** @param {HTMLElement} node @param {View} view @param {number} cell */
  #drawCell(node, view, cell) {
    const [order, digit, , marks, ghost] = node.children
    const isFill = view.kind === "fill"
    setText(digit, signOf(view.digit))
    setText(order, isFill ? String(view.order) : "")
    const classes = ["cell", view.kind]
    for (const mark of MARKS) if (view[mark]) classes.push(mark)
    if (isFill && (view.confidence ?? 0) < 0.8) classes.push("unsure")
    setName(node, classes.join(" "))
    const sure = isFill ? (view.confidence ?? 0) : view.ghost?.guess ? view.ghost.sure : null
    setData(node, "sure", sure === null ? "" : sureBin(sure))
    setData(node, "mark", view.mark)
    drawMarks(/** @type {HTMLElement} */ (marks), view)
    drawGhost(/** @type {HTMLElement} */ (ghost), view)
    const words = view.label ?? labelOf(cell, view)
    if (node.getAttribute("aria-label") !== words) node.setAttribute("aria-label", words)
  }
}

/** @param {number} cell @param {View} view */
function labelOf(cell, view) {
  const values = { digit: view.digit, order: view.order, sure: percent(view.confidence ?? 0) }
  let what = fillIn(WORDS[`cell_${view.kind}`], values)
  if (view.kind === "blank" && view.notes) what += fillIn(WORDS.cell_notes, { notes: inMask(view.notes).join(" ") })
  else if (view.kind === "blank" && view.candidates) {
    what += fillIn(WORDS.cell_candidates, { candidates: inMask(view.candidates).join(" ") })
  }
  if (view.kind === "blank" && view.ghost) {
    const { digit, sure, guess } = view.ghost
    what += fillIn(WORDS[guess ? `cell_guess_${guess}` : "cell_ghost"], { digit, sure: percent(sure) })
    if (view.ghost.clash) what += WORDS.cell_clash
  }
  for (const mark of SPOKEN) if (view[mark]) what += WORDS[`cell_${mark}`]
  what += view.says ?? ""
  return fillIn(WORDS.cell, { row: row(cell) + 1, column: column(cell) + 1, what })
}

// The element that a grid is drawn in, with the name that a screen reader says.
/** @param {string} label */
export function gridHost(label) {
  const host = make("div", "grid")
  host.setAttribute("role", "grid")
  host.setAttribute("aria-label", label)
  return host
}

// Where an arrow, Home or End takes the selection from `cell`; null for any other key.
/** @type {Record<string, number>} */
const MOVES = { ArrowUp: -SIDE, ArrowDown: SIDE, ArrowLeft: -1, ArrowRight: 1 }
/** @param {Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">} event @param {number} cell */
export function movedBy(event, cell) {
  const across = column(cell)
  const held = event.ctrlKey || event.metaKey
  if (event.key === "Home") return held ? 0 : cell - across
  if (event.key === "End") return held ? CELLS - 1 : cell - across + SIDE - 1
  if (!(event.key in MOVES) || held || event.altKey) return null
  const to = cell + MOVES[event.key]
  const leaves = MOVES[event.key] === -1 ? across === 0 : MOVES[event.key] === 1 && across === SIDE - 1
  return leaves || to < 0 || to >= CELLS ? cell : to
}
