// While Streamlit loads a script, it may hand over the data of an earlier run of the page after those of a later one.

// Whether these data are older than what the component has. Numbers: components.numbered.
function isStale(app, data) {
  if (data.number < app.number) return true
  app.number = data.number
  return false
}
