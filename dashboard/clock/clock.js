// Dials and maps of the crime clock: pointing at a case in one shows it in the other; a click holds it. Nothing of it
// goes to the server. With the keyboard: Tab to a dial or map, arrows from case to case in order of time, Enter holds.

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
    begin(place)
    place.watch = new ResizeObserver(() => sized(place))
    place.watch.observe(place)
  }
  if (place.told !== data.html) {
    place.told = data.html
    place.first = undefined
    place.held = ""
    place.innerHTML = data.html
    sized(place)
  }
  place.classList.toggle("night", data.theme === "night")
}
