// A trace on a time line: play, pause, step, back, scrub, speed. One player can drive any number of boards.

const REDUCED = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches

// The board after each step, one more than there are steps: {digits, order, confidence, now, gone}.
// `now` are the cells filled in the step; `gone` those taken back at its end, which the next frame shows blank.
function framesOf(trace) {
  let frame = {
    digits: toDigits(trace.puzzle),
    order: Array(CELLS).fill(0),
    confidence: Array(CELLS).fill(0),
    now: [],
    gone: [],
  }
  const frames = [frame]
  trace.steps.forEach((step, at) => {
    const next = {
      digits: [...frame.digits],
      order: [...frame.order],
      confidence: [...frame.confidence],
      now: step.cells,
      gone: step.remasked ?? [],
    }
    frame.gone.forEach((cell) => {
      next.digits[cell] = BLANK
    })
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
  const steps = trace.steps.length
  if (at === 0) return fillIn(WORDS.before, { steps })
  const step = trace.steps[at - 1]
  const { cells, digits, confidence, margin } = step
  const head = fillIn(WORDS.step_head, { at, steps })
  let sentence = fillIn(WORDS.step_nothing, { head })
  if (cells.length === 1) {
    const values = { place: place(cells[0]), digit: digits[0], sure: percent(confidence[0]), margin: margin[0].toFixed(2) }
    sentence = fillIn(WORDS.step_one, { head, ...values })
    const why = step.why?.[0] ?? "network"
    if (why !== "network") sentence = fillIn(WORDS.by_rule, { sentence, rule: why })
  } else if (cells.length > 1) {
    const low = percent(Math.min(...confidence))
    const high = percent(Math.max(...confidence))
    const sure = low === high ? high : fillIn(WORDS.sure_range, { low, high })
    sentence = fillIn(WORDS.step_many, { head, cells: cells.length, sure })
  }
  const gone = step.remasked?.length ?? 0
  return gone ? fillIn(WORDS.taken_back, { sentence, cells: cellsWord(gone) }) : sentence
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

// Milliseconds between two captions that a screen reader is given while the player runs.
const CAPTION_EVERY = 2500

// `handlers` are {step(at), words(at)} and, if wanted, {rest(at)}: the player stands still at a step.
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

  const first = button("first", WORDS.first, () => seek(0))
  const back = button("back", WORDS.back, () => seek(at - 1))
  const toggle = button("play", WORDS.play, () => (playing ? stop() : play()))
  const next = button("next", WORDS.next, () => seek(at + 1))
  const last = button("last", WORDS.last, () => seek(length))
  const buttons = document.createElement("div")
  buttons.className = "buttons"
  buttons.setAttribute("role", "group")
  buttons.setAttribute("aria-label", WORDS.player)
  const speed = document.createElement("select")
  speed.setAttribute("aria-label", WORDS.speed)
  SPEEDS.forEach((times) => speed.append(new Option(`${times}×`, times, times === 1, times === 1)))
  buttons.append(first, back, toggle, next, last, speed)

  const slider = document.createElement("input")
  slider.type = "range"
  slider.min = 0
  slider.step = 1
  slider.setAttribute("aria-label", WORDS.step)
  slider.oninput = () => seek(Number(slider.value))
  const words = document.createElement("p")
  words.className = "step"
  words.setAttribute("aria-hidden", "true")
  // What the eye reads changes with every step; a screen reader gets as much as can be read out.
  const caption = document.createElement("p")
  caption.className = "unseen"
  caption.setAttribute("role", "status")
  let captioned = 0
  host.append(slider, buttons, words, caption)

  function show() {
    host.dataset.step = at
    host.dataset.playing = playing
    slider.value = at
    slider.style.setProperty("--done", length ? `${(100 * at) / length}%` : "0%")
    first.disabled = back.disabled = at === 0
    next.disabled = last.disabled = at === length
    words.textContent = handlers.words(at)
    slider.setAttribute("aria-valuetext", words.textContent)
    const now = performance.now()
    if (!playing || now - captioned > CAPTION_EVERY) {
      captioned = now
      caption.textContent = words.textContent
    }
    handlers.step(at)
  }

  function mark() {
    const name = playing ? "pause" : "play"
    toggle.replaceChildren(picture(name))
    tag(toggle, playing ? WORDS.pause : WORDS.play)
  }

  function seek(to) {
    pause()
    at = Math.max(0, Math.min(length, to))
    show()
    handlers.rest?.(at)
  }

  function pause() {
    cancelAnimationFrame(ticket)
    playing = false
    mark()
    host.dataset.playing = playing
  }

  function stop() {
    pause()
    handlers.rest?.(at)
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
        if (at === length) handlers.rest?.(at)
      }
      if (playing) ticket = requestAnimationFrame(frame)
    }
    ticket = requestAnimationFrame(frame)
  }

  return {
    // Take a run of `steps` steps and show step `start`; without one, play, or show the end if less motion is wanted.
    load(steps, start = null) {
      pause()
      length = steps
      slider.max = length
      at = start !== null ? Math.min(start, length) : REDUCED() ? length : 0
      show()
      if (start === null && !REDUCED() && length > 0) play()
    },
    seek,
    toggle: () => (playing ? stop() : play()),
    at: () => at,
    pause,
  }
}
