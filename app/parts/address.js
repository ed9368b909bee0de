// The page's address says what is on it, so that a copy of it, or loading it again, brings that back.

// Streamlit's own parameters, which say how the page is framed.
const KEPT = ["embed", "embed_options"]

export class Address {
  // A page that is being left may still be drawn once more, and must not write into the next one's address.
  #path = location.pathname

  // Replaced, never added to: Back leads to the page before, not to the digit before.
  /** @param {string} query */
  show(query) {
    const now = new URLSearchParams(location.search)
    const wanted = new URLSearchParams(query)
    for (const name of KEPT) for (const value of now.getAll(name)) wanted.append(name, value)
    if (location.pathname !== this.#path || now.toString() === wanted.toString()) return
    history.replaceState(history.state, "", `${location.pathname}?${wanted}${location.hash}`)
  }
}
