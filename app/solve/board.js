// The Solve page's component: an editable board that turns into a player when a run arrives.
//
// The browser's board is the truth; the server hears of it a moment later, in the state "board", which is what `said` makes.
// An open question is part of it: a message that follows closely takes the place of the one before, and a trigger would go
// with that. data: what `components.board` sends.

const EMIT_AFTER = 150
const REST_AFTER = 400
const LOOK_AFTER = 120
const REASONS_AFTER = 2000
const GIVE_UP_AFTER = 60000
// What is sent while the connection is down is lost without a word: say it again until the server has heard it.
const REPEAT_AFTER = 4000
// A question that a busy server has heard is no news to it, and costs it a run of the page.
const ASK_AGAIN_AT_MOST = 16000
const TRY_AGAIN_AFTER = 1500
const TRIES = 20
const UNDO_DEPTH = 500
const LONGEST_FILE = 5 * 1024 * 1024
const LONGEST_TEXT = 200000
// Standard deviations of z for a pixel that a candidate is dragged.
const Z_A_PIXEL = 0.05
const PENS = ["digit", "note", "clue"]
const MOUNTED = new WeakMap()

export default function ({ data, parentElement, setStateValue }) {
  // Streamlit may take a component away and put it back with its elements as they are: then it goes on as it was.
  const root = parentElement.querySelector(".app")
  const app = MOUNTED.get(root) ?? makeApp(root)
  MOUNTED.set(root, app)
  if (isStale(app, data)) return () => {}
  app.attach()
  // Handed over anew at each call: the old ones may belong to an earlier render.
  app.send = (value) => setStateValue("board", value)
  app.receive(data)
  return app.remove
}

const packNotes = (notes) =>
  notes.some(Boolean) ? notes.map((mask) => mask.toString(32).padStart(2, "0")).join("") : ""
const unpackNotes = (text) => everyCell.map((cell) => parseInt(text.slice(2 * cell, 2 * cell + 2) || "0", 32))
const packOwn = (own, order) => order.map((cell) => `${String(cell).padStart(2, "0")}${own[cell]}`).join("")

function makeApp(root) {
  const $ = (selector) => root.querySelector(selector)
  const app = { send: null, receive, attach, remove }
  let load = null
  // The board: clues, own digits with the order of their entry, pencil marks.
  let clues = Array(CELLS).fill(BLANK)
  let own = Array(CELLS).fill(BLANK)
  let order = []
  let notes = Array(CELLS).fill(0)
  let pen = "digit"
  let computed = false
  let undone = []
  let done = []
  // The run on show, the last one that was adopted, and cells that words point at.
  let report = null
  let adopted = null
  let frames = null
  let reasons = null
  let reasonsOf = null
  let pointed = { target: null, basis: [], clash: [] }
  // Asked of the server: what waits for an answer, and what waits for that.
  let pending = null
  let queue = []
  let lastPress = 0
  let asked = false
  let heard = null
  // The latent: what the network said last, of which board, and what was changed by hand.
  let hasZ = true
  let drawn = null
  let settings = null
  let prediction = null
  let edits = new Map()
  let editsDone = []
  let held = false
  let field = false
  let before = null
  let waiting = null
  const timers = { emit: 0, repeat: 0, giveUp: 0, look: 0, rest: 0, retry: 0, reasons: 0 }

  fillWords()
  const grid = makeGrid($(".grid"), { select: () => draw(), drag: dragged, press: openLook })
  const player = makePlayer($(".player"), {
    step: () => draw(),
    words: (at) => (report?.trace ? stepWords(report.trace, at) : ""),
    rest: () => {
      later("rest", REST_AFTER, flush)
      wantLook()
      wantReasons(true)
    },
  })
  const pad = makePad()
  const pens = makePens()
  const inspector = makeInspector($(".look .body"))
  const steering = makeSteering($(".latent .body"), {
    set: (digit, z, isDone) => steer(grid.selected(), digit, z, isDone),
    draw: () => redraw("draw"),
    mode: () => redraw("mode"),
    undo: () => {
      const old = editsDone.pop()
      edits = new Map(old.edits)
      remindLook(old.drawn)
    },
    empty: writeFromNothing,
    field: (on) => {
      field = on
      draw()
    },
  })
  const carry = makeCarry($(".carry .body"), {
    take: (text) => read(text, carry.told),
    open: () => $(".file").click(),
    copy: (name) => give(name, (text) => copy(text, WORDS[`copied_${name}`])),
    save,
    link: () => copy(linkHere(), WORDS.copied_link),
    code: () => {
      const address = linkHere()
      ask("code", { text: address }, (found) => (found.rows ? carry.code(found.rows, address) : tellIn(carry.told, found)))
    },
    print: (count) => ask("sheet", { count }, (found) => (found.page ? printPage(found.page) : tellIn(carry.told, found))),
  })

  function later(name, wait, act) {
    clearTimeout(timers[name])
    timers[name] = setTimeout(() => {
      timers[name] = 0
      act()
    }, wait)
  }

  function fillWords() {
    for (const node of root.querySelectorAll("[data-word]")) node.textContent = WORDS[node.dataset.word]
    for (const node of root.querySelectorAll("[data-label]")) node.setAttribute("aria-label", WORDS[node.dataset.label])
    for (const node of root.querySelectorAll("[data-title]")) node.title = WORDS[node.dataset.title]
    $(".help dl").replaceChildren(...WORDS.help.flatMap(([keys, what]) => [make("dt", "", keys), make("dd", "", what)]))
  }

  // ---- the board

  const digits = () => clues.map((digit, cell) => digit || own[cell])
  const snapshot = () => ({ puzzle: toLine(clues), own: packOwn(own, order), notes: packNotes(notes) })
  const sameBoard = (a, b) => a.puzzle === b.puzzle && a.own === b.own
  const same = (a, b) => sameBoard(a, b) && a.notes === b.notes

  function restore(state) {
    clues = toDigits(state.puzzle)
    own = Array(CELLS).fill(BLANK)
    order = []
    for (let at = 0; at < state.own.length; at += 3) {
      const cell = Number(state.own.slice(at, at + 2))
      own[cell] = Number(state.own[at + 2])
      order.push(cell)
    }
    notes = unpackNotes(state.notes)
  }

  // ---- from and to the server

  function receive(data) {
    setText($(".settings"), data.settings)
    hasZ = data.has_z
    drawn = data.drawn
    carry.wiki(data.wiki)
    heard = { load_id: data.load_id, puzzle: data.puzzle, own: data.own, notes: data.notes }
    const answered = pending
    if (data.settings !== settings) {
      settings = data.settings
      prediction = null
      // What steers z here is newer than what the server has just heard of it.
      if (!held && answered?.kind !== "look") edits = new Map(data.edits)
    }
    if (load === null || (data.load_id !== load && data.load_id !== "")) {
      const old = snapshot()
      if (load !== null && !same(old, heard)) remember(old)
      load = data.load_id
      restore(heard)
      choosePen(data.puzzle === toLine(Array(CELLS).fill(BLANK)) ? "clue" : "digit")
      settle()
      queue = []
      leaveRun()
    }
    if (answered && data.reply?.press === answered.press) {
      settle()
      if (data.reply.data.busy) again(answered, data.reply.data.message)
      else answered.then(data.reply.data)
    } else if (answered && data.answered === answered.press) {
      settle()
      // The same once more: nothing was computed, and the run on show begins again.
      if (answered.kind === "solve" && frames && data.report?.id === adopted) present()
    }
    if (data.report && data.report.id !== adopted && data.report.puzzle === toLine(digits())) {
      adopted = data.report.id
      report = data.report
      showReport(data.at)
      if (report.busy && answered?.kind === "solve") again(answered, report)
    }
    pump()
    draw()
  }

  function said() {
    const question = pending && { press: pending.press, kind: pending.kind, details: pending.details }
    const step = frames ? player.at() : null
    return { load_id: load, ...snapshot(), run: report?.id ?? adopted ?? "", step, ask: question }
  }

  function emit() {
    later("emit", EMIT_AFTER, flush)
  }

  function flush() {
    tell()
    repeat(REPEAT_AFTER)
  }

  function tell() {
    clearTimeout(timers.emit)
    timers.emit = 0
    asked = Boolean(pending)
    app.send(said())
  }

  function repeat(wait) {
    later("repeat", wait, () => {
      // A question that has its answer is taken back, or a server that starts anew would answer it once more.
      if (!pending && !asked && same(heard, snapshot())) return
      tell()
      repeat(pending ? Math.min(ASK_AGAIN_AT_MOST, 2 * wait) : REPEAT_AFTER)
    })
  }

  // Ask the server for something; `then` gets its answer. One question is under way at a time.
  function ask(kind, details, then, tries = 0) {
    queue = queue.filter((other) => other.kind !== kind)
    queue.push({ kind, details, then, tries })
    // Nobody waits for a look at the board when something else is wanted.
    if (pending?.kind === "look" && kind !== "look") settle()
    pump()
  }

  function pump() {
    if (pending || queue.length === 0) return
    pending = queue.shift()
    pending.press = lastPress = Math.max(Date.now(), lastPress + 1)
    flush()
    later("giveUp", GIVE_UP_AFTER, () => {
      settle()
      say({ tone: "failed", headline: WORDS.no_answer, reason: WORDS.no_answer_why })
    })
    showBusy()
  }

  function settle() {
    const was = pending
    pending = null
    clearTimeout(timers.giveUp)
    showBusy()
    return was
  }

  // Others were first: wait a little, and a little at random so that not all come back together.
  function again(was, words) {
    const wait = TRY_AGAIN_AFTER * (1 + Math.random())
    if (was.kind === "look") {
      later("look", wait, () => sendLook(was.details.z))
      return
    }
    // Nobody pressed for the reasons of a run: its verdict stays.
    if (was.kind !== "reasons") say(words)
    if (was.tries < TRIES) later("retry", wait, () => ask(was.kind, was.details, was.then, was.tries + 1))
  }

  function solve() {
    if (isBusy()) return
    clearTimeout(timers.retry)
    clearWords()
    ask("solve", { edits: packEdits(edits) }, () => {})
  }

  const isBusy = () => pending?.kind === "solve" || queue.some((one) => one.kind === "solve")

  function showBusy() {
    const button = $(".solve")
    button.classList.toggle("busy", isBusy())
    button.setAttribute("aria-disabled", isBusy())
    setText($(".solve .label"), isBusy() ? WORDS.solving : frames ? WORDS.solve_again : WORDS.solve)
  }

  // ---- editing

  function remember(state) {
    done.push(state)
    if (done.length > UNDO_DEPTH) done.shift()
    undone = []
  }

  // Let `edit` change the board, as one thing to undo. What was asked about the old board is no longer wanted.
  function change(edit) {
    const old = snapshot()
    edit()
    moved(old)
    if (!same(old, snapshot())) remember(old)
    draw()
  }

  function moved(old) {
    if (same(old, snapshot())) return
    if (!sameBoard(old, snapshot())) {
      settle()
      queue = []
      waiting = null
      clearTimeout(timers.retry)
      leaveRun()
      wantLook()
    }
    emit()
  }

  function setOwn(cell, digit) {
    own[cell] = digit
    order = order.filter((other) => other !== cell)
    if (digit !== BLANK) order.push(cell)
  }

  function put(digit, cell = grid.selected(), how = pen) {
    if (clues[cell] !== BLANK && how !== "clue") {
      say({ tone: "told", headline: fillIn(WORDS.is_clue, { place: place(cell) }), reason: WORDS.is_clue_why })
      return
    }
    change(() => {
      if (how === "clue") {
        setOwn(cell, BLANK)
        clues[cell] = digit
      } else if (how === "digit") {
        if (digit === BLANK && own[cell] === BLANK) notes[cell] = 0
        setOwn(cell, digit)
      } else if (digit === BLANK) {
        notes[cell] = 0
      } else if (own[cell] === BLANK) {
        // Striking out starts from the candidates, if these are what is shown.
        notes[cell] = (notes[cell] || (computed ? candidatesOf(digits())[cell] : 0)) ^ bitOf(digit)
      }
      if (how !== "note" && digit !== BLANK) {
        notes[cell] = 0
        for (const peer of PEERS[cell]) notes[peer] &= ~bitOf(digit)
      }
    })
  }

  function travel(from, to) {
    if (from.length === 0) return
    const old = snapshot()
    to.push(old)
    restore(from.pop())
    moved(old)
    draw()
  }
  const undo = () => travel(done, undone)
  const redo = () => travel(undone, done)

  function clear() {
    change(() => restore({ puzzle: toLine(Array(CELLS).fill(BLANK)), own: "", notes: "" }))
    choosePen("clue")
    say({ tone: "told", headline: WORDS.cleared, reason: WORDS.cleared_why })
  }

  function lock() {
    const count = order.length
    change(() => restore({ puzzle: toLine(digits()), own: "", notes: packNotes(notes) }))
    say({ tone: "told", headline: fillIn(WORDS.locked, { cells: cellsWord(count) }), reason: WORDS.locked_why })
    keepFocus()
  }

  // ---- the server's words

  function hint() {
    if (frames) leaveRun()
    ask("hint", {}, (found) => {
      say(found.message)
      point(found)
      if (found.cell === undefined) return
      grid.select(found.cell, { focus: false })
      offer(WORDS.hint_why, (button) => {
        button.remove()
        point({ cell: found.cell, basis: found.basis })
        addLine(found.why)
      })
      offer(WORDS.hint_put, () => {
        put(found.digit, found.cell, "digit")
        say({ tone: "told", headline: fillIn(WORDS.put_in, { digit: found.digit, place: place(found.cell) }), reason: found.why })
      })
    })
  }

  function check() {
    ask("check", {}, (found) => {
      say(found.message)
      point(found)
      if (found.wrong === undefined) return
      grid.select(found.wrong, { focus: false })
      offer(fillIn(WORDS.take_back, { digit: own[found.wrong] }), () => change(() => setOwn(found.wrong, BLANK)))
      const since = order.slice(order.indexOf(found.wrong))
      if (since.length > 1) offer(WORDS.take_back_since, () => change(() => since.forEach((cell) => setOwn(cell, BLANK))))
    })
  }

  function read(text, tell = (words) => say({ tone: "failed", headline: WORDS.not_a_puzzle, reason: words })) {
    if (text.length > LONGEST_TEXT) text = text.slice(0, text.lastIndexOf("\n", LONGEST_TEXT) + 1 || LONGEST_TEXT)
    ask("read", { text }, (found) => {
      if (found.error) tell(found.error)
      else {
        carry.told("")
        say(found.message)
      }
    })
  }

  async function readFile(file) {
    const tell = (reason) => say({ tone: "failed", headline: WORDS.not_a_file, reason })
    if (file.size > LONGEST_FILE) return tell(WORDS.file_too_big)
    try {
      read(await file.slice(0, LONGEST_TEXT + 1).text(), tell)
    } catch {
      tell(WORDS.file_unread)
    }
  }

  const tellIn = (tell, found) => tell(found.error ?? found.message.reason)

  function give(name, use) {
    ask("give", { form: name }, (found) => (found.text === undefined ? tellIn(carry.told, found) : use(found.text)))
  }

  const KINDS = { sdk: "text/plain", svg: "image/svg+xml", png: "image/png", json: "application/json" }
  function save(name) {
    give(name === "png" ? "svg" : name, async (text) => {
      saveFile(`sudoku.${name}`, KINDS[name], name === "png" ? await paint(text) : text)
      carry.told(fillIn(WORDS.saved, { name: `sudoku.${name}` }))
    })
  }

  function linkHere() {
    const url = new URL(location.href)
    const state = snapshot()
    const now = { p: state.puzzle, own: state.own, notes: state.notes, at: frames ? String(player.at()) : "" }
    for (const [name, value] of Object.entries(now)) value ? url.searchParams.set(name, value) : url.searchParams.delete(name)
    return url.href
  }

  async function copy(text, words) {
    try {
      await navigator.clipboard.writeText(text)
      carry.told(words)
    } catch {
      // Without a secure connection there is no clipboard: leave the text selected for the visitor's own copy.
      carry.field.value = text
      carry.field.select()
      carry.told(WORDS.copy_yourself)
    }
  }

  // ---- the run

  function setMode(mode) {
    root.dataset.mode = mode
    $(".watch").hidden = $(".again").hidden = $(".key").hidden = mode !== "watch"
    $(".edit").hidden = $(".hint").hidden = $(".check").hidden = mode === "watch"
  }

  function leaveRun() {
    player.pause()
    clearTimeout(timers.reasons)
    timers.reasons = 0
    report = frames = reasons = reasonsOf = null
    setMode("edit")
    clearWords()
    showBusy()
  }

  function showReport(at) {
    frames = report.trace ? framesOf(report.trace) : null
    reasons = null
    setMode(frames ? "watch" : "edit")
    showBusy()
    if (frames) {
      report.trace.said = unpack(report.trace.probabilities)
      report.trace.places = unpack(report.trace.queue)
    }
    present(at)
    if (!frames) return
    const edges = [".frame", ".player", ".verdict"].map((part) => $(part).getBoundingClientRect())
    if (edges.some((edge) => edge.top < 0 || edge.bottom > window.innerHeight)) {
      $(".frame").scrollIntoView({ behavior: REDUCED() ? "auto" : "smooth", block: "start" })
    }
  }

  // Words of the report, and its run from step `at`, or from the start.
  function present(at = null) {
    say(report)
    point({ clash: report.cells })
    if (report.first_wrong) offer(fillIn(WORDS.jump, { step: report.first_wrong }), () => player.seek(report.first_wrong))
    if (frames) player.load(frames.length - 1, at)
  }

  function edit() {
    leaveRun()
    flush()
    draw()
    grid.select(grid.selected())
  }

  // ---- words beside the board

  function say({ tone, headline, reason, notes: more = [] }) {
    const lines = [capital(headline), reason, ...more].map((text, at) => make("p", ["headline", "reason"][at] ?? "note", text))
    $(".verdict").dataset.tone = tone
    $(".verdict").replaceChildren(...lines, make("div", "tools"))
  }
  const addLine = (text) => $(".verdict .tools").before(make("p", "reason", text))
  function offer(text, act) {
    const button = pushButton("jump", text, () => {
      act(button)
      keepFocus()
    })
    $(".verdict .tools").append(button)
  }
  // A button that is gone once pressed must not take the keyboard with it.
  function keepFocus() {
    if (!root.getRootNode().activeElement) grid.select(grid.selected())
  }
  function clearWords() {
    $(".verdict").replaceChildren()
    point({})
  }

  function point({ cell = null, basis = [], clash = [] }) {
    pointed = { target: cell, basis, clash }
    draw()
  }

  // ---- the network on this board, and z

  // Who clicks on a cell of a run wants to know about it.
  function openLook() {
    if (frames && !field) $(".look").open = true
  }

  const boardShown = () => (frames ? frames[player.at()].digits : digits())
  const lookKey = () => `${toLine(boardShown())} ${packEdits(edits)}`
  const packEdits = (some) => [...some].map(([candidate, z]) => `${candidate}:${z}`).join(",")
  const isLooking = () => ($(".look").open && !frames) || (hasZ && ($(".latent").open || field))

  // Have the network look at the board on show, if somebody looks at what it says.
  function wantLook() {
    if (!isLooking() || root.querySelector(".player").dataset.playing === "true") return
    if (prediction?.key === lookKey()) return
    if (!timers.look) later("look", LOOK_AFTER, () => sendLook())
  }

  function sendLook(z = null) {
    const key = lookKey()
    ask("look", { board: toLine(boardShown()), edits: packEdits(edits), z }, (found) => {
      if (!found.p) {
        prediction = { key, error: found.error }
        waiting = null
        return
      }
      if (z && !held) edits = new Map(found.edits)
      prediction = { key: z ? lookKey() : key, p: unpack(found.p), z: found.z }
      wantLook()
      onceSeen()
    })
  }

  // Do `act` once there is an answer for the board and z on show: another z is compared with it.
  function onceSeen(act = waiting) {
    waiting = null
    if (!act) return
    if (prediction?.p && prediction.key === lookKey()) {
      act()
      return
    }
    waiting = act
    if (pending?.kind !== "look") sendLook()
  }

  function steer(cell, digit, z, isDone) {
    if (!held) {
      editsDone.push({ edits: [...edits], drawn })
      before = prediction?.p ?? null
    }
    held = !isDone
    edits.set(cell * SIDE + digit - 1, Math.round(Math.max(-Z_MOST, Math.min(Z_MOST, z)) * 10) / 10)
    remindLook()
  }

  function remindLook(z = null) {
    clearTimeout(timers.look)
    timers.look = 0
    draw()
    if (z || pending?.kind !== "look") sendLook(z)
  }

  let dragFrom = null
  function dragged(cell, digit, rise, isDone) {
    dragFrom ??= zOf(cell)[digit - 1]
    steer(cell, digit, dragFrom + rise * Z_A_PIXEL, isDone)
    if (isDone) dragFrom = null
  }

  function redraw(z) {
    onceSeen(() => {
      editsDone.push({ edits: [...edits], drawn })
      before = prediction.p
      edits = new Map()
      sendLook(z)
    })
    draw()
  }

  const zOf = (cell) => DIGITS.map((digit) => edits.get(cell * SIDE + digit - 1) ?? prediction?.z?.[cell * SIDE + digit - 1] ?? 0)
  const nine = (bytes, from) => [...bytes.subarray(from, from + SIDE)].map((byte) => byte / 255)
  const pOf = (cell) => (prediction?.p ? nine(prediction.p, cell * SIDE) : null)

  function writeFromNothing() {
    change(() => restore({ puzzle: toLine(Array(CELLS).fill(BLANK)), own: "", notes: "" }))
    solve()
  }

  const likeliest = (p) => p.indexOf(Math.max(...p))
  function steeringWords() {
    if (!prediction || waiting) return WORDS.look_asking
    if (prediction.error) return prediction.error
    if (!before) return ""
    const blanks = everyCell.filter((cell) => boardShown()[cell] === BLANK)
    const turned = blanks.filter((cell) => likeliest(pOf(cell)) !== likeliest(nine(before, cell * SIDE)))
    return fillIn(WORDS.z_turned, { turned: turned.length, blanks: blanks.length })
  }

  // Ask for the reasons of a run: at once when somebody looks into a cell or stops at a step that filled one cell, else after a
  // while, since where a class presses Solve together the solves should come first.
  function wantReasons(isNow = false) {
    const at = player.at()
    if (!frames || reasonsOf === report.id) return
    if ($(".look").open) askReasons()
    else if (at > 0 && report.trace.steps[at - 1].cells.length === 1) {
      if (isNow) askReasons()
      else if (!timers.reasons) later("reasons", REASONS_AFTER, askReasons)
    }
  }

  function askReasons() {
    clearTimeout(timers.reasons)
    timers.reasons = 0
    if (!frames || reasonsOf === report.id) return
    const id = (reasonsOf = report.id)
    ask("reasons", {}, (found) => {
      if (report?.id === id && found.steps) reasons = found.steps
      draw()
    })
  }

  function lookedInto() {
    const cell = grid.selected()
    const head = (what) => capital(fillIn(WORDS.look_head, { place: place(cell), what }))
    const shown = boardShown()[cell]
    if (!frames) {
      if (!prediction?.p) return null
      const what = shown === BLANK ? WORDS.look_blank : clues[cell] ? WORDS.look_clue : WORDS.look_own
      return { cell, head: head(what), p: pOf(cell), z: hasZ ? zOf(cell) : null, notes: [WORDS.look_now], written: shown }
    }
    const at = player.at()
    const call = Math.max(0, at - 1)
    const { trace } = report
    const step = trace.steps[call]
    const which = step.cells.indexOf(cell)
    const rank = trace.places[call * CELLS + cell]
    const frame = frames[at]
    const filledAt = frame.order[cell] && frame.digits[cell] ? frame.order[cell] : 0
    const why = filledAt ? reasons?.[filledAt - 1]?.[trace.steps[filledAt - 1].cells.indexOf(cell)] : null
    return {
      cell,
      head: head(fillIn(WORDS.look_call, { call: call + 1 })),
      p: nine(trace.said, call * CELLS * SIDE + cell * SIDE),
      z: trace.latent ? trace.latent.slice(cell * SIDE, cell * SIDE + SIDE) : null,
      written: frame.digits[cell],
      notes: [
        toDigits(trace.puzzle)[cell] ? WORDS.look_given : "",
        which >= 0 && at > 0 ? fillIn(WORDS.look_filled, { place: which + 1, of: step.cells.length }) : "",
        rank ? fillIn(WORDS.look_queue, { rank, of: frames[call].digits.filter((digit) => digit === BLANK).length }) : "",
        filledAt && filledAt <= call ? fillIn(WORDS.look_earlier, { step: filledAt }) : "",
        why ? fillIn(WORDS.look_reason, { technique: why.technique, text: why.text }) : "",
      ],
    }
  }

  // ---- drawing

  function draw() {
    const frame = frames?.[player.at()]
    const mine = digits()
    const shown = frame ? frame.digits : mine
    const { cells: clashing, first } = findClashes(shown)
    const chosen = grid.selected()
    const candidates = computed && !frame ? candidatesOf(shown) : null
    const onField = field && hasZ && prediction?.p
    const why = frame && whyNow()
    const gone = new Set(frame?.gone)
    grid.draw(
      shown.map((digit, cell) => ({
        digit,
        kind: digit === BLANK ? "blank" : clues[cell] ? "clue" : own[cell] ? "own" : "fill",
        order: frame?.order[cell],
        confidence: frame?.confidence[cell],
        now: frame?.now.includes(cell) && !gone.has(cell),
        gone: gone.has(cell),
        clash: clashing.has(cell) || pointed.clash.includes(cell),
        peer: !frame && arePeers(cell, chosen),
        same: digit !== BLANK && digit === shown[chosen] && cell !== chosen && !frame,
        target: pointed.target === cell,
        basis: pointed.basis.includes(cell) || Boolean(why?.cells.includes(cell)),
        notes: frame ? 0 : notes[cell],
        candidates: candidates?.[cell],
        field: onField ? { z: zOf(cell), p: pOf(cell) } : undefined,
      })),
    )
    const given = mine.filter((digit) => digit !== BLANK).length
    const clued = clues.filter((digit) => digit !== BLANK).length
    const filled = shown.filter((digit) => digit !== BLANK).length
    const counts = frame
      ? fillIn(WORDS.count_run, { given, filled: filled - given, blanks: CELLS - given })
      : given > clued
        ? fillIn(WORDS.count_own, { clues: clued, own: given - clued, blanks: CELLS - given })
        : fillIn(WORDS.count, { clues: clued, blanks: CELLS - given })
    setText($(".count"), `${counts}${first && `. ${first}`}`)
    $(".count").classList.toggle("clash", Boolean(first))
    setText($(".why"), why ? fillIn(WORDS.look_reason, { technique: why.technique, text: why.text }) : "")
    pad.draw()
    $(".undo").disabled = done.length === 0
    $(".redo").disabled = undone.length === 0
    $(".lock").hidden = order.length === 0
    if (root.getRootNode().activeElement !== carry.field) carry.field.value = toLine(mine)
    drawDrawers()
    wantLook()
    wantReasons()
  }

  // The human reason for the one cell that the step on show filled.
  function whyNow() {
    const at = player.at()
    return at > 0 && report.trace.steps[at - 1].cells.length === 1 ? reasons?.[at - 1]?.[0] : null
  }

  function drawDrawers() {
    if ($(".look").open) inspector.show(lookedInto(), prediction?.error ?? WORDS.look_asking)
    if (!$(".latent").open) return
    const cell = grid.selected()
    steering.show(hasZ ? { cell, z: zOf(cell), p: pOf(cell), field, held, edited: editsDone.length > 0, words: steeringWords() } : null)
  }

  function makePens() {
    const choices = PENS.map((name) => {
      const input = make("input")
      input.type = "radio"
      input.name = "pen"
      input.value = name
      input.checked = name === pen
      input.onchange = () => choosePen(name)
      return make("label", "", "", input, make("span", "", WORDS[`pen_${name}`]))
    })
    $(".pens").replaceChildren(...choices)
    return choices.map((choice) => choice.firstChild)
  }

  function choosePen(name) {
    pen = name
    pens.forEach((input) => (input.checked = input.value === name))
    draw()
  }

  function makePad() {
    const keys = DIGITS.map((digit) => pushButton("", "", () => put(digit)))
    keys.forEach((key, at) => key.append(make("b", "", String(at + 1)), make("small")))
    $(".pad").replaceChildren(...keys, pushButton("erase", WORDS.erase, () => put(BLANK)))
    return {
      draw() {
        const mine = digits()
        keys.forEach((key, at) => {
          const left = SIDE - mine.filter((digit) => digit === at + 1).length
          setText(key.lastChild, left > 0 ? String(left) : left === 0 ? "–" : "!")
          key.classList.toggle("spent", left <= 0)
          const words = pen === "note" ? WORDS.pad_note : left > 0 ? WORDS.pad_put : WORDS.pad_spent
          key.setAttribute("aria-label", fillIn(words, { digit: at + 1, left }))
        })
      },
    }
  }

  // ---- keys, pointers, clipboard, files

  $(".grid").onkeydown = (event) => {
    const to = movedBy(event, grid.selected())
    const typed = /^(?:Digit|Numpad)([1-9])$/.exec(event.code)
    const digit = /^[1-9]$/.test(event.key) ? Number(event.key) : event.shiftKey && typed ? Number(typed[1]) : 0
    if (to !== null) {
      grid.select(to)
    } else if (event.altKey || event.ctrlKey || event.metaKey) {
      return
    } else if (digit) {
      put(digit, grid.selected(), event.shiftKey && pen === "digit" ? "note" : pen)
    } else if (event.key === " " && frames) {
      player.toggle()
    } else if (["0", ".", " ", "Backspace", "Delete"].includes(event.key)) {
      put(BLANK)
    } else if (event.key === "Enter") {
      solve()
    } else if (event.key === "Escape" && frames) {
      edit()
    } else if (event.key.toLowerCase() === "n") {
      choosePen(pen === "note" ? "digit" : "note")
    } else if (event.key.toLowerCase() === "h") {
      hint()
    } else {
      return
    }
    event.preventDefault()
  }

  root.onkeydown = (event) => {
    const inText = event.target.tagName === "TEXTAREA"
    const isHeld = event.ctrlKey || event.metaKey
    if (isHeld && !inText && event.key.toLowerCase() === "z") {
      event.preventDefault()
      event.shiftKey ? redo() : undo()
    } else if (isHeld && !inText && event.key.toLowerCase() === "y") {
      event.preventDefault()
      redo()
    } else if (event.key === "?" && !inText) {
      event.preventDefault()
      $(".help").showModal()
    }
    // The page has one-letter keys of its own (r runs it again): what is typed here is not for them.
    event.stopPropagation()
  }

  $(".solve").onclick = solve
  $(".hint").onclick = hint
  $(".again").onclick = edit
  $(".undo").onclick = undo
  $(".redo").onclick = redo
  $(".clear").onclick = clear
  $(".check").onclick = check
  $(".lock").onclick = lock
  $(".keys").onclick = () => $(".help").showModal()
  $(".help .close").onclick = () => $(".help").close()
  $(".candidates").onclick = (event) => {
    computed = !computed
    event.currentTarget.setAttribute("aria-pressed", computed)
    draw()
  }
  for (const drawer of root.querySelectorAll("details")) drawer.ontoggle = () => draw()
  $(".file").onchange = (event) => {
    const [file] = event.target.files
    if (file) readFile(file)
    event.target.value = ""
  }

  function onPaste(event) {
    const target = event.composedPath()[0]
    if (target instanceof HTMLElement && target.closest("input:not([type=range], [type=radio]), textarea, [contenteditable='true']")) return
    const text = event.clipboardData?.getData("text/plain")
    if (!text) return
    event.preventDefault()
    read(text)
  }
  function onDrag(event) {
    if (!event.dataTransfer?.types.some((type) => type === "Files" || type === "text/plain")) return
    event.preventDefault()
    root.classList.add("over")
  }
  const onLeave = (event) => event.relatedTarget || root.classList.remove("over")
  function onDrop(event) {
    root.classList.remove("over")
    const [file] = event.dataTransfer?.files ?? []
    const text = event.dataTransfer?.getData("text/plain")
    if (!file && !text) return
    event.preventDefault()
    file ? readFile(file) : read(text)
  }
  const listeners = { paste: onPaste, dragover: onDrag, dragleave: onLeave, drop: onDrop }

  function attach() {
    for (const [name, listener] of Object.entries(listeners)) document.addEventListener(name, listener)
  }

  function remove() {
    for (const name of Object.keys(timers)) {
      clearTimeout(timers[name])
      timers[name] = 0
    }
    player.pause()
    for (const [name, listener] of Object.entries(listeners)) document.removeEventListener(name, listener)
  }

  setMode("edit")
  draw()
  return app
}
