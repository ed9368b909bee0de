// What a key means, whatever the keyboard's layout and script.
//
// `event.key` is what the layout writes, `event.code` where the key lies. What the layout writes goes first; only where that says
// nothing does the place count: the digit row of a French keyboard writes "&é" and so on without Shift, an Arabic one digits of
// its own, and Ctrl+Z is "я" on a Russian one.

/** @typedef {Pick<KeyboardEvent, "key" | "code" | "shiftKey"> & {getModifierState?: (name: string) => boolean}} Key */

const DECIMAL = /^\p{Nd}$/u
const LATIN = /^[\p{ASCII}\p{Script=Latin}]$/u
const QUESTION = ["?", "؟", "？"]

// The value of a decimal digit of any script; null for anything else.
/** @param {string} sign */
export function decimalOf(sign) {
  if (!DECIMAL.test(sign)) return null
  // Unicode has the ten digits of a script in a row, zero first.
  const code = sign.codePointAt(0) ?? 0
  let value = 0
  while (value < 9 && DECIMAL.test(String.fromCodePoint(code - value - 1))) value += 1
  return value
}

// The digit that a key writes, 0 included, and whether Shift asks for another use of it; null for any other key.
// Where Shift is needed to write a digit at all, it asks for nothing.
/** @param {Key} event @returns {{digit: number, shifted: boolean} | null} */
export function digitTyped(event) {
  const written = decimalOf(event.key)
  if (written !== null) return { digit: written, shifted: event.shiftKey && event.code.startsWith("Numpad") }
  const row = /^Digit([0-9])$/.exec(event.code)
  // AltGr writes a third sign on each key.
  if (!row || event.getModifierState?.("AltGraph")) return null
  return { digit: Number(row[1]), shifted: event.shiftKey }
}

// The Latin letter of a key, in lower case; "" for any other key.
/** @param {Key} event */
export function letterTyped(event) {
  if (/^[a-z]$/i.test(event.key)) return event.key.toLowerCase()
  const place = /^Key([A-Z])$/.exec(event.code)
  return place && !LATIN.test(event.key) ? place[1].toLowerCase() : ""
}

/** @param {Key} event */
export const asksForHelp = (event) => QUESTION.includes(event.key)
