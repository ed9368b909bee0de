// Where the boards part and where each goes wrong, with buttons that lead there.

import { find, make, pushButton } from "../parts/dom.js"
import { WORDS, fillIn } from "../parts/words.js"
import { glyph } from "./boards.js"

/** @typedef {import("../types").Comparison} Comparison */
/** @typedef {import("../types").Jump} Jump */
/** @typedef {import("./stage.js").Stage} Stage */
/** @typedef {{head: string, text?: string, jump?: Jump | null, side?: number}} Fact */

/** @param {Stage} stage */
export function showFacts(stage) {
  const { result } = stage
  const host = find(stage.root, ".facts")
  if (!result) {
    host.replaceChildren()
    return
  }
  const facts = stage.map ? partings(result) : [...partings(result), ...firstMistakes(stage, result)]
  const lines = facts.map((fact) => factLine(stage, fact))
  host.replaceChildren(...lines, ...(stage.map ? [wrongLine(stage, result)] : []))
}

/** @param {Comparison} result @returns {Fact[]} */
function partings({ partings: found }) {
  const seen = found.map((parting) => ({ head: WORDS[`parting_${parting.kind}`], text: parting.text, jump: parting }))
  const never = ["order", "digits"].filter((kind) => !found.some((parting) => parting.kind === kind))
  return [...seen, ...never.map((kind) => ({ head: WORDS[`never_${kind}`] }))]
}

/** @param {Stage} stage @param {Comparison} result @returns {Fact[]} */
function firstMistakes(stage, result) {
  const never = result.solution ? WORDS.never_wrong : WORDS.never_clash
  return stage.boards.map(({ name }, side) => {
    const { wrong, wrong_text: text } = result.runs[side]
    return { head: fillIn(wrong ? WORDS.first_wrong : never, { name }), text, jump: wrong, side }
  })
}

/** @param {Stage} stage @param {Fact} fact */
function factLine(stage, { head, text, jump, side }) {
  const words = make("p", "", "", make("b", "", head))
  if (text) words.append(make("span", "", text))
  const item = make("li", "", "", words)
  if (side !== undefined && stage.isSides) {
    item.dataset.side = String(side)
    words.prepend(glyph(side))
  }
  if (jump) item.append(jumpButton(stage, WORDS.jump, head, jump))
  return item
}

/** @param {Stage} stage @param {string} text @param {string} what @param {Jump} to */
function jumpButton(stage, text, what, to) {
  const button = pushButton("jump", text, () => stage.jump(to))
  button.setAttribute("aria-label", fillIn(WORDS.jump_label, { what }))
  return button
}

// Many boards: one line of buttons to the first wrong cell of each.
/** @param {Stage} stage @param {Comparison} result */
function wrongLine(stage, result) {
  const [all, none, never] = result.solution
    ? [WORDS.all_wrong, WORDS.none_wrong, WORDS.never_wrong]
    : [WORDS.all_clash, WORDS.none_clash, WORDS.never_clash]
  if (!result.runs.some((run) => run.wrong)) return factLine(stage, { head: none })
  const buttons = stage.boards.map(({ name }, which) => {
    const { wrong, wrong_text: text } = result.runs[which]
    const title = wrong ? text : fillIn(never, { name })
    const button = jumpButton(stage, name, `${name}: ${title}`, wrong ?? { tick: 0, cell: 0 })
    button.disabled = !wrong
    button.title = title
    return button
  })
  return make("li", "every-wrong", "", make("b", "", all), make("div", "buttons", "", ...buttons))
}
