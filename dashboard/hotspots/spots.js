// The map and the list of hotspots in the page: what the server drew is put in once; it is moved, enlarged and chosen
// from here. A choice goes to the server, and comes back with which one is told in full.

const STEP = 1.5
const DEEPEST = 24

/** A map that can be moved. `svg` has a viewBox in metres; what stands at a place keeps its size on the screen. */
function moving(svg) {
  const whole = svg.getAttribute("viewBox").split(" ").map(Number)
  let view = whole
  const plates = [...svg.querySelectorAll(".plate")], labels = [...svg.querySelectorAll(".label")]
  const bar = svg.parentElement.querySelector(".scale")
  const metres = () => {
    const box = svg.getBoundingClientRect()
    return box.width ? Math.max(view[2] / box.width, view[3] / box.height) : 0
  }

  // A name stands where no name or rank of a better one is; the rank always does. Drawn last is first in rank.
  const names = () => {
    const whole = svg.getBoundingClientRect()
    const taken = plates.map((plate) => plate.querySelector("circle:not(.ring)").getBoundingClientRect())
    for (let at = plates.length - 1; at >= 0; at--) {
      const name = plates[at].querySelector(".name")
      // None is cut by the rim: it moves aside while its place is on the map.
      name.removeAttribute("dx")
      const { left, right } = name.getBoundingClientRect(), { left: middle } = taken[at]
      if (middle > whole.left && middle < whole.right)
        name.setAttribute("dx", Math.max(whole.left + 6 - left, 0) + Math.min(whole.right - 6 - right, 0))
      const box = name.getBoundingClientRect()
      const hit = taken.some((one) =>
        one.left < box.right && box.left < one.right && one.top < box.bottom - 4 && box.top + 4 < one.bottom)
      name.classList.toggle("away", hit)
      if (!hit) taken.push(box)
    }
    // Names of the ground stand where room is left, whole or not at all.
    for (const part of svg.parentElement.querySelectorAll(".tools button, .scale")) taken.push(part.getBoundingClientRect())
    for (const label of labels) {
      const box = label.getBoundingClientRect()
      const fits = box.left > whole.left && box.right < whole.right && box.top > whole.top && box.bottom < whole.bottom
        && !taken.some((one) =>
          one.left < box.right && box.left < one.right && one.top < box.bottom - 3 && box.top + 3 < one.bottom)
      label.classList.toggle("away", !fits)
      if (fits) taken.push(box)
    }
  }

  /** The bar is the longest 1, 2 or 5 of a power of ten that stays below 140 pixels. */
  const measure = (scale) => {
    const most = scale * 140, ten = 10 ** Math.floor(Math.log10(most))
    const m = [5, 2, 1].map((part) => part * ten).find((one) => one <= most)
    bar.querySelector("b").style.width = `${m / scale}px`
    bar.querySelector("span").textContent = (m < 1000 ? bar.dataset.m : bar.dataset.km).replace("#", m < 1000 ? m : m / 1000)
    bar.hidden = false
  }

  const show = () => {
    const scale = metres()
    if (!scale) return
    svg.setAttribute("viewBox", view.join(" "))
    for (const plate of plates)
      plate.setAttribute("transform", `translate(${plate.dataset.x} ${plate.dataset.y}) scale(${scale})`)
    for (const label of labels) {
      const { x, y, turn } = label.dataset
      label.setAttribute("transform", `translate(${x} ${y}) scale(${scale}) rotate(${turn})`)
    }
    measure(scale)
    names()
  }

  /** Larger by a factor, so that the place at (x, y) of the screen stays; in the middle without one. */
  const zoom = (factor, x, y) => {
    const width = Math.min(whole[2] * 2, Math.max(whole[2] / DEEPEST, view[2] / factor)), by = width / view[2]
    const at = x === undefined
      ? { x: view[0] + view[2] / 2, y: view[1] + view[3] / 2 }
      : new DOMPoint(x, y).matrixTransform(svg.getScreenCTM().inverse())
    view = [at.x - (at.x - view[0]) * by, at.y - (at.y - view[1]) * by, width, view[3] * by]
    show()
  }
  const move = (x, y) => {
    view = [view[0] - x * metres(), view[1] - y * metres(), view[2], view[3]]
    show()
  }

  let from = null, moved = false
  svg.addEventListener("pointerdown", (event) => { from = [event.clientX, event.clientY]; moved = false })
  svg.addEventListener("pointermove", (event) => {
    if (!from || !(event.buttons & 1)) return
    const by = [event.clientX - from[0], event.clientY - from[1]]
    if (!moved && Math.hypot(...by) < 5) return
    if (!moved) svg.setPointerCapture(event.pointerId)
    moved = true
    from = [event.clientX, event.clientY]
    move(...by)
  })
  svg.addEventListener("pointerup", () => { from = null })
  // A move is no choice.
  svg.addEventListener("click", (event) => { if (moved) event.stopPropagation(); moved = false }, true)
  svg.addEventListener("wheel", (event) => {
    event.preventDefault()
    zoom(STEP ** (-Math.sign(event.deltaY) / 2), event.clientX, event.clientY)
  }, { passive: false })
  svg.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] }[event.key]
    if (way) move(...way)
    else if (event.key === "+" || event.key === "=") zoom(STEP)
    else if (event.key === "-") zoom(1 / STEP)
    else return
    event.preventDefault()
  })
  const watch = new ResizeObserver(show)
  watch.observe(svg)
  return {
    tool: (name) => {
      if (name === "all") { view = whole; show() } else zoom(name === "in" ? STEP : 1 / STEP)
    },
    stop: () => watch.disconnect(),
  }
}

/** Order the list by the column of a head: its numbers the other way round each time, the least first. */
function order(button) {
  const head = button.closest("th"), up = head.getAttribute("aria-sort") !== "ascending"
  const at = [...head.parentElement.children].indexOf(head), body = head.closest("table").tBodies[0]
  const value = (row) => Number(row.children[at].dataset.order)
  const rows = [...body.rows].sort((one, other) => (value(one) - value(other)) * (up ? 1 : -1))
  for (const other of head.parentElement.children) if (other !== head && other.ariaSort) other.ariaSort = "none"
  head.setAttribute("aria-sort", up ? "ascending" : "descending")
  body.append(...rows)
}

function begin(place) {
  const chosen = (event) => event.target.closest("[data-spot]")?.dataset.spot
  place.addEventListener("click", (event) => {
    const tool = event.target.closest("[data-zoom]")?.dataset.zoom
    const column = event.target.closest("button[data-order]")
    if (column) order(column)
    else if (tool) place.map.tool(tool)
    else if (chosen(event)) place.tell(chosen(event))
  })
  place.addEventListener("keydown", (event) => {
    const plate = event.target.closest("g[data-spot]")
    if (!plate || (event.key !== "Enter" && event.key !== " ")) return
    event.preventDefault()
    place.tell(plate.dataset.spot)
  })
}

export default function ({ parentElement, data: [data], setTriggerValue }) {
  const place = parentElement.querySelector(".ssz-spots")
  place.tell = (spot) => setTriggerValue("spot", spot)
  if (place.told === undefined) begin(place)
  if (place.told !== data.html) {
    place.told = data.html
    place.innerHTML = data.html
    place.map?.stop()
    const svg = place.querySelector("svg")
    place.map = svg ? moving(svg) : null
  }
  place.classList.toggle("night", data.theme === "night")
  for (const one of place.querySelectorAll("[data-spot]")) {
    const is = one.dataset.spot === data.chosen
    one.classList.toggle("chosen", is)
    if (one.matches("button, [role=button]")) one.setAttribute("aria-pressed", String(is))
  }
}
