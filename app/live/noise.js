// Random numbers of a board: a counter is mixed (SplitMix64), as `Noise` does in Python, so that a seed draws the same in both.

const GOLDEN = 0x9e3779b97f4a7c15n
// A number of JavaScript holds 53 bits exactly; these need 64, and lose what runs over, as in Python.
const MASK = (1n << 64n) - 1n

/** @param {bigint} x */
function mix(x) {
  x = ((x ^ (x >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK
  x = ((x ^ (x >> 27n)) * 0x94d049bb133111ebn) & MASK
  return x ^ (x >> 31n)
}

export class Noise {
  // Of the first board of the first puzzle, which is the only one here.
  /** @param {number} seed */
  constructor(seed) {
    this.key = mix((mix((BigInt(seed) + GOLDEN) & MASK) + GOLDEN) & MASK)
  }

  // Numbers above 0 and below 1; another `stream`, other numbers.
  /** @param {number} stream @param {number} count */
  uniform(stream, count) {
    const key = mix((this.key + BigInt(stream + 1) * GOLDEN) & MASK)
    return Float32Array.from({ length: count }, (_, at) => {
      const bits = mix((key + BigInt(at + 1) * GOLDEN) & MASK)
      return (Number(bits >> 41n) + 0.5) / 2 ** 23
    })
  }

  /** @param {number} stream @param {number} count */
  normal(stream, count) {
    return this.uniform(stream, count).map((u) => Math.SQRT2 * inverseErf(2 * u - 1))
  }
}

// Polynomials of M. Giles, "Approximating the erfinv function" (2010), in single precision: highest power first.
const CENTRE = [
  2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 2.1858087e-4, -1.25372503e-3, -4.17768164e-3,
  0.246640727, 1.50140941,
]
const TAIL = [
  -2.00214257e-4, 1.00950558e-4, 1.34934322e-3, -3.67342844e-3, 5.73950773e-3, -7.6224613e-3, 9.43887047e-3, 1.00167406,
  2.83297682,
]

/** @param {number} x */
function inverseErf(x) {
  const w = -Math.log((1 - x) * (1 + x))
  const [powers, at] = w < 5 ? [CENTRE, w - 2.5] : [TAIL, Math.sqrt(w) - 3]
  return x * powers.reduce((sum, power) => sum * at + power)
}
