// What a key writes into a cell.

import { digitTyped } from "../parts/keys.js"

// The digit that a key writes, 0 to erase; null for any other key. While a run is shown, Space plays and erases nothing.
/** @param {KeyboardEvent} event @param {boolean} isRun */
export function digitOf(event, isRun) {
  if (event.ctrlKey || event.metaKey || event.altKey) return null
  if (event.key === "Backspace" || event.key === "Delete" || event.key === "." || (event.key === " " && !isRun))
    return 0
  return digitTyped(event)?.digit ?? null
}
