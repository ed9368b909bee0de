// What can be undone and redone: boards before and after this one.

/** @typedef {import("../types").Snapshot} Snapshot */

const UNDO_DEPTH = 500

export class History {
  /** @type {Snapshot[]} */
  done = []
  /** @type {Snapshot[]} */
  undone = []

  // A board that something new took the place of.
  /** @param {Snapshot} old */
  remember(old) {
    this.done.push(old)
    if (this.done.length > UNDO_DEPTH) this.done.shift()
    this.undone = []
  }

  // The board to go back to from `now`; nothing if there is none.
  /** @param {Snapshot} now */
  undo(now) {
    const to = this.done.pop()
    if (to) this.undone.push(now)
    return to
  }

  /** @param {Snapshot} now */
  redo(now) {
    const to = this.undone.pop()
    if (to) this.done.push(now)
    return to
  }
}
