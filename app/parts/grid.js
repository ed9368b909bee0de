// What a Sudoku is, and the 81 cells on the screen. Knows no server and no trace. WORDS comes from words.py.

const SIDE = 9
const CELLS = 81
const BLANK = 0

const DIGITS = [1, 2, 3, 4, 5, 6, 7, 8, 9]
const row = (cell) => Math.floor(cell / SIDE)
const column = (cell) => cell % SIDE
const box = (cell) => Math.floor(row(cell) / 3) * 3 + Math.floor(column(cell) / 3)

// A sentence of WORDS with its {names} filled in.
const fillIn = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name])
const place = (cell) => fillIn(WORDS.place, { row: row(cell) + 1, column: column(cell) + 1 })
const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1)
const cellsWord = (count) => (count === 1 ? WORDS.cells_one : fillIn(WORDS.cells_many, { n: count }))

const everyCell = [...Array(CELLS).keys()]
const UNITS = ["row", "column", "box"].flatMap((kind, which) =>
  [...Array(SIDE).keys()].map((n) => ({
    name: fillIn(WORDS[kind], { n: n + 1 }),
    cells: everyCell.filter((cell) => [row, column, box][which](cell) === n),
  })),
)
const arePeers = (a, b) => a !== b && (row(a) === row(b) || column(a) === column(b) || box(a) === box(b))
const PEERS = everyCell.map((cell) => everyCell.filter((other) => arePeers(cell, other)))

const toLine = (digits) => digits.map((digit) => (digit === BLANK ? "." : String(digit))).join("")
const toDigits = (line) => [...line].map((sign) => (sign === "." ? BLANK : Number(sign)))

// Notes and candidates of a cell are nine bits, digit 1 lowest.
const bitOf = (digit) => 1 << (digit - 1)
const inMask = (mask) => DIGITS.filter((digit) => mask & bitOf(digit))
const ALL_DIGITS = 511

// For each cell the digits that no peer holds; none for a filled cell.
const candidatesOf = (digits) =>
  everyCell.map((cell) =>
    digits[cell] !== BLANK
      ? 0
      : PEERS[cell].reduce((mask, peer) => (digits[peer] === BLANK ? mask : mask & ~bitOf(digits[peer])), ALL_DIGITS),
  )

// The cells that break a rule, and the first broken rule in words ("" if none).
function findClashes(digits) {
  const cells = new Set()
  let first = ""
  for (const unit of UNITS) {
    for (const digit of DIGITS) {
      const holders = unit.cells.filter((cell) => digits[cell] === digit)
      if (holders.length < 2) continue
      holders.forEach((cell) => cells.add(cell))
      const times = holders.length === 2 ? WORDS.twice : fillIn(WORDS.times, { n: holders.length })
      first ||= fillIn(WORDS.clash, { digit, times, unit: unit.name })
    }
  }
  return { cells, first }
}

const SURE = [0.5, 0.8, 0.95, 0.99]
const sureBin = (confidence) => SURE.filter((bound) => confidence >= bound).length
const percent = (share) => fillIn(WORDS.percent, { n: Math.floor(share * 1000 + 1e-6) / 10 })

// Set only what differs: a frame of the player touches the few nodes that change.
const setText = (node, text) => node.textContent === text || (node.textContent = text)
const setName = (node, name) => node.className === name || (node.className = name)
function setData(node, name, value) {
  if (value === undefined || value === "") delete node.dataset[name]
  else if (node.dataset[name] !== String(value)) node.dataset[name] = value
}

const MARKS = ["now", "gone", "clash", "peer", "same", "target", "basis"]

// 81 labelled cells in `host`. `draw` takes, for each cell,
//   {digit, kind, order, confidence} with kind "blank", "clue", "own" or "fill",
//   any of MARKS as true or false,
//   mark: a word for the style sheet, says: what it adds to the label, label: other words than the usual ones,
//   notes, candidates: nine bits each, shown small in a blank cell (notes go first),
//   field: {z: [9], p: [9]}, shown in a blank cell instead of them.
// `handlers` are {select(cell)} and, if wanted, {press(cell)} for a pointer alone, and {drag(cell, digit, rise, done)} for
// the candidates of a field.
function makeGrid(host, handlers) {
  const nodes = []
  let selected = 0
  host.replaceChildren()
  for (let line = 0; line < SIDE; line++) {
    const rowNode = document.createElement("div")
    rowNode.className = "row"
    rowNode.setAttribute("role", "row")
    for (let at = 0; at < SIDE; at++) {
      const cell = line * SIDE + at
      const node = document.createElement("div")
      node.className = "cell"
      node.setAttribute("role", "gridcell")
      node.dataset.cell = cell
      for (const part of ["order", "digit", "flag", "marks"]) {
        const span = document.createElement("span")
        span.className = part
        span.setAttribute("aria-hidden", "true")
        node.append(span)
      }
      node.onpointerdown = (event) => {
        select(cell)
        handlers.press?.(cell)
        startDrag(event, cell)
      }
      node.onfocus = () => select(cell, { focus: false })
      rowNode.append(node)
      nodes.push(node)
    }
    host.append(rowNode)
  }

  function select(cell, { focus = true } = {}) {
    const changed = cell !== selected
    selected = cell
    nodes.forEach((node, at) => {
      node.tabIndex = at === cell ? 0 : -1
      node.setAttribute("aria-selected", at === cell)
    })
    if (focus) nodes[cell].focus({ preventScroll: true })
    if (changed) handlers.select(cell)
  }

  // A finger scrolls the page, so only a mouse or a pen drags.
  function startDrag(event, cell) {
    const mark = event.target.closest("i[data-up]")
    if (!handlers.drag || !mark || event.pointerType === "touch") return
    event.preventDefault()
    const digit = Number(mark.textContent)
    const from = event.clientY
    let rise = 0
    let moved = false
    mark.setPointerCapture(event.pointerId)
    mark.onpointermove = (move) => {
      rise = from - move.clientY
      moved ||= Math.abs(rise) > 2
      if (moved) handlers.drag(cell, digit, rise, false)
    }
    mark.onpointerup = mark.onpointercancel = () => {
      mark.onpointermove = mark.onpointerup = mark.onpointercancel = null
      if (moved) handlers.drag(cell, digit, rise, true)
    }
  }

  function label(cell, view) {
    const values = { digit: view.digit, order: view.order, sure: percent(view.confidence ?? 0) }
    let what = fillIn(WORDS[`cell_${view.kind}`], values)
    if (view.kind === "blank" && view.notes) what += fillIn(WORDS.cell_notes, { notes: inMask(view.notes).join(" ") })
    else if (view.kind === "blank" && view.candidates) {
      what += fillIn(WORDS.cell_candidates, { candidates: inMask(view.candidates).join(" ") })
    }
    for (const mark of ["clash", "gone", "target", "basis"]) if (view[mark]) what += WORDS[`cell_${mark}`]
    what += view.says ?? ""
    return fillIn(WORDS.cell, { row: row(cell) + 1, column: column(cell) + 1, what })
  }

  function drawMarks(host, view) {
    const field = view.kind === "blank" ? view.field : undefined
    const shown = field ? ALL_DIGITS : view.kind === "blank" ? view.notes || view.candidates || 0 : 0
    if (!shown && host.childElementCount === 0) return
    if (host.childElementCount === 0) host.append(...DIGITS.map(() => document.createElement("i")))
    const likeliest = field ? field.p.indexOf(Math.max(...field.p)) : -1
    DIGITS.forEach((digit, at) => {
      const mark = host.children[at]
      setText(mark, shown & bitOf(digit) ? String(digit) : "")
      setName(mark, field ? (at === likeliest ? "top" : "") : view.notes ? "note" : "")
      setData(mark, "up", field ? field.z[at] >= 0 : "")
      if (!field) return
      mark.style.setProperty("--high", `${Math.min(1, Math.abs(field.z[at]) / 3) * 50}%`)
      mark.style.setProperty("--p", field.p[at].toFixed(2))
    })
  }

  function draw(views) {
    views.forEach((view, cell) => {
      const node = nodes[cell]
      const [order, digit, , marks] = node.children
      setText(digit, view.digit === BLANK ? "" : String(view.digit))
      setText(order, view.kind === "fill" ? String(view.order) : "")
      const classes = ["cell", view.kind]
      for (const mark of MARKS) if (view[mark]) classes.push(mark)
      if (view.kind === "fill" && view.confidence < 0.8) classes.push("unsure")
      setName(node, classes.join(" "))
      setData(node, "sure", view.kind === "fill" ? sureBin(view.confidence) : "")
      setData(node, "mark", view.mark)
      drawMarks(marks, view)
      const words = view.label ?? label(cell, view)
      if (node.getAttribute("aria-label") !== words) node.setAttribute("aria-label", words)
    })
  }

  select(0, { focus: false })
  return { draw, select, selected: () => selected }
}

// Where an arrow, Home or End takes the selection from `cell`; null for any other key.
const MOVES = { ArrowUp: -SIDE, ArrowDown: SIDE, ArrowLeft: -1, ArrowRight: 1 }
function movedBy(event, cell) {
  const across = column(cell)
  const held = event.ctrlKey || event.metaKey
  if (event.key === "Home") return held ? 0 : cell - across
  if (event.key === "End") return held ? CELLS - 1 : cell - across + SIDE - 1
  if (!(event.key in MOVES) || held || event.altKey) return null
  const to = cell + MOVES[event.key]
  const leaves = MOVES[event.key] === -1 ? across === 0 : MOVES[event.key] === 1 && across === SIDE - 1
  return leaves || to < 0 || to >= CELLS ? cell : to
}
