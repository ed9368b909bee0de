// Timers by name: one of a name rings at a time, and all stop together.

export class Timers {
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */
  #set = new Map()

  /** @param {string} name @param {number} wait @param {() => void} act */
  later(name, wait, act) {
    this.stop(name)
    const timer = setTimeout(() => {
      this.#set.delete(name)
      act()
    }, wait)
    this.#set.set(name, timer)
  }

  /** @param {string} name */
  isSet(name) {
    return this.#set.has(name)
  }

  /** @param {string} name */
  stop(name) {
    clearTimeout(this.#set.get(name))
    this.#set.delete(name)
  }

  stopAll() {
    for (const name of [...this.#set.keys()]) this.stop(name)
  }
}
