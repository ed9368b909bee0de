// What a Sudoku is, how text becomes one, and the 81 cells on the screen. Knows no server and no trace.

const SIDE = 9
const CELLS = 81
const BLANK = 0

const row = (cell) => Math.floor(cell / SIDE)
const column = (cell) => cell % SIDE
const box = (cell) => Math.floor(row(cell) / 3) * 3 + Math.floor(column(cell) / 3)
const place = (cell) => `row ${row(cell) + 1}, column ${column(cell) + 1}`

const everyCell = [...Array(CELLS).keys()]
const UNITS = [
  ...[...Array(SIDE).keys()].map((n) => ({ name: `row ${n + 1}`, cells: everyCell.filter((c) => row(c) === n) })),
  ...[...Array(SIDE).keys()].map((n) => ({ name: `column ${n + 1}`, cells: everyCell.filter((c) => column(c) === n) })),
  ...[...Array(SIDE).keys()].map((n) => ({ name: `box ${n + 1}`, cells: everyCell.filter((c) => box(c) === n) })),
]
const arePeers = (a, b) => a !== b && (row(a) === row(b) || column(a) === column(b) || box(a) === box(b))

const toLine = (digits) => digits.map((digit) => (digit === BLANK ? "." : String(digit))).join("")
const toDigits = (line) => [...line].map((sign) => (sign === "." ? BLANK : Number(sign)))

// The cells that break a rule, and the first broken rule in words ("" if none).
function findClashes(digits) {
  const cells = new Set()
  let first = ""
  for (const unit of UNITS) {
    for (let digit = 1; digit <= SIDE; digit++) {
      const holders = unit.cells.filter((cell) => digits[cell] === digit)
      if (holders.length < 2) continue
      holders.forEach((cell) => cells.add(cell))
      first ||= `${digit} stands ${holders.length === 2 ? "twice" : `${holders.length} times`} in ${unit.name}`
    }
  }
  return { cells, first }
}

// Text from anywhere (a line, nine lines, a drawing with bars, a link) as {line} or {error}.
function readPuzzle(text) {
  if (text.length > 20000) return { error: "That text is too long for one puzzle." }
  const link = text.match(/[?&](?:p|bd|s)=([0-9.]{81})(?![0-9.])/)
  const alone = link || text.match(/(?<![0-9.])([0-9.]{81})(?![0-9.])/)
  const body = alone ? alone[1] : text.split(/\r?\n/).filter((line) => !/^\s*[#[]/.test(line)).join("\n")
  for (const blank of ["0.", "xX", "*", "_", "-", "?", " "]) {
    const signs = [...body].filter((sign) => (sign >= "1" && sign <= "9") || blank.includes(sign))
    if (signs.length === CELLS) {
      return { line: signs.map((sign) => (blank.includes(sign) ? "." : sign)).join("") }
    }
  }
  const found = [...body].filter((sign) => (sign >= "0" && sign <= "9") || sign === ".").length
  return { error: `That text has ${found} cells (digits, or . for a blank); a puzzle has ${CELLS}.` }
}

const SURE = [0.5, 0.8, 0.95, 0.99]
const sureBin = (confidence) => SURE.filter((bound) => confidence >= bound).length
const percent = (share) => `${Math.floor(share * 1000 + 1e-6) / 10} %`

// 81 labelled cells in `host`. `draw` takes, for each cell, {digit, kind, order, confidence, now, clash, peer, same}
// with kind "blank", "clue" or "fill"; `handlers` are {select(cell)}.
function makeGrid(host, handlers) {
  const nodes = []
  let selected = 0
  host.replaceChildren()
  for (let line = 0; line < SIDE; line++) {
    const rowNode = document.createElement("div")
    rowNode.className = "row"
    rowNode.setAttribute("role", "row")
    for (let place = 0; place < SIDE; place++) {
      const cell = line * SIDE + place
      const node = document.createElement("div")
      node.className = "cell"
      node.setAttribute("role", "gridcell")
      node.dataset.cell = cell
      for (const part of ["order", "digit", "flag"]) {
        const span = document.createElement("span")
        span.className = part
        span.setAttribute("aria-hidden", "true")
        node.append(span)
      }
      node.onpointerdown = () => select(cell)
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

  function label(cell, view) {
    const what = {
      blank: "blank",
      clue: `${view.digit}, clue`,
      fill: `${view.digit}, filled in step ${view.order}, ${percent(view.confidence)} sure`,
    }[view.kind]
    return `Row ${row(cell) + 1} column ${column(cell) + 1}: ${what}${view.clash ? ", breaks a rule" : ""}`
  }

  function draw(views) {
    views.forEach((view, cell) => {
      const node = nodes[cell]
      const [order, digit] = node.children
      const text = view.digit === BLANK ? "" : String(view.digit)
      if (digit.textContent !== text) digit.textContent = text
      const number = view.kind === "fill" ? String(view.order) : ""
      if (order.textContent !== number) order.textContent = number
      const classes = ["cell", view.kind]
      for (const mark of ["now", "clash", "peer", "same"]) if (view[mark]) classes.push(mark)
      if (view.kind === "fill" && view.confidence < 0.8) classes.push("unsure")
      const name = classes.join(" ")
      if (node.className !== name) node.className = name
      if (view.kind === "fill") node.dataset.sure = sureBin(view.confidence)
      else delete node.dataset.sure
      const words = label(cell, view)
      if (node.getAttribute("aria-label") !== words) node.setAttribute("aria-label", words)
    })
  }

  select(0, { focus: false })
  return { draw, select, selected: () => selected }
}
