// The shared rounds of the symmetric network in WebAssembly with SIMD: the arithmetic of `Round` in
// vmd_sudoku/network/symmetric.py for one board. `npm run kernel` makes kernel.wasm of it (AssemblyScript), which is shipped.
//
// A candidate is number (row * 9 + column) * 9 + digit - 1, a constraint number a * 9 + b of its kind: cells (row, column), columns
// (column, digit), rows (row, digit), boxes (box, digit). All numbers are float32. Where things lie is said once, by `lay`.
// Products are packed by `pack` in rounds.js: blocks of eight outputs, so that the inner loop reads straight on.

const SIDE: usize = 9
const CELLS: usize = 81
const CANDIDATES: usize = 729
// Rows of a product that are made together: they share what is read of the weights, and 81 and 729 are multiples.
const ROWS: usize = 3
const BLOCK: usize = 8

let width: usize, middle: usize, hidden: usize
let state: usize, given: usize, message: usize, sums: usize, inner: usize, answers: usize, update: usize
let weights: usize

// Sizes of the network (multiples of eight) -> bytes of memory that it needs; `at` says what lies where.
export function lay(w: usize, m: usize, h: usize): usize {
  width = w
  middle = m
  hidden = h
  state = (__heap_base + 15) & ~15
  given = floats(state, CANDIDATES * w)
  message = floats(given, CANDIDATES * h)
  sums = floats(message, CANDIDATES * w)
  inner = floats(sums, CELLS * 4 * w)
  answers = floats(inner, CELLS * m)
  update = floats(answers, CELLS * 4 * h)
  weights = floats(update, ROWS * h)
  // The norm, three perceptrons and the two products of a candidate, in this order.
  return floats(weights, w + perceptronSize() * 3 + (w * h + h) + (h * w + w))
}

export function at(what: usize): usize {
  return what == 0 ? state : what == 1 ? given : weights
}

export function think(rounds: usize): void {
  for (let done: usize = 0; done < rounds; done++) round()
}

@inline
function floats(from: usize, count: usize): usize {
  return from + count * 4
}

@inline
function perceptronSize(): usize {
  return width * middle + middle + middle * hidden + hidden
}

function round(): void {
  const cell = floats(weights, width)
  const line = floats(cell, perceptronSize())
  const box = floats(line, perceptronSize())
  normalise(weights)
  gather()
  // In the order of `sums`: a row and a column share their weights, since transposing a board swaps them.
  answer(0, cell)
  answer(1, line)
  answer(2, line)
  answer(3, box)
  move(floats(box, perceptronSize()))
}

// message = state over its root mean square, scaled.
function normalise(scale: usize): void {
  const bytes = width * 4
  for (let i: usize = 0; i < CANDIDATES; i++) {
    const from = state + i * bytes
    const to = message + i * bytes
    let squares = f32x4.splat(0)
    for (let k: usize = 0; k < bytes; k += 16) {
      const x = v128.load(from + k)
      squares = f32x4.add(squares, f32x4.mul(x, x))
    }
    const total =
      f32x4.extract_lane(squares, 0) +
      f32x4.extract_lane(squares, 1) +
      f32x4.extract_lane(squares, 2) +
      f32x4.extract_lane(squares, 3)
    const by = f32x4.splat(<f32>1 / sqrt<f32>(total / <f32>width + <f32>1e-6))
    for (let k: usize = 0; k < bytes; k += 16) {
      v128.store(to + k, f32x4.mul(f32x4.mul(v128.load(from + k), by), v128.load(scale + k)))
    }
  }
}

// Sums of nine messages for each constraint, at the scale of one.
function gather(): void {
  const bytes = width * 4
  memory.fill(sums, 0, CELLS * 4 * bytes)
  for (let r: usize = 0; r < SIDE; r++) {
    for (let c: usize = 0; c < SIDE; c++) {
      for (let d: usize = 0; d < SIDE; d++) {
        const from = message + ((r * SIDE + c) * SIDE + d) * bytes
        for (let kind: usize = 0; kind < 4; kind++) add(from, sums + constraint(kind, r, c, d) * bytes)
      }
    }
  }
  const third = f32x4.splat(<f32>1 / <f32>3)
  const end = sums + CELLS * 4 * bytes
  for (let k = sums; k < end; k += 16) v128.store(k, f32x4.mul(v128.load(k), third))
}

// Number of the constraint of a kind that holds a candidate, all kinds counted on.
@inline
function constraint(kind: usize, r: usize, c: usize, d: usize): usize {
  if (kind == 0) return r * SIDE + c
  if (kind == 1) return CELLS + c * SIDE + d
  if (kind == 2) return CELLS * 2 + r * SIDE + d
  return CELLS * 3 + ((r / 3) * 3 + c / 3) * SIDE + d
}

@inline
function add(from: usize, to: usize): void {
  const bytes = width * 4
  for (let k: usize = 0; k < bytes; k += 16) v128.store(to + k, f32x4.add(v128.load(to + k), v128.load(from + k)))
}

// What the 81 constraints of a kind make of their sums: a perceptron with one hidden layer.
function answer(kind: usize, perceptron: usize): void {
  const first = floats(perceptron, width * middle)
  const second = floats(first, middle)
  const last = floats(second, middle * hidden)
  for (let row: usize = 0; row < CELLS; row += ROWS) {
    const from = floats(sums, (kind * CELLS + row) * width)
    product(from, width, perceptron, first, inner, middle, false)
    silu(inner, ROWS * middle)
    product(inner, middle, second, last, floats(answers, (kind * CELLS + row) * hidden), hidden, false)
  }
}

// state += down(silu(up(message) + given + what the four constraints answer)), for three candidates of a cell at a time.
function move(up: usize): void {
  const upBias = floats(up, width * hidden)
  const down = floats(upBias, hidden)
  const downBias = floats(down, hidden * width)
  for (let r: usize = 0; r < SIDE; r++) {
    for (let c: usize = 0; c < SIDE; c++) {
      for (let d: usize = 0; d < SIDE; d += ROWS) {
        const i = (r * SIDE + c) * SIDE + d
        product(floats(message, i * width), width, up, upBias, update, hidden, false)
        for (let next: usize = 0; next < ROWS; next++) {
          hear(floats(update, next * hidden), floats(given, (i + next) * hidden), r, c, d + next)
        }
        silu(update, ROWS * hidden)
        product(update, hidden, down, downBias, floats(state, i * width), width, true)
      }
    }
  }
}

@inline
function hear(to: usize, input: usize, r: usize, c: usize, d: usize): void {
  const cell = floats(answers, constraint(0, r, c, d) * hidden)
  const column = floats(answers, constraint(1, r, c, d) * hidden)
  const row = floats(answers, constraint(2, r, c, d) * hidden)
  const box = floats(answers, constraint(3, r, c, d) * hidden)
  const bytes = hidden * 4
  for (let k: usize = 0; k < bytes; k += 16) {
    const units = f32x4.add(f32x4.add(v128.load(row + k), v128.load(box + k)), f32x4.add(v128.load(cell + k), v128.load(column + k)))
    v128.store(to + k, f32x4.add(f32x4.add(v128.load(to + k), v128.load(input + k)), units))
  }
}

// Three rows of a linear layer: [3, inputs] x packed [outputs / 8, inputs, 8] + bias, added to what is there if asked.
function product(from: usize, inputs: usize, by: usize, bias: usize, to: usize, outputs: usize, adds: bool): void {
  const inBytes = inputs * 4
  const outBytes = outputs * 4
  const end = from + inBytes
  for (let block: usize = 0; block < outBytes; block += BLOCK * 4) {
    let a0 = v128.load(bias + block)
    let a1 = v128.load(bias + block, 16)
    let b0 = a0
    let b1 = a1
    let c0 = a0
    let c1 = a1
    for (let x = from; x < end; x += 4) {
      const w0 = v128.load(by)
      const w1 = v128.load(by, 16)
      const a = v128.load32_splat(x)
      const b = v128.load32_splat(x + inBytes)
      const c = v128.load32_splat(x + inBytes * 2)
      a0 = f32x4.add(a0, f32x4.mul(a, w0))
      a1 = f32x4.add(a1, f32x4.mul(a, w1))
      b0 = f32x4.add(b0, f32x4.mul(b, w0))
      b1 = f32x4.add(b1, f32x4.mul(b, w1))
      c0 = f32x4.add(c0, f32x4.mul(c, w0))
      c1 = f32x4.add(c1, f32x4.mul(c, w1))
      by += BLOCK * 4
    }
    put(to + block, a0, a1, adds)
    put(to + outBytes + block, b0, b1, adds)
    put(to + outBytes * 2 + block, c0, c1, adds)
  }
}

@inline
function put(to: usize, low: v128, high: v128, adds: bool): void {
  if (adds) {
    low = f32x4.add(low, v128.load(to))
    high = f32x4.add(high, v128.load(to, 16))
  }
  v128.store(to, low)
  v128.store(to, high, 16)
}

// x / (1 + exp(-x)) in place.
function silu(from: usize, count: usize): void {
  const end = floats(from, count)
  const one = f32x4.splat(1)
  for (let x = from; x < end; x += 16) {
    const value = v128.load(x)
    v128.store(x, f32x4.div(value, f32x4.add(one, exp(f32x4.neg(value)))))
  }
}

// e^x = 2^n e^r with n whole and |r| <= ln 2 / 2, where the Taylor series to the seventh power is exact in float32.
@inline
function exp(x: v128): v128 {
  // Beyond these, 2^n would not fit the exponent; silu is 0 or x there all the same.
  const near = f32x4.max(f32x4.min(x, f32x4.splat(87)), f32x4.splat(-87))
  const n = f32x4.nearest(f32x4.mul(near, f32x4.splat(1.4426950408889634)))
  // ln 2 in two parts, the first with few bits, so that n times it is exact.
  const r = f32x4.sub(f32x4.sub(near, f32x4.mul(n, f32x4.splat(0.693359375))), f32x4.mul(n, f32x4.splat(-2.12194440054690583e-4)))
  let p = f32x4.splat(<f32>(1.0 / 5040))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(<f32>(1.0 / 720)))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(<f32>(1.0 / 120)))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(<f32>(1.0 / 24)))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(<f32>(1.0 / 6)))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(0.5))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1))
  p = f32x4.add(f32x4.mul(p, r), f32x4.splat(1))
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23)
  return f32x4.mul(p, power)
}
