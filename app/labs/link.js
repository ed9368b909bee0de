// Entry of a component that shows nothing: the page's address says what is chosen.

import { Address } from "../parts/address.js"
import { isStale, mounted } from "../parts/order.js"

class Link {
  /** @type {number | undefined} */
  number
  address = new Address()
}

/** @param {{data: {number: number, query: string}, parentElement: HTMLElement}} here */
export default function ({ data, parentElement }) {
  const link = mounted(parentElement, () => new Link())
  if (!isStale(link, data)) link.address.show(data.query)
  return () => {}
}
