// Elements of the page: made of text alone, never of HTML, and touched only where something differs.

import { WORDS } from "./words.js"

// An element with a class, words, and what is inside it.
/**
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {string} [name]
 * @param {string} [text]
 * @param {...(Node | string)} inside
 * @returns {HTMLElementTagNameMap[T]}
 */
export function make(tag, name = "", text = "", ...inside) {
  const node = document.createElement(tag)
  if (name) node.className = name
  if (text) node.textContent = text
  node.append(...inside)
  return node
}

/** @param {string} name @param {string} text @param {() => void} act */
export function pushButton(name, text, act) {
  const node = make("button", name, text)
  node.type = "button"
  node.onclick = act
  return node
}

// The head of a column of a table.
/** @param {string} text @param {...Node} inside */
export function columnHead(text, ...inside) {
  const node = make("th", "", text, ...inside)
  node.scope = "col"
  return node
}

// The head of a row of a table.
/** @param {string} text */
export function rowHead(text) {
  const node = make("th", "", text)
  node.scope = "row"
  return node
}

const SVG = "http://www.w3.org/2000/svg"

/** @param {string} name @param {Record<string, any>} attributes @param {...Node} inside @returns {SVGElement} */
export function makeSvg(name, attributes, ...inside) {
  const node = /** @type {SVGElement} */ (document.createElementNS(SVG, name))
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value)
  node.append(...inside)
  return node
}

/** @param {ParentNode} root @param {string} selector @returns {HTMLElement} */
export const find = (root, selector) => /** @type {HTMLElement} */ (root.querySelector(selector))
/** @param {ParentNode} root @param {string} selector @returns {HTMLButtonElement} */
export const findButton = (root, selector) => /** @type {HTMLButtonElement} */ (root.querySelector(selector))
/** @param {ParentNode} root @param {string} selector @returns {HTMLDetailsElement} */
export const findDetails = (root, selector) => /** @type {HTMLDetailsElement} */ (root.querySelector(selector))

// The words of a component's own HTML, which says only which ones: data-word is the text, data-label what a screen reader says.
/** @param {ParentNode} root */
export function fillWords(root) {
  /** @type {NodeListOf<HTMLElement>} */
  const nodes = root.querySelectorAll("[data-word], [data-label], [data-title]")
  for (const node of nodes) {
    const { word, label, title } = node.dataset
    if (word) node.textContent = WORDS[word]
    if (label) node.setAttribute("aria-label", WORDS[label])
    if (title) node.title = WORDS[title]
  }
}

// Which element of a component has the keyboard: components lie in a shadow root of their own.
/** @param {Node} node */
export const focused = (node) => /** @type {Document | ShadowRoot} */ (node.getRootNode()).activeElement

// Set only what differs: a frame of the player touches the few nodes that change.
/** @param {Node} node @param {string} text */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text
}
/** @param {HTMLElement} node @param {string} name */
export function setName(node, name) {
  if (node.className !== name) node.className = name
}
/** @param {HTMLElement} node @param {string} name @param {string | number | boolean | undefined} value */
export function setData(node, name, value) {
  if (value === undefined || value === "") delete node.dataset[name]
  else if (node.dataset[name] !== String(value)) node.dataset[name] = String(value)
}

// Whether the components have one column, as on a phone: the same width as in board.css.
export const isNarrow = () => window.matchMedia("(max-width: 771.9px)").matches

// Scroll so that `first` begins the screen, if any of `nodes` is out of sight.
/** @param {HTMLElement} first @param {HTMLElement[]} nodes */
export function reveal(first, nodes) {
  // What is hidden has no height and is not missed.
  const edges = nodes.map((node) => node.getBoundingClientRect()).filter(({ height }) => height > 0)
  const top = parseFloat(getComputedStyle(first).scrollMarginTop)
  if (edges.some((edge) => edge.top < top || edge.bottom > window.innerHeight)) {
    first.scrollIntoView({ behavior: REDUCED() ? "auto" : "smooth", block: "start" })
  }
}

// Whether the visitor asked for less motion.
export const REDUCED = () => window.matchMedia("(prefers-reduced-motion: reduce)").matches
