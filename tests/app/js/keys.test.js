import assert from "node:assert/strict"
import { test } from "node:test"

import { asksForHelp, decimalOf, digitTyped, letterTyped } from "../../../app/parts/keys.js"

const key = (written, code, more = {}) => ({ key: written, code, shiftKey: false, ...more })
const SHIFT = { shiftKey: true }

test("decimal digits of every script have their value", () => {
  for (const row of [
    "0123456789",
    "٠١٢٣٤٥٦٧٨٩",
    "۰۱۲۳۴۵۶۷۸۹",
    "०१२३४५६७८९",
    "০১২৩৪৫৬৭৮৯",
    "๐๑๒๓๔๕๖๗๘๙",
    "０１２３４５６７８９",
  ]) {
    assert.deepEqual([...row].map(decimalOf), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], row)
  }
  for (const other of ["a", "½", "Ⅳ", "", "10", "End"]) assert.equal(decimalOf(other), null, other)
})

test("a digit is the layout's, or the key's place in the digit row", () => {
  const typed = (...of) => digitTyped(key(...of))
  const one = { digit: 1, shifted: false }
  assert.deepEqual(typed("1", "Digit1"), one)
  assert.deepEqual(typed("1", "Numpad1"), one)
  assert.deepEqual(typed("&", "Digit1"), one, "French, without Shift")
  assert.deepEqual(typed("1", "Digit1", SHIFT), one, "French, with Shift")
  assert.deepEqual(typed("+", "Digit1"), one, "Czech")
  assert.deepEqual(typed("۱", "Digit1"), one, "Persian")
  assert.deepEqual(typed("١", "Digit1"), one, "Arabic")
  assert.deepEqual(typed("१", "Digit1"), one, "Hindi")
  assert.deepEqual(typed("۱", ""), one, "a keyboard on the screen")
  assert.deepEqual(typed("Process", "Digit1"), one, "an input method")
  assert.deepEqual(typed("à", "Digit0"), { digit: 0, shifted: false })
})

test("Shift makes a note of it, where it is not needed to write the digit", () => {
  const typed = (...of) => digitTyped(key(...of))
  assert.deepEqual(typed("!", "Digit1", SHIFT), { digit: 1, shifted: true })
  assert.deepEqual(typed("۱", "Numpad1", SHIFT), { digit: 1, shifted: true })
  assert.deepEqual(typed("?", "Digit7", SHIFT), { digit: 7, shifted: true }, "Russian")
})

test("other keys write no digit", () => {
  assert.equal(digitTyped(key("a", "KeyA")), null)
  assert.equal(digitTyped(key("End", "Numpad1")), null)
  assert.equal(digitTyped(key("Clear", "Numpad5", SHIFT)), null)
  assert.equal(digitTyped(key("~", "Digit2", { getModifierState: (name) => name === "AltGraph" })), null, "AltGr")
})

test("a letter is the layout's, or where the key lies if the layout is not Latin", () => {
  assert.equal(letterTyped(key("Z", "KeyZ")), "z")
  assert.equal(letterTyped(key("z", "KeyW")), "z", "French")
  assert.equal(letterTyped(key("я", "KeyZ")), "z", "Russian")
  assert.equal(letterTyped(key("ئ", "KeyZ")), "z", "Arabic")
  assert.equal(letterTyped(key(";", "KeyZ")), "", "Dvorak")
  assert.equal(letterTyped(key("ö", "KeyZ")), "")
  assert.equal(letterTyped(key("Enter", "Enter")), "")
})

test("the question mark of other scripts asks for help, too", () => {
  assert.ok(["?", "؟", "？"].every((written) => asksForHelp(key(written, "Slash"))))
  assert.ok(!asksForHelp(key("/", "Slash")))
})
