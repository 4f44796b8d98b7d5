// Dials and maps of the crime clock: pointing at a case in one shows it in the other; a click holds it. Nothing of it
// goes to the server. With the keyboard: Tab to a dial or map, arrows from case to case in order of time, Enter holds.
// The maps show the same ground: what enlarges or moves one does it to all, so that two months can be compared.

const pinOf = (event) => event.target.closest?.("[data-case]")

const SVG = "http://www.w3.org/2000/svg"

/** Pins of the dial are so much larger than their shapes: nobody enlarges it. */
const ON_DIAL = 1.45

/** Of many cases the pins are smaller, so that one is told from the next: of so many in a month, and not below half. */
const MANY = 800
const sizeOf = (months) => Math.max(0.5, Math.min(1, Math.sqrt(MANY / Math.max(1, ...months.map((one) => one?.id.length ?? 0)))))

function made(name, values) {
  const one = document.createElementNS(SVG, name)
  for (const key in values) one.setAttribute(key, values[key])
  return one
}

/** Cases of one place stand round it, each to be seen: the k-th so far off, in units of a pin, in the order of time. */
const TURN = Math.PI * (3 - Math.sqrt(5)), APART = 7

function beside(k) {
  const far = APART * Math.sqrt(k), at = k * TURN
  return k === 0 ? "" : ` translate(${(far * Math.cos(at)).toFixed(1)} ${(far * Math.sin(at)).toFixed(1)})`
}

/** One pin of every case that has a place here: on the dial or on the map. `columns`: see `dashboard/clock/pins.py`. */
function pinned(place, columns, shapes, where, scale) {
  const all = document.createDocumentFragment(), there = new Map()
  let first = true
  columns.id.forEach((id, at) => {
    const spot = columns[where][at]
    if (!spot) return
    const name = `${spot}`, k = there.get(name) ?? 0
    there.set(name, k + 1)
    const kind = columns.kinds[columns.kind[at]], [before, after] = columns.tells[columns.told[at]]
    const pin = made("path", {
      class: `pin ${kind}`, d: shapes[kind.split(" ")[0]] ?? shapes.g0, "data-case": id, role: "button",
      tabindex: first ? 0 : -1, "aria-label": `${before}${columns.when[at]}${after}`,
      transform: `translate(${spot[0]} ${spot[1]}) ${scale}${beside(k)}`,
    })
    first = false
    all.append(pin)
    const same = place.cases.get(id)
    if (same) same.push(pin)
    else place.cases.set(id, [pin])
  })
  all.append(made("circle", { class: "halo", r: 17 }))
  return all
}

function arcs(place, columns) {
  const all = document.createDocumentFragment()
  for (const [at, path] of columns.arcs) {
    const id = columns.id[at], arc = made("path", { class: `arc ${columns.kinds[columns.kind[at]].split(" ")[0]}`, d: path })
    all.append(arc)
    place.arcs.set(id, arc)
  }
  return all
}

/** Puts the pins of every month and the streets into the frames that the server drew. */
function filled(place, { months, shapes, streets }) {
  place.cases = new Map()
  place.arcs = new Map()
  place.size = sizeOf(months)
  // Measured before the pins are there: to ask for a box afterwards lays them all out, and again with their scale.
  const grounds = [...place.querySelectorAll("svg.ground")], scales = grounds.map((svg) => scaleOf(place, svg))
  grounds.forEach((svg, at) => { svg.dataset.scale = scales[at] ?? "" })
  for (const one of place.querySelectorAll(".streets")) {
    one.append(made("path", { class: "street", d: streets[1] }), made("path", { class: "street main", d: streets[0] }))
  }
  place.querySelectorAll(".month").forEach((month, at) => {
    const columns = months[at]
    if (!columns) return
    month.querySelector(".dial .pins").append(arcs(place, columns), pinned(place, columns, shapes, "dial", `scale(${ON_DIAL * place.size})`))
    month.querySelector(".ground .pins").append(pinned(place, columns, shapes, "ground", scales[at] ?? "scale(1)"))
  })
}

/** A ring round a pin; none: away with all rings. */
function ring(place, pin) {
  if (!pin) {
    for (const one of place.querySelectorAll(".halo.on")) one.classList.remove("on")
    return
  }
  const halo = pin.parentNode.querySelector(".halo")
  halo.setAttribute("transform", pin.getAttribute("transform"))
  halo.classList.add("on")
}

function begin(place) {
  place.held = ""
  const light = (id) => {
    for (const one of place.querySelectorAll(".lit")) one.classList.remove("lit")
    ring(place, null)
    place.arcs.get(id)?.classList.add("lit")
    let words = place.first
    for (const pin of place.cases.get(id) ?? []) {
      pin.classList.add("lit")
      ring(place, pin)
      words = pin.getAttribute("aria-label")
      // What a pointer that rests is told; made when one comes.
      if (pin.firstChild) continue
      pin.append(made("title", {}))
      pin.firstChild.textContent = words
    }
    const told = place.querySelector(".told")
    if (told) told.textContent = words
  }
  place.addEventListener("pointerover", (event) => { const pin = pinOf(event); if (pin) light(pin.dataset.case) })
  place.addEventListener("pointerout", (event) => { if (pinOf(event)) light(place.held) })
  place.addEventListener("focusin", (event) => { const pin = pinOf(event); if (pin) light(pin.dataset.case) })
  const hold = (pin) => {
    place.held = !pin || place.held === pin.dataset.case ? "" : pin.dataset.case
    for (const one of place.querySelectorAll("[aria-pressed=true]")) one.setAttribute("aria-pressed", "false")
    for (const one of place.cases.get(place.held) ?? []) one.setAttribute("aria-pressed", "true")
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

/** By what the pins of a map are to be larger than a unit of it; none while it is not to be seen. */
function scaleOf(place, svg) {
  const box = svg.getBoundingClientRect(), view = svg.viewBox.baseVal
  return box.width ? `scale(${(place.size * Math.max(view.width / box.width, view.height / box.height)).toFixed(3)})` : null
}

/** Pins of a map keep their size on the screen whatever the map's. */
function sized(place) {
  for (const svg of place.querySelectorAll("svg.ground")) {
    const scale = scaleOf(place, svg)
    // What was hidden or never sized is given its size; the same again costs nothing.
    if (!scale || svg.dataset.scale === scale) continue
    svg.dataset.scale = scale
    for (const pin of svg.querySelectorAll(".pins > *"))
      if (pin.hasAttribute("transform")) pin.setAttribute("transform", pin.getAttribute("transform").replace(/scale\([^)]*\)/, scale))
  }
}

export default function ({ parentElement, data: [data] }) {
  const place = parentElement.querySelector(".ssz-clock")
  if (place.cases === undefined) {
    moving(place)
    begin(place)
    place.watch = new ResizeObserver(() => sized(place))
    place.watch.observe(place)
  }
  if (place.dataset.mark !== data.mark) {
    place.held = ""
    place.innerHTML = data.html
    place.first = place.querySelector(".told").textContent
    filled(place, data)
    place.view = place.whole = place.querySelector("svg.ground")?.getAttribute("viewBox").split(" ").map(Number)
    // All of it is drawn: for the tests and the bench.
    place.dataset.mark = data.mark
  }
  place.classList.toggle("night", data.theme === "night")
}
