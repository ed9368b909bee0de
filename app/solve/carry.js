// What comes in and goes out: texts and files to be read, the board as a text, a file or a link.

import { paint, saveFile } from "../parts/files.js"
import { WORDS, fillIn } from "../parts/words.js"

/** @typedef {import("../types").Found} Found */
/** @typedef {import("./app.js").App} App */
/** @typedef {import("./carry_panel.js").CarryPanel} CarryPanel */

const LONGEST_FILE = 5 * 1024 * 1024
const LONGEST_TEXT = 200000
// What begins with these bytes, or has a zero among its first, is no plain text; the server unpacks or decodes it.
const PACKED = [
  [0x1f, 0x8b],
  [0x50, 0x4b, 0x03, 0x04],
  [0x42, 0x5a, 0x68],
  [0xfd, 0x37, 0x7a],
  [0x93, 0x4e],
]
const HEAD_BYTES = 64
/** @type {Record<string, string>} */
const KINDS = { sdk: "text/plain", svg: "image/svg+xml", png: "image/png", json: "application/json" }

// Have the server read a text and put its puzzle on the board; `tell` takes the words if it cannot.
/** @param {App} app @param {string} text @param {(words: string) => void} [tell] */
export function read(app, text, tell = (words) => app.verdict.fail(WORDS.not_a_puzzle, words)) {
  // Whole lines of a long text: half a line would be read as a puzzle that lacks cells.
  if (text.length > LONGEST_TEXT) text = text.slice(0, text.lastIndexOf("\n", LONGEST_TEXT) + 1 || LONGEST_TEXT)
  askToRead(app, { text }, tell)
}

/** @param {App} app @param {Record<string, string>} details @param {(words: string) => void} tell */
function askToRead(app, details, tell) {
  app.talk.ask("read", details, (found) => {
    if (found.error) tell(found.error)
    else {
      app.carry.tell("")
      app.verdict.say(found.message)
    }
  })
}

/** @param {Uint8Array} head */
const isPlain = (head) => !head.includes(0) && !PACKED.some((mark) => mark.every((byte, at) => head[at] === byte))

/** @param {Blob} file @returns {Promise<string>} */
function inBase64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader()
    reader.onload = () => resolve(String(reader.result).replace(/^[^,]*,/, ""))
    reader.onerror = () => reject(reader.error)
    reader.readAsDataURL(file)
  })
}

/** @param {App} app @param {File} file */
export async function readFile(app, file) {
  /** @param {string} reason */
  const tell = (reason) => app.verdict.fail(WORDS.not_a_file, reason)
  if (file.size > LONGEST_FILE) {
    tell(WORDS.file_too_big)
    return
  }
  try {
    const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer())
    // Plain text is cut to a length; what is packed must go over whole.
    if (isPlain(head)) read(app, await file.slice(0, LONGEST_TEXT + 1).text(), tell)
    else askToRead(app, { bytes: await inBase64(file) }, tell)
  } catch {
    tell(WORDS.file_unread)
  }
}

/** @param {CarryPanel} panel @param {Found} found */
export const tellIn = (panel, found) => panel.tell(found.error ?? found.message.reason)

/** @param {App} app @param {string} name @param {(text: string) => void} use */
function give(app, name, use) {
  app.talk.ask("give", { form: name }, (found) =>
    found.text === undefined ? tellIn(app.carry, found) : use(found.text),
  )
}

/** @param {App} app @param {string} name */
export function save(app, name) {
  give(app, name === "png" ? "svg" : name, async (text) => {
    saveFile(`sudoku.${name}`, KINDS[name], name === "png" ? await paint(text) : text)
    app.carry.tell(fillIn(WORDS.saved, { name: `sudoku.${name}` }))
  })
}

// The page's address with the board and the step as they are, which the server may not have heard yet.
/** @param {App} app */
export function linkHere(app) {
  const url = new URL(location.href)
  const { puzzle, own, notes } = app.state.snapshot()
  const now = { p: puzzle, own, notes, at: app.run.frames ? String(app.player.at) : "" }
  for (const [name, value] of Object.entries(now)) {
    if (value) url.searchParams.set(name, value)
    else url.searchParams.delete(name)
  }
  return url.href
}

/** @param {App} app @param {string} name */
export function copyText(app, name) {
  give(app, name, (text) => copy(app, text, WORDS[`copied_${name}`]))
}

/** @param {App} app @param {string} text @param {string} words */
export async function copy(app, text, words) {
  const { carry } = app
  try {
    await navigator.clipboard.writeText(text)
    carry.tell(words)
  } catch {
    // Without a secure connection there is no clipboard: leave the text selected for the visitor's own copy.
    carry.field.value = text
    carry.field.select()
    carry.tell(WORDS.copy_yourself)
  }
}
