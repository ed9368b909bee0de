import assert from "node:assert/strict"
import { test } from "node:test"

import { heartsOf, legalShare, neighbours } from "../../../app/labs/map.js"

test("cells beside a cell", () => {
  assert.deepEqual(neighbours(2, 3, 0), [3, 1])
  assert.deepEqual(neighbours(2, 3, 4), [1, 3, 5])
})

test("a region is named at its innermost cell, and only where there is room", () => {
  const labels = [
    [0, 0, 0, 0, 1],
    [0, 0, 0, 0, 1],
    [0, 0, 0, 0, 1],
    [0, 0, 0, 0, 1],
  ].flat()
  const hearts = heartsOf({ kind: "plane", rows: 4, columns: 5, labels })
  assert.deepEqual(hearts, [{ label: 0, row: 1, column: 1 }])
  assert.deepEqual(heartsOf({ kind: "codes", rows: 4, columns: 5, labels }), [])
})

test("how much of what z writes is legal", () => {
  const codes = {
    kind: "codes",
    rows: 1,
    columns: 3,
    labels: [0, 1, -1],
    legal: [true, false],
    shares: [0.75, 0.25],
    edge: 1,
  }
  assert.equal(legalShare(codes), 0.75)
  const plane = { kind: "plane", rows: 1, columns: 2, labels: [0, 1], legal: [true, false], shares: [], edge: 2.5 }
  assert.equal(legalShare(plane), 0.5)
  assert.equal(legalShare({ ...plane, labels: [0, 0] }), 1)
})
