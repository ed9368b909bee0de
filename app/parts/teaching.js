// What a teacher's link asks of a page: projector mode, the script of the digits, what is hidden.

import { setData } from "./dom.js"

/** @typedef {import("../types").Teaching} Teaching */

const USUAL = "123456789"
let signs = [...USUAL]

// A digit in the script that was chosen; "" for a blank.
/** @param {number} digit */
export const signOf = (digit) => (digit ? signs[digit - 1] : "")

/** @param {HTMLElement} root @param {Teaching | undefined} asked */
export function teach(root, asked) {
  signs = [...(asked?.digits ?? USUAL)]
  setData(root, "projector", asked?.projector ? "yes" : "")
  setData(root, "hide", (asked?.hide ?? []).join(" "))
}
