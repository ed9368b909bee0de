// Runs as the boards take them: steps, and what each call said of a cell.

import { unpack } from "../parts/bytes.js"

/** @typedef {import("../types").LiveRun} LiveRun */
/** @typedef {import("../types").LiveStep} LiveStep */

// A run that has not begun; its steps are added as the worker tells them.
/** @param {string} name @returns {LiveRun} */
export function emptyRun(name) {
  const run = /** @type {LiveRun} */ ({ name, steps: [], end: null, said: () => null })
  run.said = (call, cell) => {
    const step = /** @type {LiveStep} */ (run.steps[call])
    if (!step) return null
    /** @param {Float32Array} numbers */
    const nine = (numbers) => [...numbers.subarray(9 * cell, 9 * cell + 9)]
    return { p: nine(step.probabilities), z: step.z ? nine(step.z) : null }
  }
  return run
}

// A recorded run: nine bytes for every cell of every call, 255 for certainty, and one z for all.
/** @param {string} name @param {import("../types").Trace} trace @returns {LiveRun} */
export function recordedRun(name, trace) {
  const bytes = unpack(trace.probabilities)
  return {
    name,
    steps: trace.steps,
    end: null,
    said: (call, cell) => {
      const from = 9 * (81 * call + cell)
      const p = [...bytes.subarray(from, from + 9)].map((byte) => byte / 255)
      return p.length ? { p, z: trace.latent ? trace.latent.slice(9 * cell, 9 * cell + 9) : null } : null
    },
  }
}
