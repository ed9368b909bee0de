// Entry of the Compare page's component.

import { isStale, mounted } from "../parts/order.js"
import { Stage } from "./stage.js"

/** @param {{data: import("../types").CompareData, parentElement: HTMLElement}} here */
export default function ({ data, parentElement }) {
  const stage = mounted(parentElement, (root) => new Stage(root))
  if (isStale(stage, data)) return () => {}
  stage.attach()
  stage.receive(data)
  return () => stage.remove()
}
