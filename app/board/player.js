// A trace on a time line: play, pause, step, back, scrub, speed. One player can drive any number of boards.

const REDUCED = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches

// The board after each step: [{digits, order, confidence, now}], one more than there are steps.
function framesOf(trace) {
  let frame = { digits: toDigits(trace.puzzle), order: Array(CELLS).fill(0), confidence: Array(CELLS).fill(0), now: [] }
  const frames = [frame]
  trace.steps.forEach((step, at) => {
    const next = {
      digits: [...frame.digits],
      order: [...frame.order],
      confidence: [...frame.confidence],
      now: step.cells,
    }
    step.cells.forEach((cell, which) => {
      next.digits[cell] = step.digits[which]
      next.order[cell] = at + 1
      next.confidence[cell] = step.confidence[which]
    })
    frames.push(next)
    frame = next
  })
  return frames
}

// What happened in step `at` (counted from 1) in one line.
function stepWords(trace, at) {
  const length = trace.steps.length
  if (at === 0) return `Before the first of ${length} steps: the clues alone`
  const { cells, digits, confidence, margin } = trace.steps[at - 1]
  const head = `Step ${at} of ${length}`
  if (cells.length === 0) return `${head}: nothing filled`
  if (cells.length === 1) {
    const sure = `${percent(confidence[0])} sure, margin\u00a0${margin[0].toFixed(2)}`
    return `${head}: ${place(cells[0])} is ${digits[0]} (${sure})`
  }
  const low = percent(Math.min(...confidence))
  const high = percent(Math.max(...confidence))
  return `${head}: ${cells.length} cells, ${low === high ? high : `${low} to ${high}`} sure`
}

const ICONS = {
  first: "M6 5v14M19 5 9 12l10 7z",
  back: "M17 5 7 12l10 7z",
  play: "M7 4v16l13-8z",
  pause: "M7 5h3v14H7zM14 5h3v14h-3z",
  next: "m7 5 10 7-10 7z",
  last: "M18 5v14M5 5l10 7-10 7z",
}
const SPEEDS = [0.5, 1, 2, 4]
// Seconds for a whole trace at speed 1, within a range of steps a second that an eye can follow.
const WHOLE = 7
const RATE = { least: 1, most: 8 }

function makePlayer(host, handlers) {
  let length = 0
  let at = 0
  let playing = false
  let ticket = 0
  host.replaceChildren()

  function button(name, words, act) {
    const node = document.createElement("button")
    node.type = "button"
    node.className = `icon ${name}`
    node.onclick = act
    node.append(picture(name))
    tag(node, words)
    return node
  }
  function picture(name) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg")
    svg.setAttribute("viewBox", "0 0 24 24")
    svg.setAttribute("aria-hidden", "true")
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path")
    path.setAttribute("d", ICONS[name])
    svg.append(path)
    return svg
  }
  function tag(node, words) {
    node.title = words
    node.setAttribute("aria-label", words)
  }

  const first = button("first", "To the clues", () => seek(0))
  const back = button("back", "Step back", () => seek(at - 1))
  const toggle = button("play", "Play", () => (playing ? pause() : play()))
  const next = button("next", "Step forward", () => seek(at + 1))
  const last = button("last", "To the end", () => seek(length))
  const buttons = document.createElement("div")
  buttons.className = "buttons"
  buttons.setAttribute("role", "group")
  buttons.setAttribute("aria-label", "Player")
  const speed = document.createElement("select")
  speed.setAttribute("aria-label", "Speed")
  SPEEDS.forEach((times) => speed.append(new Option(`${times}×`, times, times === 1, times === 1)))
  buttons.append(first, back, toggle, next, last, speed)

  const slider = document.createElement("input")
  slider.type = "range"
  slider.min = 0
  slider.step = 1
  slider.setAttribute("aria-label", "Step")
  slider.oninput = () => seek(Number(slider.value))
  const words = document.createElement("p")
  words.className = "step"
  host.append(slider, buttons, words)

  function show() {
    host.dataset.step = at
    host.dataset.playing = playing
    slider.value = at
    slider.style.setProperty("--done", length ? `${(100 * at) / length}%` : "0%")
    first.disabled = back.disabled = at === 0
    next.disabled = last.disabled = at === length
    words.textContent = handlers.words(at)
    slider.setAttribute("aria-valuetext", words.textContent)
    // Read out single steps, but do not chatter through a whole run.
    words.setAttribute("aria-live", playing ? "off" : "polite")
    handlers.step(at)
  }

  function mark() {
    const name = playing ? "pause" : "play"
    toggle.replaceChildren(picture(name))
    tag(toggle, playing ? "Pause" : "Play")
  }

  function seek(to) {
    pause()
    at = Math.max(0, Math.min(length, to))
    show()
  }

  function pause() {
    cancelAnimationFrame(ticket)
    playing = false
    mark()
    host.dataset.playing = playing
  }

  function play() {
    pause()
    if (at === length) at = 0
    playing = true
    mark()
    show()
    let before = null
    let due = 0
    const frame = (time) => {
      const rate = Math.max(RATE.least, Math.min(RATE.most, length / WHOLE)) * Number(speed.value)
      // A tab in the background gets no frames; do not make up for the time it was away.
      due += Math.min(0.25, before === null ? 0 : (time - before) / 1000) * rate
      before = time
      const steps = Math.floor(due)
      due -= steps
      if (steps > 0) {
        at = Math.min(length, at + steps)
        if (at === length) pause()
        show()
      }
      if (playing) ticket = requestAnimationFrame(frame)
    }
    ticket = requestAnimationFrame(frame)
  }

  return {
    // Take a run of `steps` steps: play it, or show its end where the visitor asked for less motion.
    load(steps) {
      pause()
      length = steps
      slider.max = length
      at = REDUCED() ? length : 0
      show()
      if (!REDUCED() && length > 0) play()
    },
    seek,
    toggle: () => (playing ? pause() : play()),
    at: () => at,
    pause,
  }
}
