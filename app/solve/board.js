// Entry of the Solve page's component.

import { isStale, mounted } from "../parts/order.js"
import { App } from "./app.js"
import { receive } from "./exchange.js"

/** @param {{data: import("../types").SolveData, parentElement: HTMLElement, setStateValue: (name: string, value: any) => void}} here */
export default function ({ data, parentElement, setStateValue }) {
  const app = mounted(parentElement, (root) => new App(root))
  if (isStale(app, data)) return () => {}
  app.attach()
  // Handed over anew at each call: the old ones may belong to an earlier render.
  app.talk.send = (value) => setStateValue("board", value)
  receive(app, data)
  return () => app.remove()
}
