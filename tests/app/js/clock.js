// A clock that stands still until a test lets it run.

let now = 0
let next = 1
let timers = new Map()

export function stopClock() {
  now = 0
  timers = new Map()
  globalThis.setTimeout = (act, wait) => {
    timers.set(next, { at: now + wait, act })
    return next++
  }
  globalThis.clearTimeout = (timer) => timers.delete(timer)
  Date.now = () => now
}

export function run(wait) {
  const end = now + wait
  for (;;) {
    const [first] = [...timers].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)
    if (!first) break
    timers.delete(first[0])
    now = first[1].at
    first[1].act()
  }
  now = end
}
