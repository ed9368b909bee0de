// A map of z on a canvas: regions of one colour each, their names, borders, and a point.

/** @typedef {import("../types").ZMap} ZMap */

const GOLDEN = 137.508

// The innermost cell of the largest part of each region that is wide enough for a name: breadth first from all borders at once.
/** @param {Pick<ZMap, "rows" | "columns" | "labels" | "kind">} map @param {number} [least] */
export function heartsOf(map, least = 2) {
  const { rows, columns, labels } = map
  if (map.kind === "codes") return []
  const depth = new Array(labels.length).fill(0)
  const queue = labels.map((_, cell) => cell).filter((cell) => isBorder(map, cell))
  for (const cell of queue) depth[cell] = 1
  for (let next = 0; next < queue.length; next++) {
    for (const beside of neighbours(rows, columns, queue[next])) {
      if (depth[beside]) continue
      depth[beside] = depth[queue[next]] + 1
      queue.push(beside)
    }
  }
  /** @type {Map<number, number>} */
  const best = new Map()
  for (const cell of queue) {
    const now = best.get(labels[cell])
    if (now === undefined || depth[cell] > depth[now]) best.set(labels[cell], cell)
  }
  return [...best]
    .filter(([, cell]) => depth[cell] >= least)
    .map(([label, cell]) => ({ label, row: Math.floor(cell / columns), column: cell % columns }))
}

/** @param {number} rows @param {number} columns @param {number} cell */
export function neighbours(rows, columns, cell) {
  const [row, column] = [Math.floor(cell / columns), cell % columns]
  return [
    ...(row > 0 ? [cell - columns] : []),
    ...(row < rows - 1 ? [cell + columns] : []),
    ...(column > 0 ? [cell - 1] : []),
    ...(column < columns - 1 ? [cell + 1] : []),
  ]
}

/** @param {Pick<ZMap, "rows" | "columns" | "labels">} map @param {number} cell */
function isBorder({ rows, columns, labels }, cell) {
  const [row, column] = [Math.floor(cell / columns), cell % columns]
  const atEdge = row === 0 || column === 0 || row === rows - 1 || column === columns - 1
  return atEdge || neighbours(rows, columns, cell).some((beside) => labels[beside] !== labels[cell])
}

// How often z writes something legal: a code by its share, a point of the plane by its density under N(0, I).
/** @param {Pick<ZMap, "rows" | "columns" | "labels" | "kind" | "legal" | "shares" | "edge">} map */
export function legalShare(map) {
  const along = (/** @type {number} */ place, /** @type {number} */ count) =>
    Math.exp(-0.5 * (((2 * (place + 0.5)) / count - 1) * map.edge) ** 2)
  let [good, all] = [0, 0]
  map.labels.forEach((label, cell) => {
    const [row, column] = [Math.floor(cell / map.columns), cell % map.columns]
    const onPlane = map.kind === "plane" ? along(row, map.rows) * along(column, map.columns) : 1
    const weight = map.kind === "codes" ? (map.shares[cell] ?? 0) : onPlane
    all += weight
    if (map.legal[label]) good += weight
  })
  return all ? good / all : 0
}

/** @param {HTMLCanvasElement} canvas @param {ZMap} map @param {{label: number, row: number, column: number}[]} hearts
 * @param {number[]} at */
export function paintMap(canvas, map, hearts, at) {
  const size = Math.round(canvas.clientWidth * devicePixelRatio)
  const pen = canvas.getContext("2d")
  if (!size || !pen) return
  if (canvas.width !== size) canvas.width = canvas.height = size
  const looks = getComputedStyle(canvas)
  const [ink, paper] = [looks.color, looks.backgroundColor]
  const [wide, high] = [size / map.columns, size / map.rows]
  pen.clearRect(0, 0, size, size)
  map.labels.forEach((label, cell) => {
    if (label < 0) return
    const [x, y] = [(cell % map.columns) * wide, Math.floor(cell / map.columns) * high]
    pen.globalAlpha = map.kind !== "codes" || map.shares[cell] * map.shares.length > 0.1 ? 1 : 0.25
    pen.fillStyle = map.legal[label] ? colourOf(label, isDark(ink)) : paper
    pen.fillRect(Math.floor(x), Math.floor(y), Math.ceil(wide) + 1, Math.ceil(high) + 1)
    if (!map.legal[label]) hatch(pen, x, y, wide, high, ink)
  })
  pen.globalAlpha = 1
  borders(pen, map, wide, high, paper)
  names(pen, map, hearts, wide, high, ink)
  point(pen, at[1] * size, at[0] * size, ink, paper)
}

/** @param {string} ink */
const isDark = (ink) => (ink.match(/[\d.]+/g) ?? []).slice(0, 3).reduce((sum, part) => sum + Number(part), 0) > 384

// Neighbouring numbers are far apart in hue and differ in lightness.
/** @param {number} label @param {boolean} dark */
function colourOf(label, dark) {
  const light = (dark ? 34 : 76) + (label % 3) * 5
  return `hsl(${(label * GOLDEN) % 360} ${dark ? 45 : 65}% ${light}%)`
}

/** @param {CanvasRenderingContext2D} pen @param {number} x @param {number} y @param {number} wide @param {number} high
 * @param {string} ink */
// eslint-disable-next-line max-params
function hatch(pen, x, y, wide, high, ink) {
  pen.strokeStyle = ink
  pen.lineWidth = 1
  pen.beginPath()
  pen.moveTo(x, y + high)
  pen.lineTo(x + wide, y)
  pen.stroke()
}

/** @param {CanvasRenderingContext2D} pen @param {ZMap} map @param {number} wide @param {number} high @param {string} paper */
function borders(pen, { rows, columns, labels, kind }, wide, high, paper) {
  pen.strokeStyle = paper
  pen.lineWidth = Math.min(3 * devicePixelRatio, Math.max(1, wide / 5))
  pen.beginPath()
  labels.forEach((label, cell) => {
    const [row, column] = [Math.floor(cell / columns), cell % columns]
    if (column < columns - 1 && (kind === "codes" || labels[cell + 1] !== label)) {
      pen.moveTo((column + 1) * wide, row * high)
      pen.lineTo((column + 1) * wide, (row + 1) * high)
    }
    if (row < rows - 1 && (kind === "codes" || labels[cell + columns] !== label)) {
      pen.moveTo(column * wide, (row + 1) * high)
      pen.lineTo((column + 1) * wide, (row + 1) * high)
    }
  })
  pen.stroke()
}

/** @param {CanvasRenderingContext2D} pen @param {ZMap} map @param {{label: number, row: number, column: number}[]} hearts
 * @param {number} wide @param {number} high @param {string} ink */
// eslint-disable-next-line max-params
function names(pen, map, hearts, wide, high, ink) {
  const size = 12 * devicePixelRatio
  pen.font = `600 ${size}px system-ui, sans-serif`
  pen.fillStyle = ink
  pen.textAlign = "center"
  pen.textBaseline = "middle"
  for (const { label, row, column } of hearts) {
    if (!map.legal[label]) continue
    const half = pen.measureText(map.names[label]).width / 2 + 2
    const middle = (column + 0.5) * wide
    const x = Math.min(Math.max(middle, half), pen.canvas.width - half)
    pen.fillText(map.names[label], x, Math.min(Math.max((row + 0.5) * high, size), pen.canvas.height - size))
  }
}

/** @param {CanvasRenderingContext2D} pen @param {number} x @param {number} y @param {string} ink @param {string} paper */
function point(pen, x, y, ink, paper) {
  for (const [radius, colour] of /** @type {[number, string][]} */ ([
    [9, paper],
    [7, ink],
    [3.5, paper],
  ])) {
    pen.beginPath()
    pen.arc(x, y, radius * devicePixelRatio, 0, 2 * Math.PI)
    pen.fillStyle = colour
    pen.fill()
  }
}
