// The buttons under the key: a link to this step, and larger boards on a phone.

import { find, pushButton, setData, setText } from "../parts/dom.js"
import { WORDS } from "../parts/words.js"

// Milliseconds that a button says what it has done.
const TOLD = 3000

/** @param {HTMLElement} root @param {() => number} at the player's tick */
export function makeTools(root, at) {
  const copy = pushButton("link", WORDS.copy_link, () => copyLink(copy, at()))
  let isLarge = false
  const size = pushButton("size", WORDS.larger, () => {
    isLarge = !isLarge
    setData(root, "large", isLarge ? "yes" : "")
    size.setAttribute("aria-pressed", String(isLarge))
  })
  size.setAttribute("aria-pressed", "false")
  find(root, ".tools").append(copy, size)
}

/** @param {HTMLButtonElement} button @param {number} at */
async function copyLink(button, at) {
  const url = new URL(location.href)
  url.searchParams.set("at", String(at))
  try {
    await navigator.clipboard.writeText(url.href)
    button.textContent = WORDS.copied
  } catch {
    // Without a secure connection there is no clipboard; the address of the page then says it.
    history.replaceState(history.state, "", url)
    button.textContent = WORDS.in_address
  }
  setTimeout(() => setText(button, WORDS.copy_link), TOLD)
}
