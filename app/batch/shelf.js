// What the Batch page shows by itself: lines that hold no puzzle, and boards that were not solved, to be opened.

import { Address } from "../parts/address.js"
import { columnHead, find, findDetails, make, setText } from "../parts/dom.js"
import { boardPicture } from "../parts/picture.js"
import { BLANK, toDigits } from "../parts/sudoku.js"
import { WORDS, fillIn } from "../parts/words.js"

export class Shelf {
  #root
  #address = new Address()
  #drawn = ""
  /** @type {number | undefined} */
  number = undefined
  /** @type {(arm: number, place: number) => void} */
  open = () => {}

  /** @param {HTMLElement} root */
  constructor(root) {
    this.#root = root
  }

  /** @param {import("../types").BatchData} data */
  receive(data) {
    this.#address.show(data.query)
    const { lines, bad, groups } = data
    const now = JSON.stringify([lines, bad, groups])
    if (now === this.#drawn) return
    this.#drawn = now
    this.#lines(lines, bad)
    const place = find(this.#root, ".failures")
    place.replaceChildren(...groups.map((group) => this.#group(group)))
  }

  /** @param {[number, string, string][]} lines @param {number} bad */
  #lines(lines, bad) {
    const box = findDetails(this.#root, ".lines")
    box.hidden = bad === 0
    if (bad === 0) return
    const words = bad === 1 ? WORDS.lines_one : fillIn(WORDS.lines_many, { n: bad.toLocaleString("en-GB") })
    setText(find(box, "summary"), words)
    const first = find(box, "p")
    first.hidden = lines.length === bad
    setText(first, fillIn(WORDS.lines_first, { n: lines.length }))
    find(box, ".wide").setAttribute("aria-label", words)
    const head = make("tr")
    for (const name of WORDS.lines_head) head.append(columnHead(name))
    const rows = lines.map(([line, text, why]) => {
      const cells = [make("td", "at", String(line)), make("td", "said", text), make("td", "", why)]
      return make("tr", "", "", ...cells)
    })
    find(box, "table").replaceChildren(make("thead", "", "", head), make("tbody", "", "", ...rows))
  }

  /** @param {import("../types").FailedGroup} group */
  #group(group) {
    const boards = group.boards.map((board, place) => this.#failed(board, () => this.open(group.arm, place)))
    const list = make("ul", "", "", ...boards.map((board) => make("li", "", "", board)))
    return make("section", "group", "", make("h3", "", group.title), list)
  }

  /** @param {import("../types").FailedBoard} board @param {() => void} act */
  #failed(board, act) {
    const blank = [...board.board].filter((sign) => sign === ".").length
    const [wrong, one] = [board.wrong.length, WORDS.failed_wrong_one]
    const what = [
      wrong === 1 ? one : wrong ? fillIn(WORDS.failed_wrong_many, { n: wrong }) : "",
      blank ? fillIn(WORDS.failed_blank, { n: blank }) : "",
    ]
    const name = fillIn(WORDS.failed, { number: board.number })
    const words = what.filter(Boolean).join(", ")
    const clues = toDigits(board.puzzle)
    const picture = boardPicture(toDigits(board.board), {
      wrong: board.wrong,
      kind: (cell) => (clues[cell] === BLANK ? "filled" : "clue"),
    })
    const button = make("button", "failed", "", picture, make("b", "", name), make("span", "fine", words))
    button.type = "button"
    button.setAttribute("aria-label", fillIn(WORDS.failed_open, { what: `${name}, ${words}` }))
    button.onclick = act
    return button
  }
}
