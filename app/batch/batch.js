// Entry of the Batch page's component.

import { isStale, mounted } from "../parts/order.js"
import { Shelf } from "./shelf.js"

/** @param {{data: import("../types").BatchData, parentElement: HTMLElement, setStateValue: (name: string, value: any) => void}} here */
export default function ({ data, parentElement, setStateValue }) {
  const shelf = mounted(parentElement, (root) => new Shelf(root))
  if (isStale(shelf, data)) return () => {}
  // Handed over anew at each call: the old one may belong to an earlier render.
  shelf.open = (arm, place) => setStateValue("open", { press: Date.now(), arm, place })
  shelf.receive(data)
  return () => {}
}
