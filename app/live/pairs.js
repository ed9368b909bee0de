// Two tied cells that toss a coin each, as one call does; and tables of words.

import { columnHead, make, pushButton } from "../parts/dom.js"
import { WORDS, fillIn } from "../parts/words.js"
import { Noise } from "./noise.js"

const DRAWS = 20

/** @param {readonly string[]} head @param {readonly (readonly string[])[]} rows */
export function tableOf(head, rows) {
  const heads = head.map((text) => columnHead(text))
  const lines = rows.map((row) => make("tr", "", "", ...row.map((text) => make("td", "", text))))
  return make(
    "table",
    "words",
    "",
    make("thead", "", "", make("tr", "", "", ...heads)),
    make("tbody", "", "", ...lines),
  )
}

// The pairs that both cells come to when each is drawn for itself, and how many of them are real.
/** @param {import("../types").LessonPairs} pairs */
export function pairTable({ digits, shares }) {
  const outcomes = [0, 1].flatMap((first) => [0, 1].map((second) => ({ first, second, drawn: 0 })))
  const host = make("div", "pairs")
  const said = make("p", "")
  said.setAttribute("role", "status")
  const table = make("div")
  const draw = () => {
    const rows = outcomes.map(({ first, second, drawn }) => {
      const pair = fillIn(WORDS.play_pair, { first: digits[first][0], second: digits[second][1] })
      return [pair, String(drawn), first === second ? WORDS.play_yes : WORDS.play_no]
    })
    table.replaceChildren(tableOf(WORDS.play_pair_head, rows))
  }
  let round = 0
  const button = pushButton("", WORDS.play_toss, () => {
    const numbers = new Noise(round).uniform(0, 2 * DRAWS)
    round += 1
    for (let at = 0; at < DRAWS; at++) {
      // Of the two digits alone: what the call gives to others is left out.
      const [first, second] = shares.map(([a, b], cell) => Number(numbers[2 * at + cell] > a / (a + b)))
      outcomes[2 * first + second].drawn += 1
    }
    const real = outcomes.filter(({ first, second }) => first === second).reduce((sum, { drawn }) => sum + drawn, 0)
    said.textContent = fillIn(WORDS.play_tossed, { real, all: round * DRAWS })
    draw()
  })
  draw()
  host.append(button, said, table)
  return host
}
