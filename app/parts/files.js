// Files, pictures and paper: what goes out of the page.

import { WORDS } from "./words.js"

/** @param {string} name @param {string} kind @param {string | Blob} content */
export function saveFile(name, kind, content) {
  const link = document.createElement("a")
  link.href = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type: kind }))
  link.download = name
  link.click()
  // Not at once: some browsers read the address only after the click has returned.
  setTimeout(() => URL.revokeObjectURL(link.href), 10000)
}

// A drawing as a picture of `side` pixels.
/** @param {string} svg @returns {Promise<Blob>} */
export async function paint(svg, side = 1000) {
  const image = new Image()
  image.width = image.height = side
  // A data address and no blob: the canvas stays clean, so that its picture can be read out.
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`
  await image.decode()
  const canvas = document.createElement("canvas")
  canvas.width = canvas.height = side
  canvas.getContext("2d")?.drawImage(image, 0, 0, side, side)
  return new Promise((resolve, reject) =>
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture"))), "image/png"),
  )
}

// A page of its own goes to the printer, from a frame that nobody sees.
/** @param {string} page */
export function printPage(page) {
  const frame = document.createElement("iframe")
  frame.className = "vmd-sheet"
  frame.title = WORDS.sheet
  frame.style.cssText = "position:fixed;width:0;height:0;border:0;visibility:hidden"
  frame.onload = () => {
    const sheet = frame.contentWindow
    if (!sheet) return
    // Not before: a frame that is gone prints nothing.
    sheet.onafterprint = () => frame.remove()
    sheet.print()
  }
  frame.srcdoc = page
  document.body.append(frame)
}
