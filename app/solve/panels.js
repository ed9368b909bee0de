// The three drawers beside the board: a cell looked into, the latent z, and in and out. They draw; board.js decides.

// An element with a class, words, and what is inside it.
function make(tag, name = "", text = "", ...inside) {
  const node = document.createElement(tag)
  if (name) node.className = name
  if (text) node.textContent = text
  node.append(...inside)
  return node
}

function pushButton(name, text, act) {
  const node = make("button", name, text)
  node.type = "button"
  node.onclick = act
  return node
}

// Bytes that the server packed in base64.
const unpack = (text) => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0))

const signed = (value) => `${value <= -0.05 ? "−" : value >= 0.05 ? "+" : ""}${Math.abs(value).toFixed(1)}`
const share = (value) => value.toFixed(2)

// ---- a cell looked into

// `show` takes null, or {cell, p: [9], z: [9] or null, queue: {at, of} or null, head, notes: [sentence], written}.
function makeInspector(host) {
  const head = make("h2", "cell-name")
  const rows = DIGITS.map((digit) => {
    const bar = make("span", "bar")
    const row = make("tr", "", "", make("th", "", String(digit)), make("td", "wide", "", bar), make("td", "number"), make("td", "z"))
    row.firstChild.scope = "row"
    return row
  })
  const heads = make("tr", "", "", ...["digit", "probability", "", "z"].map((name) => make(name ? "th" : "td", "", name && WORDS[`look_${name}`])))
  for (const cell of heads.children) if (cell.tagName === "TH") cell.scope = "col"
  const table = make("table", "bars", "", make("thead", "", "", heads), make("tbody", "", "", ...rows))
  const sums = make("p", "sums")
  const notes = make("div", "cell-notes")
  const empty = make("p", "fine")
  host.replaceChildren(empty, head, table, sums, notes)

  return {
    show(found, why = "") {
      empty.textContent = why
      empty.hidden = Boolean(found)
      for (const node of [head, table, sums, notes]) node.hidden = !found
      if (!found) return
      head.textContent = found.head
      const ranked = [...found.p].sort((a, b) => b - a)
      rows.forEach((row, at) => {
        const [, wide, number, z] = row.children
        row.className = found.p[at] === ranked[0] ? "top" : ""
        row.dataset.written = found.written === at + 1
        wide.firstChild.style.setProperty("--p", found.p[at])
        number.textContent = percent(found.p[at])
        z.textContent = found.z ? signed(found.z[at]) : ""
      })
      heads.lastChild.hidden = !found.z
      const [p1, p2] = ranked
      sums.textContent = fillIn(WORDS.look_sums, { p1: share(p1), p2: share(p2), margin: share(p1 - p2) })
      notes.replaceChildren(...found.notes.filter(Boolean).map((text) => make("p", "", text)))
    },
  }
}

// ---- the latent z

const Z_MOST = 6

// `handlers` are {set(digit, z, done), draw(), mode(), undo(), empty(), field(on)}.
// `show` takes {cell, z: [9], p: [9] or null, edited, words}, or null where the model has no z.
function makeSteering(host, handlers) {
  const none = make("p", "fine", WORDS.z_none)
  const about = make("p", "fine", WORDS.z_about)
  const toggle = make("input")
  toggle.type = "checkbox"
  toggle.onchange = () => handlers.field(toggle.checked)
  const onBoard = make("label", "switch", "", toggle, WORDS.z_show)
  const name = make("h2", "cell-name")
  const sliders = DIGITS.map((digit) => {
    const input = make("input")
    input.type = "range"
    input.min = -Z_MOST
    input.max = Z_MOST
    input.step = 0.1
    input.setAttribute("orient", "vertical")
    input.setAttribute("aria-label", fillIn(WORDS.z_slider, { digit }))
    input.oninput = () => handlers.set(digit, Number(input.value), false)
    input.onchange = () => handlers.set(digit, Number(input.value), true)
    return make("div", "lever", "", make("b", "", String(digit)), input, make("span", "z"), make("span", "p"))
  })
  const levers = make("div", "levers", "", ...sliders)
  levers.setAttribute("role", "group")
  const tools = make(
    "div",
    "tools",
    "",
    pushButton("z-draw", WORDS.z_draw, handlers.draw),
    pushButton("z-mode", WORDS.z_mode, handlers.mode),
    pushButton("z-undo", WORDS.z_undo, handlers.undo),
  )
  const says = make("p", "z-says")
  says.setAttribute("role", "status")
  const empty = pushButton("z-empty", WORDS.z_empty, handlers.empty)
  const emptyNote = make("p", "fine", WORDS.z_empty_note)
  host.replaceChildren(none, about, onBoard, name, levers, says, tools, empty, emptyNote)

  return {
    show(found) {
      for (const node of host.children) node.hidden = (node === none) === Boolean(found)
      if (!found) return
      toggle.checked = found.field
      name.textContent = fillIn(WORDS.z_cell, { place: place(found.cell) })
      levers.setAttribute("aria-label", name.textContent)
      sliders.forEach((lever, at) => {
        const [, input, z, p] = lever.children
        // Until the network has answered, nobody knows where its z stands.
        input.disabled = !found.p
        // What is being dragged is not pulled from under the hand.
        if (host.getRootNode().activeElement !== input || !found.held) input.value = found.z[at]
        input.setAttribute("aria-valuetext", `${signed(found.z[at])}${found.p ? `, ${percent(found.p[at])}` : ""}`)
        z.textContent = signed(found.z[at])
        p.textContent = found.p ? percent(found.p[at]) : "…"
        p.style.setProperty("--p", found.p ? found.p[at] : 0)
        lever.classList.toggle("top", Boolean(found.p) && found.p[at] === Math.max(...found.p))
      })
      setText(says, found.words)
      tools.querySelector(".z-undo").disabled = !found.edited
    },
  }
}

// ---- in and out

// `handlers` are {take(text), open(), copy(name), save(name), link(), code(), print(count)}.
function makeCarry(host, handlers) {
  const field = make("textarea")
  field.rows = 3
  field.id = "line"
  field.spellcheck = false
  field.autocomplete = "off"
  const label = make("label", "", WORDS.carry_in)
  label.htmlFor = "line"
  const told = make("p", "told")
  told.setAttribute("role", "alert")
  const put = make("div", "tools", "", pushButton("use", WORDS.use, () => handlers.take(field.value)), pushButton("", WORDS.open, handlers.open))
  const out = make(
    "div",
    "tools",
    "",
    pushButton("link", WORDS.copy_link, handlers.link),
    pushButton("copy", WORDS.copy_line, () => handlers.copy("line")),
    pushButton("", WORDS.copy_grid, () => handlers.copy("grid")),
  )
  const saves = make("div", "tools", "", ...["sdk", "svg", "png", "json"].map((name) => pushButton(`save-${name}`, WORDS[`save_${name}`], () => handlers.save(name))))
  const wiki = make("a", "button wiki", WORDS.wiki)
  wiki.target = "_blank"
  wiki.rel = "noopener noreferrer"
  const others = make(
    "div",
    "tools",
    "",
    pushButton("code", WORDS.code, handlers.code),
    pushButton("print-one", WORDS.print_one, () => handlers.print(1)),
    pushButton("print-four", WORDS.print_four, () => handlers.print(4)),
    wiki,
  )
  const code = make("figure", "qr")
  code.hidden = true
  host.replaceChildren(label, field, put, told, make("h2", "", WORDS.carry_out), out, make("h2", "", WORDS.carry_save), saves, make("h2", "", WORDS.carry_more), others, code)

  return {
    field,
    told: (text) => setText(told, text),
    // `rows`: the QR code's modules as texts of 0 and 1; null hides it.
    code(rows, address) {
      code.hidden = !rows
      code.replaceChildren()
      if (!rows) return
      const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg")
      svg.setAttribute("viewBox", `0 0 ${rows.length} ${rows.length}`)
      svg.setAttribute("role", "img")
      svg.setAttribute("aria-label", WORDS.code_label)
      svg.setAttribute("shape-rendering", "crispEdges")
      const path = document.createElementNS("http://www.w3.org/2000/svg", "path")
      path.setAttribute("d", rows.flatMap((signs, y) => [...signs].map((sign, x) => (sign === "1" ? `M${x} ${y}h1v1h-1z` : ""))).join(""))
      svg.append(path)
      code.append(svg, make("figcaption", "fine", address))
    },
    wiki(address) {
      wiki.href = address
    },
  }
}

// ---- files and paper

function saveFile(name, kind, content) {
  const link = document.createElement("a")
  link.href = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type: kind }))
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10000)
}

// A drawing as a picture of `side` pixels.
async function paint(svg, side = 1000) {
  const image = new Image()
  image.width = image.height = side
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`
  await image.decode()
  const canvas = document.createElement("canvas")
  canvas.width = canvas.height = side
  canvas.getContext("2d").drawImage(image, 0, 0, side, side)
  return new Promise((resolve) => canvas.toBlob(resolve, "image/png"))
}

// A page of its own goes to the printer, from a frame that nobody sees.
function printPage(page) {
  const frame = document.createElement("iframe")
  frame.className = "vmd-sheet"
  frame.title = WORDS.sheet
  frame.style.cssText = "position:fixed;width:0;height:0;border:0;visibility:hidden"
  frame.onload = () => {
    frame.contentWindow.onafterprint = () => frame.remove()
    frame.contentWindow.print()
  }
  frame.srcdoc = page
  document.body.append(frame)
}
