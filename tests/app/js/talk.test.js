import assert from "node:assert/strict"
import { beforeEach, test } from "node:test"

import { Talk } from "../../../app/solve/talk.js"
import { run, stopClock } from "./clock.js"

/** What was sent, what is heard, and how often silence was told. */
function start({ isHeard = true } = {}) {
  const seen = { sent: [], silent: 0, isHeard }
  const talk = new Talk({
    said: () => ({ board: "b" }),
    isHeard: () => seen.isHeard,
    changed: () => {},
    silent: () => (seen.silent += 1),
  })
  talk.send = (value) => seen.sent.push(value)
  return { talk, seen }
}

beforeEach(stopClock)

test("edits that come closely are said once", () => {
  const { talk, seen } = start()
  talk.emit()
  run(100)
  talk.emit()
  run(149)
  assert.equal(seen.sent.length, 0)
  run(1)
  assert.deepEqual(seen.sent, [{ board: "b", ask: null }])
})

test("one question is under way at a time, the others wait, of each kind the newest", () => {
  const { talk, seen } = start()
  talk.ask("hint", {}, () => {})
  talk.ask("check", { n: 1 }, () => {})
  talk.ask("check", { n: 2 }, () => {})
  assert.equal(talk.pending.kind, "hint")
  assert.ok(talk.isAsking("check"))
  talk.settle()
  talk.pump()
  assert.deepEqual(talk.pending.details, { n: 2 })
  assert.ok(seen.sent[1].ask.press > seen.sent[0].ask.press)
  assert.equal(talk.queue.length, 0)
})

test("a look gives way to whatever else is wanted", () => {
  const { talk } = start()
  talk.ask("look", {}, () => {})
  talk.ask("hint", {}, () => {})
  assert.equal(talk.pending.kind, "hint")
})

test("a question is said again, ever more seldom, until it is answered; then it is taken back once", () => {
  const { talk, seen } = start()
  talk.ask("hint", {}, () => {})
  run(4000)
  assert.equal(seen.sent.length, 2)
  run(7999)
  assert.equal(seen.sent.length, 2)
  run(1)
  assert.equal(seen.sent.length, 3)
  talk.settle()
  run(16000)
  assert.equal(seen.sent.at(-1).ask, null)
  const count = seen.sent.length
  run(60000)
  assert.equal(seen.sent.length, count)
})

test("a board that the server has not heard is said until it has", () => {
  const { talk, seen } = start({ isHeard: false })
  talk.emit()
  run(150 + 3 * 4000)
  assert.equal(seen.sent.length, 4)
  seen.isHeard = true
  run(20000)
  assert.equal(seen.sent.length, 4)
})

test("without an answer in a minute the visitor is told", () => {
  const { talk, seen } = start()
  talk.ask("hint", {}, () => {})
  run(60000)
  assert.equal(seen.silent, 1)
  assert.equal(talk.pending, null)
})

test("a busy server is asked again a little later, twenty times at most", () => {
  const { talk } = start()
  talk.ask("hint", {}, () => {})
  for (let tries = 1; tries <= 20; tries++) {
    const asked = talk.pending
    talk.settle()
    talk.retry(asked)
    run(3000)
    assert.equal(talk.pending.tries, tries)
  }
  const last = talk.pending
  talk.settle()
  talk.retry(last)
  run(10000)
  assert.equal(talk.pending, null)
})

test("another board forgets what was asked about the old one, and what was to be asked again", () => {
  const { talk } = start()
  talk.ask("hint", {}, () => {})
  const asked = talk.pending
  talk.settle()
  talk.retry(asked)
  talk.ask("check", {}, () => {})
  talk.forget()
  run(60000)
  assert.equal(talk.pending, null)
  assert.equal(talk.queue.length, 0)
})
