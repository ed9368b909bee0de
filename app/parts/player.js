// A run on a time line: play, pause, step, back, scrub, speed. One player can drive any number of boards.

import { REDUCED, make, makeSvg } from "./dom.js"
import { WORDS } from "./words.js"

/** @type {Record<string, string>} */
const ICONS = {
  first: "M6 5v14M19 5 9 12l10 7z",
  back: "M17 5 7 12l10 7z",
  play: "M7 4v16l13-8z",
  pause: "M7 5h3v14H7zM14 5h3v14h-3z",
  next: "m7 5 10 7-10 7z",
  last: "M18 5v14M5 5l10 7-10 7z",
}
const SPEEDS = [0.5, 1, 2, 4]
// Seconds for a whole run at speed 1, within a range of steps a second that an eye can follow.
const WHOLE = 7
const RATE = { least: 1, most: 8 }
// Milliseconds between two captions that a screen reader is given while the player runs.
const CAPTION_EVERY = 2500
// Seconds that a late frame may make up for: a tab in the background gets none, and must not leap when it is back.
const LONGEST_FRAME = 0.25

/**
 * @typedef {object} PlayerHandlers
 * @property {(at: number) => void} step
 * @property {(at: number) => string} words
 * @property {(at: number) => void} [rest] the player stands still at a step
 */

export class Player {
  length = 0
  at = 0
  playing = false
  #ticket = 0
  #captioned = 0

  /** @param {HTMLElement} host @param {PlayerHandlers} handlers */
  constructor(host, handlers) {
    this.host = host
    this.handlers = handlers
    this.first = iconButton("first", WORDS.first, () => this.seek(0))
    this.back = iconButton("back", WORDS.back, () => this.seek(this.at - 1))
    this.button = iconButton("play", WORDS.play, () => this.toggle())
    this.next = iconButton("next", WORDS.next, () => this.seek(this.at + 1))
    this.last = iconButton("last", WORDS.last, () => this.seek(this.length))
    this.speed = make("select")
    this.speed.setAttribute("aria-label", WORDS.speed)
    for (const times of SPEEDS) this.speed.append(new Option(`${times}×`, String(times), times === 1, times === 1))
    const buttons = make("div", "buttons", "", this.first, this.back, this.button, this.next, this.last, this.speed)
    buttons.setAttribute("role", "group")
    buttons.setAttribute("aria-label", WORDS.player)
    this.slider = make("input")
    this.slider.type = "range"
    this.slider.min = "0"
    this.slider.step = "1"
    this.slider.setAttribute("aria-label", WORDS.step)
    this.slider.oninput = () => this.seek(Number(this.slider.value))
    this.words = make("p", "step")
    this.words.setAttribute("aria-hidden", "true")
    // What the eye reads changes with every step; a screen reader gets as much as can be read out.
    this.caption = make("p", "unseen")
    this.caption.setAttribute("role", "status")
    host.replaceChildren(this.slider, buttons, this.words, this.caption)
  }

  // Take a run of `steps` steps and show step `start`; without one, play, or show the end if less motion is wanted.
  /** @param {number} steps @param {number | null} start */
  load(steps, start = null) {
    this.pause()
    this.length = steps
    this.slider.max = String(steps)
    this.at = start !== null ? Math.min(start, steps) : REDUCED() ? steps : 0
    this.#show()
    if (start === null && !REDUCED() && steps > 0) this.play()
  }

  /** @param {number} to */
  seek(to) {
    this.pause()
    this.at = Math.max(0, Math.min(this.length, to))
    this.#show()
    this.handlers.rest?.(this.at)
  }

  pause() {
    cancelAnimationFrame(this.#ticket)
    this.playing = false
    this.#mark()
    this.host.dataset.playing = String(this.playing)
  }

  toggle() {
    if (!this.playing) {
      this.play()
      return
    }
    this.pause()
    this.handlers.rest?.(this.at)
  }

  play() {
    this.pause()
    if (this.at === this.length) this.at = 0
    this.playing = true
    this.#mark()
    this.#show()
    this.#run()
  }

  #run() {
    /** @type {number | null} */
    let before = null
    let due = 0
    /** @param {number} time */
    const frame = (time) => {
      const rate = Math.max(RATE.least, Math.min(RATE.most, this.length / WHOLE)) * Number(this.speed.value)
      // Time is added up and not counted in frames: speed must not hang on how often a screen is drawn.
      due += Math.min(LONGEST_FRAME, before === null ? 0 : (time - before) / 1000) * rate
      before = time
      const steps = Math.floor(due)
      due -= steps
      if (steps > 0) this.#advance(steps)
      if (this.playing) this.#ticket = requestAnimationFrame(frame)
    }
    this.#ticket = requestAnimationFrame(frame)
  }

  /** @param {number} steps */
  #advance(steps) {
    this.at = Math.min(this.length, this.at + steps)
    const isDone = this.at === this.length
    if (isDone) this.pause()
    this.#show()
    if (isDone) this.handlers.rest?.(this.at)
  }

  #show() {
    const { at, length, host, slider, words } = this
    host.dataset.step = String(at)
    host.dataset.playing = String(this.playing)
    slider.value = String(at)
    slider.style.setProperty("--done", length ? `${(100 * at) / length}%` : "0%")
    this.first.disabled = this.back.disabled = at === 0
    this.next.disabled = this.last.disabled = at === length
    words.textContent = this.handlers.words(at)
    slider.setAttribute("aria-valuetext", words.textContent)
    const now = performance.now()
    if (!this.playing || now - this.#captioned > CAPTION_EVERY) {
      this.#captioned = now
      this.caption.textContent = words.textContent
    }
    this.handlers.step(at)
  }

  #mark() {
    this.button.replaceChildren(picture(this.playing ? "pause" : "play"))
    tag(this.button, this.playing ? WORDS.pause : WORDS.play)
  }
}

/** @param {string} name @param {string} words @param {() => void} act */
function iconButton(name, words, act) {
  const node = make("button", `icon ${name}`, "", picture(name))
  node.type = "button"
  node.onclick = act
  tag(node, words)
  return node
}

/** @param {string} name */
function picture(name) {
  return makeSvg("svg", { viewBox: "0 0 24 24", "aria-hidden": "true" }, makeSvg("path", { d: ICONS[name] }))
}

/** @param {HTMLElement} node @param {string} words */
function tag(node, words) {
  node.title = words
  node.setAttribute("aria-label", words)
}
