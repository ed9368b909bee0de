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

// How many of a lesson's questions were answered, and how many rightly.
/** @param {Lesson} lesson @param {Map<string, number>} said */
export function scoreOf(lesson, said) {
  const answered = lesson.cards.flatMap(({ question }, at) => {
    const answer = said.get(`${lesson.id}.${at}`)
    return question && answer !== undefined ? [answer === question.right] : []
  })
  return { said: answered.length, right: answered.filter(Boolean).length }
}

// Points of a guess by its place in the network's queue: 2 for its very choice, 1 for one of its next three.
/** @param {number} rank */
export const pointsOf = (rank) => (rank === 1 ? 2 : rank >= 2 && rank <= 4 ? 1 : 0)
