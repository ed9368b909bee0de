import assert from "node:assert/strict"
import { test } from "node:test"

import { pointsOf, readSaid, scoreOf, writeSaid } from "../../../app/learn/progress.js"

test("answers go into a link and come back", () => {
  const text = "many.0.2_sure.game.6"
  assert.equal(writeSaid(readSaid(text)), text)
  assert.equal(readSaid("").size, 0)
})

test("a guess is worth two points, one, or none", () => {
  assert.deepEqual([0, 1, 2, 4, 5].map(pointsOf), [0, 2, 1, 1, 0])
})

test("the score counts answered questions of one lesson", () => {
  const question = { ask: "", answers: ["a", "b"], right: 1, because: [] }
  const lesson = /** @type {any} */ ({ id: "many", cards: [{ question }, { question: null }, { question }] })
  assert.deepEqual(scoreOf(lesson, readSaid("many.0.1_many.2.0_sure.0.1_many.game.4")), { said: 2, right: 1 })
})

test("the score tells no prediction before the next card does", () => {
  const question = { ask: "", answers: ["a", "b"], right: 1, because: [] }
  const kinds = ["predict", "watch", "why", "break"]
  const lesson = /** @type {any} */ ({ id: "many", cards: kinds.map((kind) => ({ kind, question })) })
  const said = readSaid("many.0.1_many.3.1")
  assert.deepEqual(
    [0, 1, 3].map((at) => scoreOf(lesson, said, at).said),
    [1, 2, 2],
  )
})
