// The verdict on a board, by the rules alone.

import { BLANK, findClashes } from "../parts/sudoku.js"
import { WORDS, fillIn } from "../parts/words.js"

/** @param {number[]} digits @returns {{tone: string, headline: string, reason: string}} */
export function judged(digits) {
  const { first } = findClashes(digits)
  if (first) return { tone: "wrong", headline: WORDS.wrong, reason: fillIn(WORDS.wrong_why, { clash: first }) }
  const blank = digits.filter((digit) => digit === BLANK).length
  if (blank) return { tone: "wrong", headline: fillIn(WORDS.unfinished, { blank }), reason: "" }
  return { tone: "solved", headline: WORDS.solved, reason: WORDS.solved_why }
}

// A puzzle from a text: 81 signs, whatever lines and spaces are drawn between them; or what is wrong with it.
/** @param {string} text @returns {{digits: number[]} | {error: string}} */
export function readPuzzle(text) {
  const signs = [...text.normalize("NFKC")].filter((sign) => !/[\s|+\-=!,;]/u.test(sign))
  const strange = signs.find((sign) => !/[1-9.0_*xX]/.test(sign))
  if (strange) return { error: fillIn(WORDS.live_sign, { sign: strange }) }
  if (signs.length !== 81) return { error: fillIn(WORDS.live_length, { found: signs.length }) }
  return { digits: signs.map((sign) => Number(sign) || BLANK) }
}
