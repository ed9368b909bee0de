// What was answered, as a link says it, and what it is worth. Pure.

/** @typedef {import("../types").Lesson} Lesson */

// "many.0.2_sure.game.6": answers by lesson and card, points of the game by lesson.
/** @param {string} text @returns {Map<string, number>} */
export function readSaid(text) {
  const said = new Map()
  for (const part of text.split("_").filter(Boolean)) {
    const [lesson, card, value] = part.split(".")
    said.set(`${lesson}.${card}`, Number(value))
  }
  return said
}

/** @param {Map<string, number>} said */
export const writeSaid = (said) => [...said].map(([place, value]) => `${place}.${value}`).join("_")

// How many of a lesson's questions were answered, and how many rightly. What the card after `at` tells does not count before.
/** @param {Lesson} lesson @param {Map<string, number>} said @param {number} [at] the card on show */
export function scoreOf(lesson, said, at = Infinity) {
  const answered = lesson.cards.flatMap(({ kind, question }, card) => {
    const answer = said.get(`${lesson.id}.${card}`)
    const isTold = kind !== "predict" || card < at
    return question && isTold && answer !== undefined ? [answer === question.right] : []
  })
  return { said: answered.length, right: answered.filter(Boolean).length }
}

// Points of a guess by its place in the network's queue: 2 for its very choice, 1 for one of its next three.
/** @param {number} rank */
export const pointsOf = (rank) => (rank === 1 ? 2 : rank >= 2 && rank <= 4 ? 1 : 0)
