// A component's life in the page: mounted once, and never set back to older data.

/** @type {WeakMap<Element, any>} */
const MOUNTED = new WeakMap()

// The app on these elements. Streamlit may take a component away and put it back with its elements as they are: then it goes
// on as it was.
/**
 * @template T
 * @param {HTMLElement} parent
 * @param {(root: HTMLElement) => T} start
 * @returns {T}
 */
export function mounted(parent, start) {
  const root = /** @type {HTMLElement} */ (parent.querySelector(".app"))
  const app = MOUNTED.get(root) ?? start(root)
  MOUNTED.set(root, app)
  return app
}

// Whether these data are older than what the component has: while Streamlit loads a script, it may hand over the data of an
// earlier run of the page after those of a later one. Numbers: `numbered` in app/parts/component.py.
/** @param {{number?: number}} app @param {{number: number}} data */
export function isStale(app, data) {
  if (app.number !== undefined && data.number < app.number) return true
  app.number = data.number
  return false
}
