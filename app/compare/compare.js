// The Compare page's component: several runs on one puzzle, side by side on one time line, with their curves.
//
// data: {id, puzzle, view, boards: [{name, setting}], result, at, working}; `result` is what contrast.payload made, or null
// while the server works. At tick t of T a run of n steps shows its step floor(t n / T): all start and end together.

const MOUNTED = new WeakMap()
const GLYPHS = ["M12 3a9 9 0 1 0 .01 0z", "M4 4h16v16H4z", "M12 3 22 21H2z", "M12 1 23 12 12 23 1 12z"]
const CROSS = "M5 5l14 14M19 5 5 19"
const SVG = "http://www.w3.org/2000/svg"
const HIGH = 150

export default function ({ data, parentElement }) {
  // Streamlit may take a component away and put it back with its elements as they are: then it goes on as it was.
  const root = parentElement.querySelector(".app")
  const app = MOUNTED.get(root) ?? makeCompare(root)
  MOUNTED.set(root, app)
  if (isStale(app, data)) return () => {}
  app.attach()
  app.receive(data)
  return app.remove
}

function element(name, className, text = "") {
  const node = document.createElement(name)
  if (className) node.className = className
  if (text) node.textContent = text
  return node
}

function drawn(name, attributes) {
  const node = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value)
  return node
}

function glyph(side) {
  const svg = drawn("svg", { viewBox: "0 0 24 24", "aria-hidden": "true", class: "glyph" })
  svg.append(drawn("path", { d: GLYPHS[side] }))
  return svg
}

const stepAt = (tick, steps, ticks) => Math.floor((tick * steps) / Math.max(1, ticks))

function makeCompare(root) {
  const $ = (selector) => root.querySelector(selector)
  let data = null
  let result = null
  let boards = []
  let map = null
  let charts = []
  let cell = null
  let linking = false
  let paint = "right"
  let large = false

  const player = makePlayer($(".player"), { step: () => draw(), words: (at) => (result ? tickWords(at) : "") })
  const widths = new ResizeObserver(() => drawCharts())
  makeTools()

  // ---- from the server

  function receive(next) {
    const before = data
    data = next
    const shape = (of) => JSON.stringify([of?.view, of?.boards])
    if (shape(before) !== shape(data)) makeBoards()
    setText($(".working"), data.result ? "" : data.working)
    root.dataset.ready = data.result !== null
    if (data.id === before?.id && (data.result !== null) === (result !== null)) {
      draw()
      return
    }
    result = data.result
    cell = null
    boards.forEach((board, which) => {
      board.run = result?.runs[which] ?? null
      board.frames = framesOf(board.run?.trace ?? { puzzle: data.puzzle, steps: [] })
      board.clash = board.frames.map((frame) => findClashes(frame.digits).cells)
    })
    showPaint()
    showFacts()
    showFigures()
    drawCharts()
    player.load(result?.ticks ?? 0, result ? data.at : 0)
    reveal()
  }

  function reveal() {
    const { top } = $(".boards").getBoundingClientRect()
    if (data.at === null && (top < 0 || top > window.innerHeight / 2)) {
      root.scrollIntoView({ behavior: REDUCED() ? "auto" : "smooth", block: "start" })
    }
  }

  // ---- the boards

  function makeBoards() {
    const host = $(".boards")
    root.dataset.view = data.view
    root.dataset.boards = data.boards.length
    boards = data.boards.map((asked, which) => {
      const figure = element("figure", "board")
      if (data.view === "sides") figure.dataset.side = which
      const caption = element("figcaption", "name")
      if (data.view === "sides") caption.append(glyph(which))
      caption.append(element("b", "", asked.name), element("span", "setting", asked.setting))
      const { frame, grid, nodes } = makeFrame(fillIn(WORDS.board, { name: asked.name, setting: asked.setting }))
      const state = element("p", "state")
      figure.append(caption, frame, state)
      return { figure, grid, nodes, state, name: asked.name, run: null, frames: [], clash: [] }
    })
    map = data.view === "draws" ? makeMap() : null
    host.replaceChildren(...(map ? [map.figure] : []), ...boards.map((board) => board.figure))
    everyGrid().forEach((grid) => grid.select(0, { focus: false }))
  }

  function makeFrame(name) {
    const frame = element("div", "frame")
    const host = element("div", "grid")
    host.setAttribute("role", "grid")
    host.setAttribute("aria-label", name)
    const grid = makeGrid(host, { select: (at) => choose(at) })
    host.onkeydown = (event) => {
      const to = movedBy(event, grid.selected())
      if (to !== null) grid.select(to)
      else if (event.key === " ") player.toggle()
      else return
      event.preventDefault()
    }
    // A click on the cell that is selected already chooses it, too.
    host.onclick = () => choose(grid.selected())
    frame.append(host)
    return { frame, grid, nodes: [...host.querySelectorAll(".cell")] }
  }

  function makeMap() {
    const figure = element("figure", "board map")
    const caption = element("figcaption", "name")
    caption.append(element("b", "", WORDS.agreement), element("span", "setting", WORDS.agreement_note))
    const { frame, grid, nodes } = makeFrame(WORDS.agreement)
    const state = element("p", "state")
    figure.append(caption, frame, state)
    return { figure, grid, nodes, state }
  }

  const everyGrid = () => [...(map ? [map.grid] : []), ...boards.map((board) => board.grid)]

  function choose(at) {
    if (!result || linking) return
    cell = at
    // Selecting the cell on the other boards calls this again.
    linking = true
    everyGrid().forEach((grid) => grid.select(at, { focus: false }))
    linking = false
    draw()
  }

  root.onkeydown = (event) => {
    // The page has one-letter keys of its own (r runs it again): what is typed here is not for them.
    event.stopPropagation()
  }

  // ---- drawing a tick

  const ticks = () => result?.ticks ?? 0
  const stepOf = (board) => stepAt(player.at(), board.frames.length - 1, ticks())
  const frameOf = (board) => board.frames[stepOf(board)]

  // What a filled cell is beside the others: "won" and "lost" where some are right and some wrong, "all-wrong" where
  // nobody is right; where there are several solutions, "apart" if the digits differ.
  function markOf(at, digit, held) {
    if (digit === BLANK) return ""
    if (!result.solution) return held.some((other) => other !== digit) ? "apart" : ""
    const truth = Number(result.solution[at])
    const someRight = held.some((other) => other === truth)
    const someWrong = held.some((other) => other !== truth)
    if (digit === truth) return someWrong ? "won" : ""
    return someRight ? "lost" : "all-wrong"
  }

  function draw() {
    if (!data) return
    const frames = boards.map(frameOf)
    const held = everyCell.map((at) => frames.map((frame) => frame.digits[at]).filter((digit) => digit !== BLANK))
    const clues = toDigits(data.puzzle)
    boards.forEach((board, which) => {
      const frame = frames[which]
      const clash = board.clash[stepOf(board)]
      const now = new Set(frame.now)
      const gone = new Set(frame.gone)
      board.grid.draw(
        everyCell.map((at) => {
          const digit = frame.digits[at]
          const kind = clues[at] !== BLANK ? "clue" : digit === BLANK ? "blank" : "fill"
          const mark = result && kind === "fill" ? markOf(at, digit, held[at]) : ""
          return {
            digit,
            kind,
            order: frame.order[at],
            confidence: frame.confidence[at],
            now: now.has(at),
            gone: gone.has(at),
            clash: clash.has(at),
            mark,
            says: mark ? WORDS[`mark_${mark}`] : "",
          }
        }),
      )
      showState(board, frame)
    })
    if (map) drawMap(frames, clues)
    everyGrid().forEach((grid, which) => markChosen(grid, which))
    showChosen(frames)
    charts.forEach((chart) => chart.seek(player.at()))
  }

  function markChosen(grid, which) {
    const nodes = map ? [map, ...boards][which].nodes : boards[which].nodes
    nodes.forEach((node, at) => setData(node, "chosen", at === cell ? "yes" : ""))
  }

  function drawMap(frames, clues) {
    let agreed = 0
    let filled = 0
    map.grid.draw(
      everyCell.map((at) => {
        if (clues[at] !== BLANK) return { digit: clues[at], kind: "clue" }
        const [digit, count] = mostFrequent(frames.map((frame) => frame.digits[at]))
        if (digit === BLANK) return { digit, kind: "blank" }
        filled += 1
        if (count === frames.length) agreed += 1
        const wrong = result?.solution && Number(result.solution[at]) !== digit
        return {
          digit,
          kind: "fill",
          order: count,
          confidence: count / frames.length,
          mark: wrong ? "lost" : "",
          label: fillIn(WORDS.agreement_cell, {
            row: row(at) + 1,
            column: column(at) + 1,
            digit,
            count,
            draws: frames.length,
            wrong: wrong ? WORDS.agreement_wrong : "",
          }),
        }
      }),
    )
    setText(map.state, fillIn(WORDS.agreement_state, { agreed, filled }))
  }

  // The most frequent digit of a cell, blanks aside, and how often it stands there.
  function mostFrequent(digits) {
    const counts = Array(SIDE + 1).fill(0)
    for (const digit of digits) if (digit !== BLANK) counts[digit] += 1
    const most = Math.max(...counts)
    return most === 0 ? [BLANK, 0] : [counts.indexOf(most), most]
  }

  function showState(board, frame) {
    if (!board.run) {
      setText(board.state, "\u00a0")
      return
    }
    const steps = board.frames.length - 1
    const at = stepOf(board)
    const blank = frame.digits.filter((digit) => digit === BLANK).length
    const ended = at === steps
    setData(board.state, "ended", ended ? (board.run.solved ? "solved" : "wrong") : "")
    setText(board.state, ended ? verdict(board.run) : fillIn(WORDS.state, { at, steps, blank }))
  }

  function verdict(run) {
    if (run.solved) return WORDS.solved
    if (run.differs) return fillIn(run.differs === 1 ? WORDS.wrong_one : WORDS.wrong_many, { n: run.differs })
    if (run.blank) return fillIn(WORDS.unfinished, { cells: cellsWord(run.blank) })
    return WORDS.not_solved
  }

  function tickWords(at) {
    const steps = boards.map((board) => board.frames.length - 1)
    const same = steps.every((count) => count === steps[0])
    const head = same
      ? fillIn(WORDS.tick_step, { at, steps: steps[0] })
      : fillIn(WORDS.tick_share, { share: Math.round((100 * at) / ticks()) })
    if (at === 0) return fillIn(WORDS.tick_start, { head })
    if (map) return head
    const filled = boards.map((board, which) => board.frames[stepAt(at, steps[which], ticks())].now.length)
    if (same && filled.every((count) => count === filled[0])) {
      return fillIn(WORDS.tick, { head, sides: fillIn(WORDS.tick_all, { cells: cellsWord(filled[0]) }) })
    }
    const parts = boards.map((board, which) => {
      const mine = stepAt(at, steps[which], ticks())
      if (!same) return fillIn(WORDS.tick_side_step, { name: board.name, at: mine, steps: steps[which] })
      return fillIn(WORDS.tick_side, { name: board.name, cells: cellsWord(filled[which]) })
    })
    return fillIn(WORDS.tick, { head, sides: parts.join(", ") })
  }

  // ---- beside the boards

  function showPaint() {
    const names = result && !result.solution ? { right: WORDS.paint_apart, sure: WORDS.paint_sure } : { right: WORDS.paint_right, sure: WORDS.paint_sure }
    const group = $(".paint")
    group.setAttribute("aria-label", WORDS.paint)
    group.replaceChildren(
      ...Object.entries(names).map(([value, name]) => {
        const button = element("button", "", name)
        button.type = "button"
        button.setAttribute("aria-pressed", paint === value)
        button.onclick = () => {
          paint = value
          showPaint()
        }
        return button
      }),
    )
    root.dataset.paint = paint
    const marks = result && !result.solution ? ["apart"] : ["won", "lost", "all-wrong"]
    const key =
      paint === "right"
        ? marks.map((mark) => ({ data: { mark }, text: WORDS[`key_${mark}`] }))
        : WORDS.key_sure.map((text, sure) => ({ data: { sure }, text }))
    $(".key").dataset.kind = paint
    $(".key").replaceChildren(
      ...key.map(({ data: marks, text }) => {
        const item = element("li")
        const sample = element("span", "cell fill sample")
        sample.setAttribute("aria-hidden", "true")
        sample.append(element("span", "digit", paint === "right" ? "7" : ""))
        Object.entries(marks).forEach(([name, value]) => setData(sample, name, value))
        item.append(sample, element("span", "", text))
        return item
      }),
    )
  }

  function showChosen(frames) {
    const host = $(".chosen")
    if (cell === null || !result) {
      setText(host, WORDS.choose)
      return
    }
    const lines = boards.map((board, which) => {
      const frame = frames[which]
      const digit = frame.digits[cell]
      const line = element("li")
      if (data.view === "sides") {
        line.dataset.side = which
        line.append(glyph(which))
      }
      const truth = result.solution ? Number(result.solution[cell]) : BLANK
      const right = truth === BLANK ? "" : digit === truth ? WORDS.cell_right : WORDS.cell_wrong
      const clue = toDigits(data.puzzle)[cell] !== BLANK
      const text = clue
        ? WORDS.cell_is_clue
        : digit === BLANK
          ? WORDS.cell_is_blank
          : fillIn(WORDS.cell_says, { digit, step: frame.order[cell], sure: percent(frame.confidence[cell]), right })
      line.append(element("b", "", board.name), element("span", "", text))
      return line
    })
    const list = element("ul")
    list.append(...lines)
    host.replaceChildren(element("p", "head", capital(place(cell))), list)
  }

  const capital = (text) => text[0].toUpperCase() + text.slice(1)

  function showFacts() {
    if (!result) {
      $(".facts").replaceChildren()
      return
    }
    const facts = result.partings.map((found) => ({
      head: WORDS[`parting_${found.kind}`],
      text: found.text,
      jump: found,
    }))
    for (const kind of ["order", "digits"]) {
      if (!result.partings.some((found) => found.kind === kind)) facts.push({ head: WORDS[`never_${kind}`] })
    }
    if (!map) {
      boards.forEach((board, side) => {
        const { wrong, wrong_text: text } = board.run
        const never = result.solution ? WORDS.never_wrong : WORDS.never_clash
        const head = fillIn(wrong ? WORDS.first_wrong : never, { name: board.name })
        facts.push({ head, text, jump: wrong, side })
      })
    }
    $(".facts").replaceChildren(...facts.map(factLine), ...(map ? [wrongLine()] : []))
  }

  // Many boards: one line of buttons to the first wrong cell of each.
  function wrongLine() {
    if (!boards.some(({ run }) => run.wrong)) return factLine({ head: result.solution ? WORDS.none_wrong : WORDS.none_clash })
    const item = element("li", "every-wrong")
    item.append(element("b", "", result.solution ? WORDS.all_wrong : WORDS.all_clash))
    const group = element("div", "buttons")
    boards.forEach(({ name, run }) => {
      const button = element("button", "jump", name)
      button.type = "button"
      button.disabled = !run.wrong
      button.title = run.wrong ? run.wrong_text : fillIn(result.solution ? WORDS.never_wrong : WORDS.never_clash, { name })
      button.setAttribute("aria-label", fillIn(WORDS.jump_label, { what: `${name}: ${button.title}` }))
      button.onclick = () => jumpTo(run.wrong)
      group.append(button)
    })
    item.append(group)
    return item
  }

  function jumpTo({ tick, cell: at }) {
    player.seek(tick)
    choose(at)
  }

  function factLine({ head, text, jump, side }) {
    const item = element("li")
    const words = element("p")
    if (side !== undefined && data.view === "sides") {
      item.dataset.side = side
      words.append(glyph(side))
    }
    words.append(element("b", "", head))
    if (text) words.append(element("span", "", text))
    item.append(words)
    if (jump) {
      const button = element("button", "jump", WORDS.jump)
      button.type = "button"
      button.setAttribute("aria-label", fillIn(WORDS.jump_label, { what: head }))
      button.onclick = () => jumpTo(jump)
      item.append(button)
    }
    return item
  }

  function makeTools() {
    const copy = element("button", "link", WORDS.copy_link)
    const size = element("button", "size", WORDS.larger)
    copy.type = size.type = "button"
    copy.onclick = async () => {
      const url = new URL(location.href)
      url.searchParams.set("at", player.at())
      try {
        await navigator.clipboard.writeText(url.href)
        copy.textContent = WORDS.copied
      } catch {
        // Without a secure connection there is no clipboard; the address of the page then says it.
        history.replaceState(history.state, "", url)
        copy.textContent = WORDS.in_address
      }
      setTimeout(() => setText(copy, WORDS.copy_link), 3000)
    }
    size.setAttribute("aria-pressed", "false")
    size.onclick = () => {
      large = !large
      setData(root, "large", large ? "yes" : "")
      size.setAttribute("aria-pressed", large)
    }
    $(".tools").append(copy, size)
  }

  // ---- curves and figures

  function drawCharts() {
    const host = $(".charts")
    const open = result !== null
    host.hidden = !open
    if (!open) {
      charts = []
      host.replaceChildren()
      return
    }
    const kinds = [
      { head: WORDS.chart_confidence, key: "confidence", top: 1, show: percent, mistakes: true },
      { head: WORDS.chart_entropy, key: "entropy", top: null, show: (value) => value.toFixed(2) },
      { head: WORDS.chart_filled, key: "filled", top: null, show: (value) => String(Math.round(value * 10) / 10) },
    ]
    const runs = boards.map((board) => board.run)
    if (charts.length === 0 || charts[0].runs !== runs[0]) {
      charts = kinds.map((kind) => ({ ...makeChart(kind, runs), runs: runs[0] }))
      host.replaceChildren(...charts.map((chart) => chart.node))
    }
    charts.forEach((chart) => chart.resize())
    charts.forEach((chart) => chart.seek(player.at()))
  }

  function makeChart({ head, key, top, show, mistakes = false }, runs) {
    const node = element("figure", "chart")
    const caption = element("figcaption")
    caption.append(element("b", "", head))
    const values = element("ul", "values")
    caption.append(values)
    const svg = drawn("svg", { height: HIGH, role: "img", "aria-label": summary(head, key, show, runs) })
    // A cursor of its own layer: drawn in the SVG, it would have all of it painted anew in every frame.
    const cursor = element("div", "cursor")
    const plot = element("div", "plot")
    plot.append(svg, cursor)
    node.append(caption, plot)
    const most = top ?? Math.max(...runs.flatMap((run) => run[key]).filter((value) => value !== null), 1e-9)
    const sides = data.view === "sides"
    const series = sides ? runs.map((run) => run[key]) : [...runs.map((run) => run[key]), meanOf(runs.map((run) => run[key]))]
    const labels = series.map((_, which) => {
      if (!sides && which < runs.length) return null
      const item = element("li")
      if (sides) {
        item.dataset.side = which
        item.append(glyph(which))
      }
      const text = element("span")
      item.append(element("b", "", sides ? boards[which].name : WORDS.mean), text)
      values.append(item)
      return text
    })
    if (mistakes && runs.some((run) => run.mistakes.length)) values.append(element("li", "mistakes", WORDS.chart_mistakes))
    const inset = { left: 34, right: 10, top: 8, bottom: 20 }
    let width = 0
    const across = (share) => inset.left + share * (width - inset.left - inset.right)
    const down = (value) => inset.top + (1 - value / most) * (HIGH - inset.top - inset.bottom)

    // Steps where every run has as many, else shares of the run.
    function axis() {
      const steps = series[0].length
      if (!series.every((points) => points.length === steps)) {
        return [0, 0.5, 1].map((share) => [across(share), percent(share)])
      }
      const every = Math.ceil(steps / 6)
      const numbers = series[0].map((_, at) => at + 1).filter((step) => step % every === 0 || step === 1)
      return numbers.map((step) => [across(step / steps), step === 1 ? fillIn(WORDS.chart_axis, { step }) : step])
    }

    function resize() {
      const now = Math.round(node.clientWidth)
      if (now === width || now === 0) return
      width = now
      svg.setAttribute("viewBox", `0 0 ${width} ${HIGH}`)
      svg.replaceChildren()
      for (const share of [0, 0.5, 1]) {
        const y = down(share * most)
        svg.append(drawn("line", { x1: inset.left, x2: width - inset.right, y1: y, y2: y, class: "ruler" }))
        const text = drawn("text", { x: inset.left - 5, y: y + 3.5, class: "tick", "text-anchor": "end" })
        text.textContent = top ? `${100 * share}` : show(share * most)
        svg.append(text)
      }
      for (const [x, words] of axis()) {
        const text = drawn("text", { x, y: HIGH - 3, class: "tick", "text-anchor": "middle" })
        text.textContent = words
        svg.append(text)
      }
      series.forEach((points, which) => {
        const group = drawn("g", sides ? { "data-side": which } : { class: which < runs.length ? "one" : "mean" })
        const places = points.map((value, at) => (value === null ? null : [across((at + 1) / points.length), down(value)]))
        const known = places.filter((place) => place)
        group.append(drawn("polyline", { points: known.map((place) => place.join()).join(" "), class: "curve" }))
        if (sides && points.length <= 20) known.forEach(([x, y]) => group.append(shape(GLYPHS[which], x, y, 9, "spot")))
        if (mistakes && which < runs.length) {
          for (const [step, sure] of runs[which].mistakes) {
            group.append(shape(CROSS, across(step / points.length), down(sure), 9, "mistake"))
          }
        }
        svg.append(group)
      })
    }

    function seek(tick) {
      cursor.style.transform = `translateX(${across(tick / Math.max(1, ticks()))}px)`
      series.forEach((points, which) => {
        if (!labels[which]) return
        const value = points[stepAt(tick, points.length, ticks()) - 1]
        setText(labels[which], value === undefined || value === null ? "–" : show(value))
      })
    }

    function point(event) {
      const box = svg.getBoundingClientRect()
      const share = (event.clientX - box.left - inset.left) / (width - inset.left - inset.right)
      player.seek(Math.round(Math.max(0, Math.min(1, share)) * ticks()))
    }
    svg.onpointerdown = (event) => {
      svg.setPointerCapture(event.pointerId)
      point(event)
    }
    svg.onpointermove = (event) => {
      if (event.buttons) point(event)
    }
    return { node, resize, seek }
  }

  // The mean over runs of the same number of steps.
  const meanOf = (rows) => rows[0].map((_, at) => rows.reduce((sum, values) => sum + (values[at] ?? 0), 0) / rows.length)

  function shape(path, x, y, size, name) {
    return drawn("path", { d: path, class: name, transform: `translate(${x - size / 2} ${y - size / 2}) scale(${size / 24})` })
  }

  function summary(head, key, show, runs) {
    const parts = runs.map((run) => {
      const known = run[key].filter((value) => value !== null)
      return fillIn(WORDS.chart_run, { name: run.name, first: show(known[0] ?? 0), last: show(known.at(-1) ?? 0) })
    })
    return `${head}: ${parts.join("; ")}`
  }

  function showFigures() {
    const host = $(".figures")
    host.hidden = !result
    if (!result) return
    host.setAttribute("aria-label", WORDS.figures)
    const table = element("table")
    const top = element("tr")
    top.append(element("td"))
    boards.forEach((board, which) => {
      const head = element("th")
      head.scope = "col"
      if (data.view === "sides") {
        head.dataset.side = which
        head.append(glyph(which))
      }
      head.append(element("span", "", board.name))
      top.append(head)
    })
    const body = element("tbody")
    for (const [name, text] of Object.entries(WORDS.rows)) {
      const line = element("tr")
      const head = element("th", "", text)
      head.scope = "row"
      line.append(head)
      boards.forEach((board) => line.append(element("td", "", figure(name, board.run))))
      body.append(line)
    }
    const thead = element("thead")
    thead.append(top)
    table.append(thead, body)
    host.replaceChildren(table, element("p", "note", WORDS.figures_note))
  }

  function figure(name, run) {
    if (name === "verdict") return verdict(run)
    if (name === "ms") return fillIn(WORDS.ms, { n: run.ms })
    if (name === "log_likelihood") return run.log_likelihood.toFixed(2).replace("-", "\u2212")
    return String(run[name])
  }

  function attach() {
    widths.observe($(".charts"))
  }

  function remove() {
    player.pause()
    widths.disconnect()
  }

  return { receive, attach, remove }
}
