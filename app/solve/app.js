// The Solve page's component: an editable board that turns into a player when a run arrives. Here its parts are put together.
//
// The browser's board is the truth; the server hears of it a moment later (talk.js).

import { Address } from "../parts/address.js"
import { fillWords, find, findButton, findDetails, focused, make, setText } from "../parts/dom.js"
import { Grid } from "../parts/grid.js"
import { Player } from "../parts/player.js"
import { WORDS } from "../parts/words.js"
import { readFile } from "./carry.js"
import { CarryPanel } from "./carry_panel.js"
import { Drop } from "./drop.js"
import { clear, lock, redo, undo } from "./edit.js"
import { said } from "./exchange.js"
import { check, hint } from "./help.js"
import { History } from "./history.js"
import { listenToKeys } from "./keys.js"
import { LookPanel } from "./look_panel.js"
import { Pad, Pens } from "./pad.js"
import { Run } from "./run.js"
import { EMPTY, State, same } from "./state.js"
import { Steer } from "./steer.js"
import { SteerPanel } from "./steer_panel.js"
import { Talk } from "./talk.js"
import { Verdict } from "./verdict.js"
import { drawAll } from "./view.js"

/** @typedef {import("../types").Snapshot} Snapshot */

export class App {
  // The number of the newest data.
  /** @type {number | undefined} */
  number = undefined
  // Which load the board belongs to; null before the first data.
  /** @type {string | null} */
  load = null
  // What the server has heard of the board.
  /** @type {Snapshot} */
  heard = EMPTY
  // Whether candidates are shown.
  computed = false

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root
    fillWords(root)
    fillHelp(root)
    this.address = new Address()
    this.state = new State()
    this.history = new History()
    this.verdict = new Verdict(this)
    this.run = new Run(this)
    this.steer = new Steer(this)
    this.talk = new Talk({
      said: () => said(this),
      isHeard: () => same(this.heard, this.state.snapshot()),
      changed: () => this.showBusy(),
      silent: () => this.verdict.fail(WORDS.no_answer, WORDS.no_answer_why),
    })
    this.grid = new Grid(find(root, ".grid"), {
      select: () => this.draw(),
      drag: (cell, digit, rise, isDone) => this.steer.drag(cell, digit, rise, isDone),
      press: () => this.#openLook(),
    })
    this.player = new Player(find(root, ".player"), {
      step: () => this.draw(),
      words: (at) => this.run.words(at),
      rest: () => this.run.rest(),
    })
    this.pens = new Pens(this)
    this.pad = new Pad(this)
    this.lookPanel = new LookPanel(find(root, ".look .body"))
    this.steerPanel = new SteerPanel(find(root, ".latent .body"), this)
    this.carry = new CarryPanel(find(root, ".carry .body"), this)
    this.drop = new Drop(this)
    this.#listen()
    listenToKeys(this)
    this.setMode("edit")
    this.draw()
  }

  #listen() {
    /** @type {Record<string, () => void>} */
    const acts = {
      solve: () => this.solve(),
      hint: () => hint(this),
      again: () => this.edit(),
      undo: () => undo(this),
      redo: () => redo(this),
      clear: () => clear(this),
      check: () => check(this),
      lock: () => lock(this),
      keys: () => this.showHelp(),
      candidates: () => this.#toggleCandidates(),
    }
    for (const [name, act] of Object.entries(acts)) find(this.root, `.${name}`).onclick = act
    find(this.root, ".help .close").onclick = () => this.#help.close()
    for (const drawer of this.root.querySelectorAll("details")) drawer.ontoggle = () => this.draw()
    const input = /** @type {HTMLInputElement} */ (find(this.root, ".file"))
    input.onchange = () => {
      const file = input.files?.[0]
      if (file) readFile(this, file)
      input.value = ""
    }
  }

  get #help() {
    return /** @type {HTMLDialogElement} */ (find(this.root, ".help"))
  }

  showHelp() {
    this.#help.showModal()
  }

  #toggleCandidates() {
    this.computed = !this.computed
    find(this.root, ".candidates").setAttribute("aria-pressed", String(this.computed))
    this.draw()
  }

  solve() {
    if (this.talk.isAsking("solve")) return
    this.talk.stopRetry()
    this.verdict.clear()
    this.talk.ask("solve", { edits: this.steer.packed() }, () => {})
  }

  // Back from a run to the board.
  edit() {
    this.run.leave()
    this.talk.flush()
    this.draw()
    this.grid.select(this.grid.selected)
  }

  boardShown() {
    return this.run.frame?.digits ?? this.state.digits()
  }

  /** @param {"edit" | "watch"} mode */
  setMode(mode) {
    const isRun = mode === "watch"
    this.root.dataset.mode = mode
    for (const name of [".watch", ".again", ".key"]) find(this.root, name).hidden = !isRun
    for (const name of [".edit", ".hint", ".check"]) find(this.root, name).hidden = isRun
  }

  showBusy() {
    const isBusy = this.talk.isAsking("solve")
    const button = findButton(this.root, ".solve")
    button.classList.toggle("busy", isBusy)
    button.setAttribute("aria-disabled", String(isBusy))
    const words = isBusy ? WORDS.solving : this.run.frames ? WORDS.solve_again : WORDS.solve
    setText(find(button, ".label"), words)
  }

  // Whether a drawer is open: "look", "latent" or "carry".
  /** @param {string} drawer */
  isOpen(drawer) {
    return findDetails(this.root, `.${drawer}`).open
  }

  // Who clicks on a cell of a run wants to know about it.
  #openLook() {
    if (this.run.frames && !this.steer.field) findDetails(this.root, ".look").open = true
  }

  // A button that is gone once pressed must not take the keyboard with it.
  keepFocus() {
    if (!focused(this.root)) this.grid.select(this.grid.selected)
  }

  draw() {
    drawAll(this)
  }

  attach() {
    this.drop.attach()
  }

  remove() {
    for (const part of [this.talk, this.run, this.steer]) part.stop()
    this.player.pause()
    this.drop.remove()
  }
}

/** @param {HTMLElement} root */
function fillHelp(root) {
  /** @type {[string, string][]} */
  const keys = WORDS.help
  find(root, ".help dl").replaceChildren(
    ...keys.flatMap(([name, what]) => [make("dt", "", name), make("dd", "", what)]),
  )
}
