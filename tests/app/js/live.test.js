import assert from "node:assert/strict"
import { execSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"

import { Noise } from "../../../app/live/noise.js"
import { FastRounds, PlainRounds } from "../../../app/live/rounds.js"
import { Tensors } from "../../../app/live/tensors.js"

const FOLDER = new URL("../../../app/live/", import.meta.url)
// vmd_sudoku.diffusion.noise: Noise(3, [0]).uniform and .normal, rows [0], stream 2^32.
const UNIFORM = [0.9962870478630066, 0.2642046809196472, 0.4701109528541565]
const NORMAL = [2.6771154403686523, -0.6304360032081604, -0.07499095797538757]
const KERNEL = readFileSync(new URL("kernel.wasm", FOLDER))

// A denoiser of any size with random weights.
function randomTensors(width, middle, hidden) {
  const shapes = { "round.norm.weight": [width] }
  for (const kind of ["cell", "line", "box"]) {
    Object.assign(shapes, linear(`round.${kind}.0`, width, middle), linear(`round.${kind}.2`, middle, hidden))
  }
  Object.assign(shapes, linear("round.up", width, hidden), linear("round.down", hidden, width))
  const tensors = {}
  let at = 0
  for (const [name, shape] of Object.entries(shapes)) {
    tensors[`denoiser.${name}`] = { at, shape }
    at += shape.reduce((all, size) => all * size)
  }
  const numbers = new Noise(1).normal(0, at).map((x) => x / 10)
  return new Tensors({ tensors, config: { network: { width, middle, hidden } } }, numbers.buffer, "denoiser")
}

const linear = (name, inputs, outputs) => ({ [`${name}.weight`]: [outputs, inputs], [`${name}.bias`]: [outputs] })

for (const sizes of [
  [64, 64, 128],
  [8, 24, 16],
]) {
  test(`the kernel does what plain JavaScript does, sizes ${sizes}`, () => {
    const tensors = randomTensors(...sizes)
    const both = [new PlainRounds(tensors), new FastRounds(tensors, new WebAssembly.Module(KERNEL))]
    for (const rounds of both) {
      rounds.state.set(new Noise(2).normal(0, rounds.state.length))
      // Far from zero too, where the exponential would not fit into float32.
      rounds.given.set(new Noise(3).normal(0, rounds.given.length).map((x, at) => (at % 50 ? x : 60 * x)))
      rounds.think(3)
    }
    const [plain, fast] = both.map(({ state }) => state)
    const far = plain.reduce((most, x, at) => Math.max(most, Math.abs(x - fast[at]) / (1 + Math.abs(x))), 0)
    assert.ok(far < 1e-5, `relative distance ${far}`)
  })
}

test("the shipped kernel is what its source makes", () => {
  const { scripts } = JSON.parse(readFileSync(new URL("../../package.json", FOLDER), "utf8"))
  const folder = mkdtempSync(join(tmpdir(), "kernel-"))
  const made = join(folder, "kernel.wasm")
  execSync(`npx ${scripts.kernel.replace("app/live/kernel.wasm", made)}`)
  assert.ok(readFileSync(made).equals(KERNEL), "run `npm run kernel`")
  rmSync(folder, { recursive: true })
})

test("numbers of a seed are those of the library", () => {
  const close = (ours, theirs) => ours.forEach((x, at) => assert.ok(Math.abs(x - theirs[at]) < 2e-6, `${ours}`))
  close(new Noise(3).uniform(2 ** 32, 3), UNIFORM)
  close(new Noise(3).normal(2 ** 32, 3), NORMAL)
})
