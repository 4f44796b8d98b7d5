"""`python -m scripts.city_pictures DATA OUT [vancouver|chicago …]`: the workbench on whole real cities, as pictures.

DATA holds `vancouver.parquet` and `chicago.parquet` (see docs/cities.md). Each city is imported by the product's own
command into a store of its own, the product is started on it in the city's time zone, and every page of the workbench
is opened in Chromium. Written: `OUT/<city>-<page>.webp`, and the first page of the incidents' report.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import orjson
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from benchmarks.browser import chromium
from dashboard.access.sessions import COOKIE
from dashboard.words import word
from tests.app.serving import ROOT, Product, environment

_PATIENCE_MS = 300_000
_WIDTH, _HEIGHT, _MOST = 1360, 1000, 1_500
#: Nothing runs on the server any more, and no part is drawn pale because it is old.
_STILL = """() => document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState === 'notRunning'
    && !document.querySelector('[data-stale="true"]') && !document.querySelector('[data-testid="stSkeleton"]')"""
_SETTLED = "() => document.querySelector('.ssz-cases')?.dataset.settled"


@dataclass(frozen=True, slots=True)
class City:
    """A city's file and what a station says of it. `groups`: name of an offence -> group; `zone`: (west, south, east,
    north); `month`: as the bar's address tells it; `start`: the day the zone's measures are taken to have begun."""

    name: str
    title: str
    place: tuple[float, float]
    timezone: str
    groups: Mapping[str, int]
    zone: tuple[float, float, float, float]
    month: str
    years: str
    start: str


_PERSON, _PROPERTY, _SPECIAL, _STATE = 1, 2, 3, 4
CITIES = (
    City(
        "vancouver", "Vancouver", (49.26, -123.11), "America/Vancouver",
        {
            "Other Theft": _PROPERTY, "Theft from Vehicle": _PROPERTY, "Theft of Bicycle": _PROPERTY,
            "Theft of Vehicle": _PROPERTY, "Break and Enter Commercial": _PROPERTY, "Mischief": _PROPERTY,
            "Break and Enter Residential/Other": _PROPERTY,
            "Vehicle Collision or Pedestrian Struck (with Injury)": _PERSON,
            "Vehicle Collision or Pedestrian Struck (with Fatality)": _PERSON,
        },
        (-123.128, 49.278, -123.112, 49.287), "period=days&from=2022-11-01&to=2022-11-30",
        "period=days&from=2020-01-01&to=2022-12-31", "2022-01-01",
    ),
    City(
        "chicago", "Chicago", (41.84, -87.66), "America/Chicago",
        {
            "THEFT": _PROPERTY, "BURGLARY": _PROPERTY, "ROBBERY": _PROPERTY, "MOTOR VEHICLE THEFT": _PROPERTY,
            "CRIMINAL DAMAGE": _PROPERTY, "DECEPTIVE PRACTICE": _PROPERTY, "ARSON": _PROPERTY,
            "CRIMINAL TRESPASS": _PROPERTY, "BATTERY": _PERSON, "ASSAULT": _PERSON, "HOMICIDE": _PERSON,
            "CRIM SEXUAL ASSAULT": _PERSON, "SEX OFFENSE": _PERSON, "KIDNAPPING": _PERSON, "STALKING": _PERSON,
            "NARCOTICS": _STATE, "WEAPONS VIOLATION": _STATE, "GAMBLING": _STATE, "PROSTITUTION": _STATE,
            "LIQUOR LAW VIOLATION": _STATE, "DOMESTIC VIOLENCE": _SPECIAL,
        },
        (-87.636, 41.876, -87.622, 41.888), "period=days&from=2018-10-01&to=2018-10-31",
        "period=days&from=2015-01-01&to=2018-12-31", "2018-01-01",
    ),
)  # fmt: skip


def main() -> int:
    """Import, start, take the pictures, city after city."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("city", nargs="*", help="only these")
    parser.add_argument("--keep", type=Path, help="folder where the stores stay, to be used again by the next run")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    for city in CITIES:
        if args.city and city.name not in args.city:
            continue
        file = args.data / f"{city.name}.parquet"
        if args.keep:
            kept = args.keep / city.name
            kept.mkdir(parents=True, exist_ok=True)
            _city(city, file, args.out, kept)
        else:
            with tempfile.TemporaryDirectory(prefix=f"{city.name}-") as folder:
                _city(city, file, args.out, Path(folder))
    return 0


def _city(city: City, file: Path, out: Path, folder: Path) -> None:
    product = Product(folder, {"SSZ_TIMEZONE": city.timezone})
    env = environment(folder, product.port, **product.settings)

    def manage(*words: str) -> None:
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "manage.py", *words], cwd=ROOT, env=env, capture_output=True, text=True, check=False
        )
        sys.stdout.write(done.stdout)
        if done.returncode:
            raise SystemExit(done.stderr)

    known = (folder / "ssz.db").exists()
    manage("migrate")
    if not known:
        _import(city, file, folder, manage)
    cookie = product.session("chief").cookie
    product.start()
    try:
        with chromium() as browser:
            _pictures(browser, product, cookie, city, file, out)
    finally:
        product.stop()


def _import(city: City, file: Path, folder: Path, manage: Callable[..., None]) -> None:
    """All of the city by the product's own commands."""
    station, zone = _registers(city, folder)
    manage("station", "import", str(station))
    manage("zone", "import", str(zone))
    named = [part for name, group in city.groups.items() for part in ("--offence", f"{name}={group}")]
    manage("import-incidents", str(file), "--station", city.name, *named)


def _registers(city: City, folder: Path) -> tuple[Path, Path]:
    """The station and a zone drawn for this, as files to import."""
    lat, lon = city.place
    station = folder / "stations.csv"
    station.write_text(
        "code,name_th,name_en,kind,bureau,province,lat,lon,plausible_km\n"
        f"{city.name},{city.title},{city.title},test,,,{lat},{lon},60\n"
    )
    west, south, east, north = city.zone
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    feature = {
        "type": "Feature",
        "properties": {"station": city.name, "code": "centre", "name_th": "ย่านใจกลางเมือง", "name_en": "City centre",
                       "kind": "economic"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }  # fmt: skip
    zone = folder / "zones.geojson"
    zone.write_bytes(orjson.dumps({"type": "FeatureCollection", "features": [feature]}))
    return station, zone


def _pictures(browser: Browser, product: Product, cookie: str, city: City, file: Path, out: Path) -> None:
    context = browser.new_context(
        viewport={"width": _WIDTH, "height": _HEIGHT}, locale="th-TH", accept_downloads=True
    )
    context.add_cookies([{"name": COOKIE, "value": cookie, "url": product.url}])
    page = context.new_page()
    page.set_default_timeout(_PATIENCE_MS)
    month, years = f"v=1&{city.month}", f"v=1&{city.years}"
    shots: Sequence[tuple[str, str, Callable[[Page], object]]] = (
        ("incidents", f"/incidents?{month}", _views),
        ("incidents-all", f"/incidents?{years}", _views),
        ("clock", f"/clock?{month}&station={city.name}", _still),
        ("before-after", f"/before-after?station={city.name}&zone=centre&start={city.start}", _still),
        ("entry", "/incident-entry", _still),
        ("imports", "/imports", lambda one: _upload(one, file)),
    )
    for name, path, ready in shots:
        page.goto(product.url + path, wait_until="commit")
        ready(page)
        _keep(page, out / f"{city.name}-{name}.webp")
    page.goto(f"{product.url}/incidents?{month}", wait_until="commit")
    _views(page)
    record = page.locator('a[href*="incident?"]').first
    page.goto(product.url + "/" + str(record.get_attribute("href")).lstrip("/"), wait_until="commit")
    _still(page)
    _keep(page, out / f"{city.name}-record.webp")
    _report(page, product, month, out / f"{city.name}-report.webp")
    context.close()


def _views(page: Page) -> None:
    page.wait_for_function(_SETTLED)
    _still(page)


def _still(page: Page) -> None:
    """Wait until the page is drawn: the server has nothing to add, and two frames later its pixels are out."""
    expect(page.locator("h1").first).to_be_visible(timeout=_PATIENCE_MS)
    page.wait_for_function(_STILL)
    page.wait_for_load_state("networkidle")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def _upload(page: Page, file: Path) -> None:
    _still(page)
    page.locator('input[type="file"]').set_input_files(file)
    expect(page.get_by_test_id("stMetric").first).to_be_visible(timeout=_PATIENCE_MS)
    _still(page)


def _report(page: Page, product: Product, month: str, to: Path) -> None:
    """State what for, take the picture of the report, keep its first page."""
    page.goto(f"{product.url}/incidents?{month}", wait_until="commit")
    _views(page)
    page.get_by_role("button", name=word("exp.files", "th")).click()
    said = page.get_by_test_id("stPopoverBody").get_by_role("textbox").last
    said.fill("ภาพประกอบเอกสารของโปรแกรม")
    said.press("Tab")
    page.get_by_test_id("stFormSubmitButton").get_by_role("button").last.click()
    with page.expect_download(timeout=_PATIENCE_MS) as coming:
        page.get_by_test_id("stDownloadButton").get_by_role("button", name=re.compile("PNG")).click()
    whole = Image.open(coming.value.path())
    first = whole.crop((0, 0, whole.width, min(whole.height, round(whole.width * 297 / 210))))
    first.resize((round(first.width * 0.7), round(first.height * 0.7))).save(to, "WEBP", quality=80, method=6)


def _keep(page: Page, to: Path) -> None:
    """The whole of the page, as long as it is."""
    main = page.locator('[data-testid="stMain"]')
    height = int(main.evaluate("(one) => Math.max(...[...one.children].map((child) => child.scrollHeight))"))
    page.set_viewport_size({"width": _WIDTH, "height": max(_HEIGHT, min(height + 40, _MOST))})
    _still(page)
    Image.open(BytesIO(page.screenshot())).save(to, "WEBP", quality=75, method=6)
    page.set_viewport_size({"width": _WIDTH, "height": _HEIGHT})
    sys.stdout.write(f"{to.name}: {to.stat().st_size // 1024} kB\n")


if __name__ == "__main__":
    sys.exit(main())
