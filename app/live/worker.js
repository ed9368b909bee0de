// The web worker: it holds the models, and answers each question with one message a step and one at the end.

import { decode } from "./decode.js"
import { Model } from "./network.js"
import { Noise } from "./noise.js"
import { Predictor } from "./predict.js"

/** @typedef {import("../types").LiveRequest} LiveRequest */
/** @typedef {import("../types").LiveSetup} LiveSetup */

/** @type {Record<string, Model>} */
const MODELS = {}

/** @param {LiveSetup} setup */
function setUp({ models, numbers, kernel }) {
  const module = kernel ? compiled(kernel) : null
  for (const note of models) MODELS[note.name] = new Model(note, numbers, module)
  return { ready: true, fast: module !== null }
}

// Null where the browser has no WebAssembly, or none with SIMD.
/** @param {ArrayBuffer} kernel */
function compiled(kernel) {
  try {
    // Compiled on the spot: here no screen waits for it.
    return new WebAssembly.Module(kernel)
  } catch {
    return null
  }
}

/** @param {LiveRequest} request @param {(said: object) => void} tell */
function solve({ id, model, puzzle, policy, nfe, z }, tell) {
  const start = performance.now()
  const predictor = new Predictor(MODELS[model], z === null ? null : new Noise(z))
  const board = Uint8Array.from(puzzle, (sign) => (sign === "." ? 0 : Number(sign)))
  for (const step of decode(predictor, board, { policy, nfe })) tell({ id, step: { ...step, z: predictor.z } })
  const { calls, rounds, z: latent } = predictor
  tell({ id, done: { board: board.join(""), calls, rounds, latent, ms: performance.now() - start } })
}

self.onmessage = ({ data }) => {
  if (data.models) self.postMessage(setUp(data))
  else solve(data, (said) => self.postMessage(said))
}
