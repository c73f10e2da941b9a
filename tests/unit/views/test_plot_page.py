"""The page of a picture in a browser: what a hand on keyboard and mouse sees. Skipped where there is no Chromium."""

import json
import os
import select
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from test_plot import HOSTILE, hostile

from graphspec.spec import load
from graphspec.views.plot import alike
from graphspec.views.plot.drawing import Card, Drawing
from graphspec.views.plot.plot import Plot, PlotOptions

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)
pytestmark = pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium here")
WIDTH, HEIGHT = 1200, 800

NESTED = """
graphspec: 1
inputs: {x: [8]}
nodes:
  body: {chain: [{Dense: {units: 16}, name: wide}, {Dense: {units: 4}, name: narrow}], from: x}
  label: {Dense: {units: 2}, from: body}
  score: {Dense: {units: 1}, from: body}
outputs: [label, score]
"""


class Browser:
    """Chromium behind two pipes, which carry the DevTools protocol as JSON that ends in a zero byte."""

    def __init__(self, profile: Path) -> None:
        reads, self.commands = os.pipe()
        self.answers, writes = os.pipe()
        options = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--remote-debugging-pipe", f"--user-data-dir={profile}",
            f"--window-size={WIDTH},{HEIGHT}",
        ]  # fmt: skip
        self.process = subprocess.Popen(
            ["bash", "-c", f'exec "$0" "$@" 3<&{reads} 4>&{writes}', CHROMIUM, *options],
            pass_fds=(reads, writes), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        )  # fmt: skip
        os.close(reads)
        os.close(writes)
        self.number = 0
        self.buffer = b""
        self.session = ""
        self.events: list[dict[str, Any]] = []

    def close(self) -> None:
        os.close(self.commands)
        self.process.kill()
        self.process.wait()
        os.close(self.answers)

    def read(self) -> dict[str, Any]:
        while b"\0" not in self.buffer:
            assert select.select([self.answers], [], [], 30)[0], "Chromium does not answer"
            data = os.read(self.answers, 1 << 20)
            assert data, "Chromium has ended"
            self.buffer += data
        message, _, self.buffer = self.buffer.partition(b"\0")
        found: dict[str, Any] = json.loads(message)
        return found

    def ask(self, method: str, **params: object) -> dict[str, Any]:
        self.number += 1
        message: dict[str, Any] = {"id": self.number, "method": method, "params": params}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.commands, json.dumps(message).encode() + b"\0")
        while True:
            found = self.read()
            if found.get("id") == self.number:
                assert "error" not in found, found
                result: dict[str, Any] = found["result"]
                return result
            self.events.append(found)

    def open(self, page: Path) -> None:
        self.session = ""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.session = session
        self.events.clear()
        for domain in ("Runtime", "Log", "Network", "Page"):
            self.ask(f"{domain}.enable")
        self.ask("Page.navigate", url=page.as_uri())
        while not self.said("Page.loadEventFired"):
            self.events.append(self.read())

    def said(self, method: str) -> list[dict[str, Any]]:
        return [event["params"] for event in self.events if event.get("method") == method]

    def value(self, expression: str) -> Any:
        found = self.ask("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def press(self, key: str) -> None:
        text = {"text": "\r"} if key == "Enter" else {"text": key} if len(key) == 1 else {}
        self.ask("Input.dispatchKeyEvent", type="keyDown", key=key, **text)
        self.ask("Input.dispatchKeyEvent", type="keyUp", key=key)

    def mouse(self, kind: str, x: float, y: float, **more: object) -> None:
        self.ask("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", **more)

    def click(self, selector: str, clicks: int = 1) -> None:
        x, y = self.value(
            f"(() => {{ const box = document.querySelector({json.dumps(selector)}).getBoundingClientRect();"
            " return [box.x + box.width / 2, box.y + box.height / 2]; })()"
        )
        for count in range(1, clicks + 1):
            self.mouse("mousePressed", x, y, clickCount=count)
            self.mouse("mouseReleased", x, y, clickCount=count)

    def check_quiet(self, page: Path) -> None:
        """Assert that nothing was written on the console, and that nothing but the page was asked for."""
        assert self.said("Runtime.exceptionThrown") == []
        assert self.said("Runtime.consoleAPICalled") == []
        assert self.said("Log.entryAdded") == []
        asked = [event["request"]["url"] for event in self.said("Network.requestWillBeSent")]
        assert {url for url in asked if not url.startswith("data:")} <= {page.as_uri()}


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    found = Browser(tmp_path_factory.mktemp("profile"))
    yield found
    found.close()


@pytest.fixture
def page(tmp_path: Path, browser: Browser) -> Iterator[Browser]:
    (tmp_path / "nested.yaml").write_text(NESTED)
    load(tmp_path / "nested.yaml").plot(tmp_path / "nested.html", depth=0)
    browser.open(tmp_path / "nested.html")
    yield browser
    browser.check_quiet(tmp_path / "nested.html")


SHOWN = "document.querySelector('main > div:not([hidden])')"
CARDS = f"[...{SHOWN}.querySelectorAll('g[data-card]')].map((card) => card.dataset.card)"
PICKED = f"[...{SHOWN}.querySelectorAll('g.picked')].map((card) => card.dataset.card)"
BOX = f"{SHOWN}.querySelector('svg').getAttribute('viewBox').split(' ').map(Number)"
SAID = "document.querySelector('#said').textContent"
DETAILS = "document.querySelector('#details').innerText"


def card(name: str) -> str:
    return f'main > div:not([hidden]) g[data-card="{name}"]'


def test_levels_open_and_close(page: Browser) -> None:
    assert page.value(CARDS) == ["x", "body", "label", "score"]
    page.press("]")
    assert page.value(CARDS) == ["x", "body.wide", "body.narrow", "label", "score"]
    assert page.value("document.querySelector('#depth').textContent") == "depth 1"
    page.click("#less")
    assert page.value(CARDS) == ["x", "body", "label", "score"]
    page.click(card("body"), clicks=2)
    assert "body.wide" in page.value(CARDS)


def test_a_click_tells_what_a_call_is_and_where_it_comes_from(page: Browser) -> None:
    page.click(card("label"))
    assert page.value(PICKED) == ["label"]
    for part in ("label", "Dense", "(None, 2)", "10", "units", "fed by", "body"):
        assert part in page.value(DETAILS)
    traced = f"[...{SHOWN}.querySelectorAll('g.path')].map((card) => card.dataset.card)"
    assert page.value(traced) == ["x", "body", "label"]
    page.click("#details li button")
    assert page.value(PICKED) == ["body"]
    page.press("Escape")
    assert page.value(PICKED) == []
    assert page.value("document.querySelector('#panel').hidden") is True


def test_search_goes_from_find_to_find_and_into_what_is_closed(page: Browser) -> None:
    page.press("/")
    for key in "dense":
        page.press(key)
    assert page.value(SAID) == "2 found"
    page.press("Enter")
    assert (page.value(SAID), page.value(PICKED)) == ("1 of 2", ["label"])
    page.press("Enter")
    assert (page.value(SAID), page.value(PICKED)) == ("2 of 2", ["score"])
    page.press("Escape")
    assert (page.value("document.querySelector('#search').value"), page.value(SAID)) == ("", "")
    page.press("/")
    for key in "wide":
        page.press(key)
    assert page.value(SAID) == "1 found at depth 1, Enter shows them"
    page.press("Enter")
    assert (page.value(SAID), page.value(PICKED)) == ("1 of 1", ["body.wide"])


def test_what_is_nowhere_is_found_nowhere(page: Browser) -> None:
    page.press("/")
    for key in "zzz":
        page.press(key)
    assert page.value(SAID) == "0 found"
    page.press("Enter")
    assert page.value(PICKED) == []


def test_zoom_and_pan(page: Browser) -> None:
    whole = page.value(BOX)
    page.press("+")
    assert page.value(BOX)[2] == pytest.approx(whole[2] / 1.3)
    page.press("0")
    assert page.value(BOX) == pytest.approx(whole)
    page.mouse("mouseWheel", 600, 400, deltaX=0, deltaY=-100)
    assert page.value(BOX)[2] < whole[2]
    page.press("f")
    page.press("ArrowRight")
    assert page.value(BOX)[0] > whole[0]
    page.press("0")
    page.mouse("mousePressed", 30, 700, clickCount=1)
    page.mouse("mouseMoved", 130, 700, buttons=1)
    page.mouse("mouseReleased", 130, 700, clickCount=1)
    assert page.value(BOX)[0] < whole[0]


def test_the_keyboard_alone_is_enough(page: Browser) -> None:
    page.value(f"{SHOWN}.querySelector('g[data-card=body]').focus()")
    page.press("Enter")
    assert page.value(PICKED) == ["body"]
    page.press("Enter")
    assert "body.wide" in page.value(CARDS)


def test_a_frame_of_names_opens_where_its_layers_are(
    tmp_path: Path, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alike, "MOST_ALONE", 4)
    cards = tuple(Card(path=name, name=name, type="Dense") for name in ("a", "s1_x", "s1_y", "s1_z", "b"))
    Plot(Drawing(name="m", cards=alike.framed(cards), links=()), PlotOptions(depth=0)).save(tmp_path / "m.html")
    browser.open(tmp_path / "m.html")
    browser.press("+")
    browser.click(card("s1"), clicks=2)
    assert browser.value(CARDS) == ["a", "s1_x", "s1_y", "s1_z", "b"]
    x, y, width, height = browser.value(BOX)
    place = browser.value(
        "(() => { const box = document.querySelector('[data-card=s1_x]').getBBox(); return [box.x, box.y]; })()"
    )
    assert x < place[0] < x + width
    assert y < place[1] < y + height
    browser.check_quiet(tmp_path / "m.html")


def test_hostile_names_are_text(tmp_path: Path, browser: Browser) -> None:
    file = tmp_path / "hostile.html"
    Plot(hostile(), PlotOptions()).save(file)
    browser.open(file)
    assert browser.value("document.title") == HOSTILE[0].strip()
    assert browser.value("document.querySelectorAll('script').length") == 2
    assert browser.value("document.querySelectorAll('img, iframe, object, link, a').length") == 0
    names = browser.value(f"{CARDS}")
    assert len(names) == len(HOSTILE)
    for at, name in enumerate(names):
        browser.value(
            f"[...{SHOWN}.querySelectorAll('g[data-card]')][{at}].dispatchEvent("
            "new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }))"
        )
        assert browser.value(PICKED) == [name]
        assert browser.value("document.querySelector('#details h2').textContent") == HOSTILE[at]
    browser.check_quiet(file)
