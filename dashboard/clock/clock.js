// Dials and maps of the crime clock: pointing at a case in one shows it in the other; a click holds it. Nothing of it
// goes to the server. With the keyboard: Tab to a dial or map, arrows from case to case in order of time, Enter holds.
// The maps show the same ground: what enlarges or moves one does it to all, so that two months can be compared.

const pinOf = (event) => event.target.closest?.("[data-case]")

function begin(place) {
  place.held = ""
  const light = (id) => {
    for (const one of place.querySelectorAll(".lit")) one.classList.remove("lit")
    const told = place.querySelector(".told")
    if (!told) return
    place.first ??= told.textContent
    let words = place.first
    for (const one of place.querySelectorAll("[data-case],[data-arc]")) {
      if ((one.dataset.case ?? one.dataset.arc) !== id || !id) continue
      one.classList.add("lit")
      if (one.dataset.case) words = one.getAttribute("aria-label")
    }
    told.textContent = words
  }
  place.addEventListener("pointerover", (event) => { const pin = pinOf(event); if (pin) light(pin.dataset.case) })
  place.addEventListener("pointerout", (event) => { if (pinOf(event)) light(place.held) })
  place.addEventListener("focusin", (event) => { const pin = pinOf(event); if (pin) light(pin.dataset.case) })
  const hold = (pin) => {
    place.held = !pin || place.held === pin.dataset.case ? "" : pin.dataset.case
    for (const one of place.querySelectorAll("[data-case]"))
      one.setAttribute("aria-pressed", String(one.dataset.case === place.held && place.held !== ""))
    light(place.held)
  }
  place.addEventListener("click", (event) => hold(pinOf(event)))
  place.addEventListener("keydown", (event) => {
    const pin = pinOf(event)
    if (!pin) return
    if (event.key === "Enter" || event.key === " ") hold(pin)
    else {
      const way = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
      if (!way) return
      const pins = [...pin.ownerSVGElement.querySelectorAll("[data-case]")]
      const next = pins[(pins.indexOf(pin) + way + pins.length) % pins.length]
      pin.setAttribute("tabindex", "-1")
      next.setAttribute("tabindex", "0")
      next.focus()
    }
    event.preventDefault()
  })
}

const STEP = 1.5, DEEPEST = 40

/** Shows a part of the ground, [left, top, width, height] in metres, on every map; none: all of it. */
function show(place, view) {
  const maps = [...place.querySelectorAll("svg.ground")]
  if (!maps.length) return
  place.whole ??= maps[0].getAttribute("viewBox").split(" ").map(Number)
  place.view = view ?? place.whole
  for (const svg of maps) svg.setAttribute("viewBox", place.view.join(" "))
  sized(place)
}

/** Larger by a factor, so that the place under the pointer stays; in the middle without one. */
function zoom(place, factor, svg, x, y) {
  const view = place.view, width = Math.min(place.whole[2] * 2, Math.max(place.whole[2] / DEEPEST, view[2] / factor))
  const by = width / view[2]
  const at = svg && x !== undefined
    ? new DOMPoint(x, y).matrixTransform(svg.getScreenCTM().inverse())
    : { x: view[0] + view[2] / 2, y: view[1] + view[3] / 2 }
  show(place, [at.x - (at.x - view[0]) * by, at.y - (at.y - view[1]) * by, width, view[3] * by])
}

function moving(place) {
  let from = null, moved = false
  const mapOf = (event) => event.target.closest?.("svg.ground")
  place.addEventListener("pointerdown", (event) => { from = mapOf(event) && [event.clientX, event.clientY]; moved = false })
  place.addEventListener("pointermove", (event) => {
    const svg = mapOf(event)
    if (!from || !svg || !(event.buttons & 1)) return
    const x = event.clientX - from[0], y = event.clientY - from[1]
    if (!moved && Math.hypot(x, y) < 5) return
    if (!moved) svg.setPointerCapture(event.pointerId)
    moved = true
    from = [event.clientX, event.clientY]
    const metres = 1 / svg.getScreenCTM().a
    show(place, [place.view[0] - x * metres, place.view[1] - y * metres, place.view[2], place.view[3]])
  })
  place.addEventListener("pointerup", () => { from = null })
  // A move is no choice.
  place.addEventListener("click", (event) => {
    const tool = event.target.closest?.("[data-tool]")?.dataset.tool
    if (moved || tool) event.stopImmediatePropagation()
    moved = false
    if (tool === "fit") show(place, null)
    else if (tool) zoom(place, tool === "in" ? STEP : 1 / STEP)
  }, true)
  place.addEventListener("wheel", (event) => {
    const svg = mapOf(event)
    if (!svg) return
    event.preventDefault()
    zoom(place, STEP ** (-Math.sign(event.deltaY) / 2), svg, event.clientX, event.clientY)
  }, { passive: false })
  place.addEventListener("keydown", (event) => {
    if (!mapOf(event)) return
    if (event.key === "+" || event.key === "=") zoom(place, STEP)
    else if (event.key === "-") zoom(place, 1 / STEP)
    else if (event.key === "0") show(place, null)
    else return
    event.preventDefault()
  })
}

/** Pins of a map keep their size on the screen whatever the map's. */
function sized(place) {
  for (const svg of place.querySelectorAll("svg.ground")) {
    const box = svg.getBoundingClientRect(), view = svg.viewBox.baseVal
    if (!box.width) continue
    const scale = Math.max(view.width / box.width, view.height / box.height)
    for (const pin of svg.querySelectorAll(".pin"))
      pin.setAttribute("transform", pin.getAttribute("transform").replace(/scale\(.*\)/, `scale(${scale})`))
  }
}

export default function ({ parentElement, data: [data] }) {
  const place = parentElement.querySelector(".ssz-clock")
  if (place.told === undefined) {
    moving(place)
    begin(place)
    place.watch = new ResizeObserver(() => sized(place))
    place.watch.observe(place)
  }
  if (place.told !== data.html) {
    place.told = data.html
    place.first = undefined
    place.held = ""
    place.innerHTML = data.html
    place.whole = undefined
    show(place, null)
  }
  place.classList.toggle("night", data.theme === "night")
}
