// The sentences on the screen. They are kept in Python and put in here at start-up, before any other module runs.

/** @type {Record<string, any>} */
export const WORDS = {}

// A sentence of WORDS with its {names} filled in.
/** @param {string} text @param {Record<string, any>} values */
export const fillIn = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name])

/** @param {string} text */
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1)

// A number with its sign, to one place; a zero has none.
/** @param {number} value */
export const signed = (value) => `${value <= -0.05 ? "−" : value >= 0.05 ? "+" : ""}${Math.abs(value).toFixed(1)}`

/** @param {number} count */
export const cellsWord = (count) => (count === 1 ? WORDS.cells_one : fillIn(WORDS.cells_many, { n: count }))

// Cut off, not rounded: "100 %" is certainty alone.
/** @param {number} share */
export const percent = (share) => fillIn(WORDS.percent, { n: Math.floor(share * 1000 + 1e-6) / 10 })
