// A question with answers to choose from, committed before the right one is told.

import { make } from "../parts/dom.js"
import { WORDS, fillIn } from "../parts/words.js"

/** @typedef {import("../types").LessonQuestion} LessonQuestion */

// `said`: what was committed; then nothing can be changed any more. `tells`: whether the right answer is marked then.
/** @param {LessonQuestion} question @param {number | undefined} said @param {boolean} tells @param {(chosen: number) => void} commit */
export function askedAbout(question, said, tells, commit) {
  const inputs = question.answers.map((_, at) => {
    const input = make("input")
    input.type = "radio"
    input.name = "answer"
    input.value = String(at)
    input.checked = at === said
    input.disabled = said !== undefined
    return input
  })
  const labels = question.answers.map((text, at) => {
    const label = make("label", "", "", inputs[at], make("span", "", text))
    if (said !== undefined && tells) label.dataset.right = String(at === question.right)
    return label
  })
  const hint = make("p", "fine hint")
  hint.setAttribute("role", "status")
  const button = make("button", "primary", WORDS.play_commit)
  const form = make("form", "question")
  const fields = make("fieldset", "", "", make("legend", "", question.ask), ...labels)
  form.append(fields, ...(said === undefined ? [button, hint] : []))
  form.onsubmit = (event) => {
    event.preventDefault()
    const chosen = inputs.findIndex(({ checked }) => checked)
    if (chosen < 0) hint.textContent = WORDS.play_pick
    else commit(chosen)
  }
  return form
}

// Whether it was right, and why.
/** @param {LessonQuestion} question @param {number} said */
export function toldAbout({ answers, right, because }, said) {
  /** @param {string} text */
  const bare = (text) => text.replace(/\.$/, "")
  const values = { said: bare(answers[said]), answer: bare(answers[right]) }
  const head = make("p", "headline", fillIn(said === right ? WORDS.play_right : WORDS.play_miss, values))
  head.dataset.right = String(said === right)
  return [head, ...because.map((text) => make("p", "", text))]
}
