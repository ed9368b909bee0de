// A run as the boards take it: steps, and what each call said of a cell.

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
