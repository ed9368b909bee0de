// The Solve page's component: an editable board that turns into a player when a run arrives.
//
// The browser's board is the truth; the server hears of it a moment later. data: {load_id, puzzle, report}. State
// "board" is {load_id, puzzle}; trigger "solve" has the time of the press beside them.

const EMIT_AFTER = 150
const GIVE_UP_AFTER = 60000
// What is sent while the connection is down is lost without a word: say it again until the server has heard it.
const REPEAT_AFTER = 2000
const REPEAT_AT_MOST = 16000
const UNDO_DEPTH = 500
const MOUNTED = new WeakMap()

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  let app = MOUNTED.get(parentElement)
  if (!app) {
    app = makeApp(parentElement.querySelector(".app"))
    MOUNTED.set(parentElement, app)
  }
  // Handed over anew at each call: the old ones may belong to an earlier render.
  app.send = { board: (value) => setStateValue("board", value), solve: (value) => setTriggerValue("solve", value) }
  app.receive(data)
  return () => {
    app.remove()
    MOUNTED.delete(parentElement)
  }
}

function makeApp(root) {
  const $ = (selector) => root.querySelector(selector)
  const app = { send: null, receive, remove }
  let load = null
  let digits = Array(CELLS).fill(BLANK)
  let undone = []
  let done = []
  let report = null
  let frames = null
  let busy = false
  let heard = null
  let press = null
  let emitTimer = 0
  let busyTimer = 0
  let repeatTimer = 0

  const grid = makeGrid($(".grid"), { select: () => draw() })
  const player = makePlayer($(".player"), {
    step: () => draw(),
    words: (at) => (report?.trace ? stepWords(report.trace, at) : ""),
  })
  const pad = makePad()

  // ---- from and to the server

  function receive(data) {
    $(".settings").textContent = data.settings
    heard = data.puzzle
    if (load === null || (data.load_id !== load && data.load_id !== "")) {
      const old = toLine(digits)
      if (load !== null && old !== data.puzzle) remember(old)
      load = data.load_id
      digits = toDigits(data.puzzle)
      leaveRun()
      setBusy(false)
    }
    if (data.report && data.report.id !== report?.id && data.report.puzzle === toLine(digits)) {
      setBusy(false)
      report = data.report
      showReport()
    } else {
      draw()
    }
  }

  function emit() {
    clearTimeout(emitTimer)
    emitTimer = setTimeout(flush, EMIT_AFTER)
  }

  function flush() {
    clearTimeout(emitTimer)
    emitTimer = 0
    app.send.board({ load_id: load, puzzle: toLine(digits) })
    repeat(REPEAT_AFTER)
  }

  function solve() {
    if (busy) return
    if (emitTimer) flush()
    $(".verdict").replaceChildren()
    setBusy(true)
    press = Date.now()
    sendSolve()
    repeat(REPEAT_AFTER)
  }

  function sendSolve() {
    app.send.solve({ load_id: load, puzzle: toLine(digits), press })
  }

  function repeat(wait) {
    clearTimeout(repeatTimer)
    repeatTimer = setTimeout(() => {
      if (busy) sendSolve()
      else if (heard !== toLine(digits)) app.send.board({ load_id: load, puzzle: toLine(digits) })
      else return
      repeat(Math.min(REPEAT_AT_MOST, 2 * wait))
    }, wait)
  }

  function setBusy(now) {
    busy = now
    clearTimeout(busyTimer)
    const button = $(".solve")
    button.classList.toggle("busy", busy)
    button.setAttribute("aria-disabled", busy)
    if (busy) {
      busyTimer = setTimeout(() => {
        setBusy(false)
        say("failed", "No answer", "The server has not answered. Try again, or reload the page.")
      }, GIVE_UP_AFTER)
    }
    labelSolve()
  }

  function labelSolve() {
    $(".solve .label").textContent = busy ? "Solving…" : frames ? "Solve again" : "Solve"
  }

  // ---- editing

  function remember(line) {
    done.push(line)
    if (done.length > UNDO_DEPTH) done.shift()
    undone = []
  }

  function change(next) {
    const old = toLine(digits)
    leaveRun()
    if (toLine(next) !== old) {
      remember(old)
      digits = next
      setBusy(false)
      emit()
    }
    draw()
  }

  function put(digit, cell = grid.selected()) {
    const next = [...digits]
    next[cell] = digit
    change(next)
  }

  function travel(from, to) {
    if (from.length === 0) return
    to.push(toLine(digits))
    digits = toDigits(from.pop())
    leaveRun()
    setBusy(false)
    emit()
    draw()
  }
  const undo = () => travel(done, undone)
  const redo = () => travel(undone, done)

  function take(text) {
    const read = readPuzzle(text)
    if (read.error) {
      say("failed", "Not a puzzle", read.error)
      return
    }
    change(toDigits(read.line))
    say("told", "Puzzle loaded", "Undo brings the old one back.")
  }

  // ---- the run

  function setMode(mode) {
    root.dataset.mode = mode
    $(".watch").hidden = $(".again").hidden = mode !== "watch"
    $(".edit").hidden = mode === "watch"
  }

  function leaveRun() {
    player.pause()
    report = null
    frames = null
    setMode("edit")
    $(".verdict").replaceChildren()
    labelSolve()
  }

  function showReport() {
    say(report.tone, report.headline, report.reason, report.notes)
    frames = report.trace ? framesOf(report.trace) : null
    setMode(frames ? "watch" : "edit")
    labelSolve()
    if (!frames) {
      draw()
      return
    }
    if (report.first_wrong) offerJump(report.first_wrong)
    player.load(frames.length - 1)
    const edges = [".frame", ".player", ".verdict"].map((part) => $(part).getBoundingClientRect())
    if (edges.some((edge) => edge.top < 0 || edge.bottom > window.innerHeight)) {
      $(".frame").scrollIntoView({ behavior: REDUCED() ? "auto" : "smooth", block: "start" })
    }
  }

  function offerJump(step) {
    const button = document.createElement("button")
    button.type = "button"
    button.className = "jump"
    button.textContent = `Show step ${step}, the first wrong one`
    button.onclick = () => player.seek(step)
    $(".verdict").append(button)
  }

  function say(tone, headline, reason, notes = []) {
    const lines = [headline, reason, ...notes].map((text, at) => {
      const line = document.createElement("p")
      line.className = ["headline", "reason"][at] ?? "note"
      line.textContent = text
      return line
    })
    $(".verdict").dataset.tone = tone
    $(".verdict").replaceChildren(...lines)
  }

  // ---- drawing

  function draw() {
    const frame = frames?.[player.at()]
    const shown = frame ? frame.digits : digits
    const { cells: clashing, first } = findClashes(shown)
    const chosen = grid.selected()
    grid.draw(
      shown.map((digit, cell) => ({
        digit,
        kind: digit === BLANK ? "blank" : digits[cell] !== BLANK ? "clue" : "fill",
        order: frame?.order[cell],
        confidence: frame?.confidence[cell],
        now: frame?.now.includes(cell),
        clash: clashing.has(cell),
        peer: !frame && arePeers(cell, chosen),
        same: !frame && digit !== BLANK && digit === shown[chosen] && cell !== chosen,
      })),
    )
    const given = digits.filter((digit) => digit !== BLANK).length
    const filled = shown.filter((digit) => digit !== BLANK).length
    $(".count").textContent = frame
      ? `${given} clues, ${filled - given} of ${CELLS - given} blanks filled${first && `. ${first}`}`
      : `${given} clues, ${CELLS - given} blanks${first && `. ${first}`}`
    $(".count").classList.toggle("clash", Boolean(first))
    pad.draw()
    $(".undo").disabled = done.length === 0
    $(".redo").disabled = undone.length === 0
    const line = $("textarea")
    if (root.getRootNode().activeElement !== line) line.value = toLine(digits)
  }

  function makePad() {
    const keys = []
    for (let digit = 1; digit <= SIDE; digit++) {
      const key = document.createElement("button")
      key.type = "button"
      const sign = document.createElement("b")
      sign.textContent = digit
      const left = document.createElement("small")
      key.append(sign, left)
      key.onclick = () => put(digit)
      keys.push(key)
    }
    const erase = document.createElement("button")
    erase.type = "button"
    erase.className = "erase"
    erase.textContent = "Erase"
    erase.onclick = () => put(BLANK)
    $(".pad").replaceChildren(...keys, erase)
    return {
      draw() {
        keys.forEach((key, at) => {
          const left = SIDE - digits.filter((digit) => digit === at + 1).length
          key.lastChild.textContent = left > 0 ? left : left === 0 ? "–" : "!"
          key.classList.toggle("spent", left <= 0)
          key.setAttribute("aria-label", `Put ${at + 1}, ${left > 0 ? `${left} left` : "none left"}`)
        })
      },
    }
  }

  // ---- keys, pointers, clipboard

  const MOVES = { ArrowUp: -SIDE, ArrowDown: SIDE, ArrowLeft: -1, ArrowRight: 1 }

  function move(event, cell) {
    const across = column(cell)
    if (event.key === "Home") return event.ctrlKey ? 0 : cell - across
    if (event.key === "End") return event.ctrlKey ? CELLS - 1 : cell - across + SIDE - 1
    const to = cell + MOVES[event.key]
    const leaves = MOVES[event.key] === -1 ? across === 0 : MOVES[event.key] === 1 && across === SIDE - 1
    return leaves || to < 0 || to >= CELLS ? cell : to
  }

  $(".grid").onkeydown = (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) {
      if (event.key !== "Home" && event.key !== "End") return
    }
    if (event.key in MOVES || event.key === "Home" || event.key === "End") {
      grid.select(move(event, grid.selected()))
    } else if (/^[1-9]$/.test(event.key)) {
      put(Number(event.key))
    } else if (event.key === " " && frames) {
      player.toggle()
    } else if (["0", ".", " ", "Backspace", "Delete"].includes(event.key)) {
      put(BLANK)
    } else if (event.key === "Enter") {
      solve()
    } else if (event.key === "Escape" && frames) {
      edit()
    } else {
      return
    }
    event.preventDefault()
  }

  root.onkeydown = (event) => {
    const inText = event.target.tagName === "TEXTAREA"
    const held = event.ctrlKey || event.metaKey
    if (held && !inText && event.key.toLowerCase() === "z") {
      event.preventDefault()
      event.shiftKey ? redo() : undo()
    } else if (held && !inText && event.key.toLowerCase() === "y") {
      event.preventDefault()
      redo()
    }
    // The page has one-letter keys of its own (r runs it again): what is typed here is not for them.
    event.stopPropagation()
  }

  function edit() {
    leaveRun()
    draw()
    grid.select(grid.selected())
  }

  async function copy(text, words) {
    let copied = false
    try {
      await navigator.clipboard.writeText(text)
      copied = true
    } catch {
      // Without a secure connection there is no clipboard: leave the text selected for the visitor's own copy.
      $("textarea").value = text
      $("textarea").select()
    }
    say("told", copied ? "Copied" : "Copy it with Ctrl+C", copied ? words : "The text is selected in the field below.")
  }

  $(".solve").onclick = solve
  $(".again").onclick = edit
  $(".undo").onclick = undo
  $(".redo").onclick = redo
  $(".clear").onclick = () => {
    change(Array(CELLS).fill(BLANK))
    say("told", "Board cleared", "Undo brings it back.")
  }
  $(".use").onclick = () => take($("textarea").value)
  $(".copy").onclick = () => copy(toLine(digits), "The puzzle as 81 characters is on the clipboard.")
  $(".link").onclick = () => {
    const url = new URL(location.href)
    url.searchParams.set("p", toLine(digits))
    copy(url.href, "A link to this puzzle is on the clipboard.")
  }

  function onPaste(event) {
    const target = event.composedPath()[0]
    if (target instanceof HTMLElement && target.closest("input, textarea, [contenteditable='true']")) return
    const text = event.clipboardData?.getData("text/plain")
    if (!text) return
    event.preventDefault()
    take(text)
  }
  document.addEventListener("paste", onPaste)

  function remove() {
    clearTimeout(emitTimer)
    clearTimeout(busyTimer)
    clearTimeout(repeatTimer)
    player.pause()
    document.removeEventListener("paste", onPaste)
  }

  draw()
  return app
}
