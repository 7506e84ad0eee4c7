#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uses pictures as a reader would, in headless Chromium by chromedriver.

browser.py [--shots FOLDER] map FILE COLUMNS ROWS CELLS
    CELLS has lines "I J key=value …": what the page must show of cell (I, J), by the
    keys of its panel (x, y, loss, features, samples, ridge, regime). The axes' cells
    are equally wide. Also uses keys and clicks, and looks for requests and errors.
browser.py [--shots FOLDER] curve FILE
browser.py [--shots FOLDER] panels FILE
    Four panels, beside each other where there is room, read as one is.
browser.py [--shots FOLDER] text FILE TITLE
    The title is shown as it is, and no script of it runs.

Exit code 77: no browser here."""
import argparse
import base64
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync",
         "--hide-scrollbars"]
KEYS = {"Left": "\ue012", "Up": "\ue013", "Right": "\ue014", "Down": "\ue015",
        "Enter": "\ue007", "Escape": "\ue00c"}
DIGITS = 1e-5  # six digits are shown


def check(fine, what):
    if not fine:
        raise AssertionError(what)


class Browser:
    """A session of chromedriver with an empty profile."""

    def __init__(self):
        self.profile = tempfile.mkdtemp()
        self.driver = subprocess.Popen(
            ["chromedriver", "--port=0"], stdout=subprocess.PIPE, text=True)
        port = None
        while port is None:
            line = self.driver.stdout.readline()
            check(line, "chromedriver did not start")
            port = re.search(r"successfully on port (\d+)", line)
        self.base = f"http://127.0.0.1:{port[1]}"
        options = {"binary": shutil.which("chromium"),
                   "args": FLAGS + [f"--user-data-dir={self.profile}"]}
        wanted = {"goog:chromeOptions": options,
                  "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"}}
        session = self.call("", {"capabilities": {"alwaysMatch": wanted}}, "/session")
        self.session = session["sessionId"]

    def call(self, path, body=None, start=None, method="POST"):
        url = self.base + (start or f"/session/{self.session}") + path
        data = None if method == "DELETE" else json.dumps(body or {}).encode()
        request = urllib.request.Request(
            url, data, {"Content-Type": "application/json"}, method=method)
        try:
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            return json.load(opener.open(request, timeout=60))["value"]
        except urllib.error.HTTPError as error:
            raise AssertionError(f"{path}: {error.read().decode()[:500]}") from error

    def close(self):
        try:
            self.call("", method="DELETE")
        finally:
            self.driver.terminate()
            self.driver.wait()
            shutil.rmtree(self.profile, ignore_errors=True)

    def open(self, file):
        """Leaves the browser's own first page, which asks for much, then opens ours."""
        self.call("/url", {"url": "about:blank"})
        for kind in "browser", "performance":
            self.call("/se/log", {"type": kind})
        self.call("/url", {"url": url_of(file)})

    def run(self, script, *values):
        return self.call("/execute/sync", {"script": script, "args": list(values)})

    def devtools(self, command, **values):
        return self.call("/goog/cdp/execute", {"cmd": command, "params": values})

    def look(self, width, ratio=1, dark=False):
        self.devtools("Emulation.setDeviceMetricsOverride", width=width, height=900,
                      deviceScaleFactor=ratio, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.devtools("Emulation.setEmulatedMedia", features=[scheme])
        self.call("/execute/async", {"args": [], "script":
                  "requestAnimationFrame(() => setTimeout(arguments[0], 100))"})

    def screenshot(self, path):
        height = self.run("return document.documentElement.scrollHeight")
        width = self.run("return innerWidth")
        clip = {"x": 0, "y": 0, "width": width, "height": height, "scale": 1}
        image = self.devtools("Page.captureScreenshot", clip=clip,
                              captureBeyondViewport=True)
        with open(path, "wb") as file:
            file.write(base64.b64decode(image["data"]))

    def point(self, x, y, click=False):
        steps = [{"type": "pointerMove", "x": round(x), "y": round(y)}]
        if click:
            steps += [{"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        self.call("/actions", {"actions": [{
            "type": "pointer", "id": "mouse", "actions": steps}]})

    def press(self, name):
        keys = [{"type": kind, "value": KEYS[name]} for kind in ("keyDown", "keyUp")]
        self.call("/actions", {"actions": [{"type": "key", "id": "keys", "actions": keys}]})

    def shown(self):
        """What the panel of values shows, by key."""
        return dict(self.run(
            "return [...document.querySelectorAll('#readout dd')]"
            ".map((e) => [e.dataset.key, e.textContent])"))

    def check_quiet(self, file):
        """Nothing but the page was asked for; the console is empty."""
        for entry in self.call("/se/log", {"type": "browser"}):
            raise AssertionError(f"console: {entry['message']}")
        asked = []
        for entry in self.call("/se/log", {"type": "performance"}):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                asked.append(message["params"]["request"]["url"])
        check(set(asked) <= {url_of(file)}, f"requests: {asked}")

    def check_closed(self):
        """The page's own policy keeps a script from reading even this computer."""
        script = ("const done = arguments[1]; fetch(arguments[0])"
                  ".then(() => done('read'), () => done('refused'))")
        answer = self.call("/execute/async", {"script": script, "args": [self.base + "/status"]})
        check(answer == "refused", "the policy lets the page read from the network")
        refused = self.call("/se/log", {"type": "browser"})
        check(any("Content Security Policy" in e["message"] for e in refused),
              f"refused by something else than the policy: {refused}")


def url_of(file):
    return "file://" + os.path.abspath(file)


def same(found, wanted):
    try:
        a, b = float(found), float(wanted)
        return a == b or abs(a - b) <= DIGITS * abs(b)
    except ValueError:
        return found == wanted


def read_cells(path):
    cells = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            i, j, *pairs = line.split()
            cells[int(i), int(j)] = dict(pair.split("=", 1) for pair in pairs)
    return cells


def check_cell(browser, cells, cell):
    shown = browser.shown()
    for key, value in cells[cell].items():
        check(same(shown.get(key, ""), value),
              f"cell {cell}: {key} is {shown.get(key)}, not {value}")


def cuts(browser):
    return browser.run("return document.querySelectorAll('#cuts figure svg').length")


def take_shots(browser, folder, name):
    for width, ratio in (400, 2), (1400, 1):
        for dark in False, True:
            browser.look(width, ratio, dark)
            wide = browser.run("return document.documentElement.scrollWidth")
            check(wide <= width, f"the page is {wide} wide on a screen of {width}")
            if folder:
                scheme = "dark" if dark else "light"
                browser.screenshot(os.path.join(folder, f"{name}-{width}-{scheme}.png"))
    browser.look(1400)


def pointer_on_cells(browser, options, cells, width):
    browser.look(width)
    box = browser.run("scrollTo(0, 0); const r = document.querySelector('.cursor')"
                      ".getBoundingClientRect(), b = layout(r.width);"
                      "return [r.x + b.left, r.y + b.top, b.w, b.h]")
    left, top, wide, high = box
    for i, j in cells:
        x = left + wide * (i + 0.5) / options.columns
        y = top + high * (1 - (j + 0.5) / options.rows)
        browser.point(x, y)
        check_cell(browser, cells, (i, j))
    browser.point(x, y, click=True)
    check(cuts(browser) == 2, "a click shows two cuts")
    check_cell(browser, cells, (i, j))
    return i, j


def keys_on_cells(browser, cells, start):
    """From `start`, one to the right and up and back, wherever CELLS knows the values."""
    i, j = start
    for name, di, dj in ("Right", 1, 0), ("Up", 0, 1), ("Left", -1, 0), ("Down", 0, -1):
        browser.press(name)
        i, j = i + di, j + dj
        check((i, j) in cells, f"CELLS must have ({i}, {j}), a neighbour of the last")
        check_cell(browser, cells, (i, j))
    browser.press("Escape")
    check(cuts(browser) == 0 and browser.shown()["loss"] == "–", "Escape clears")
    browser.press("Right")
    browser.press("Enter")
    check(cuts(browser) == 2, "Enter shows two cuts")


def test_map(browser, options):
    cells = read_cells(options.cells)
    for width in 1400, 400:
        start = pointer_on_cells(browser, options, cells, width)
        keys_on_cells(browser, cells, start)
        browser.press("Escape")
    pointer_on_cells(browser, options, cells, 1400)
    exponents = browser.run("return document.getElementById('exponents').textContent")
    check("∂ln L/∂ln N = " in exponents, "the exponents stand above the cuts")


def test_curve(browser, _):
    browser.look(1400)
    x, y = browser.run(
        "const r = document.querySelector('#picture circle').getBoundingClientRect();"
        "return [r.x + r.width / 2, r.y + r.height / 2]")
    browser.point(x, y)
    first = browser.shown()
    check(re.fullmatch(r"[\d.e-]+", first["x"]) and re.fullmatch(r"[\d.e-]+", first["y"]),
          f"a point's values are read out: {first}")
    browser.run("document.querySelector('#picture svg').focus()")
    browser.press("Right")
    second = browser.shown()
    place = [(float(at["x"]), float(at["y"])) for at in (first, second)]
    check(second["series"] == first["series"] and place[1] > place[0],
          f"an arrow key moves along the curve: {first}, {second}")


def test_panels(browser, options):
    for width, rows in (1400, 2), (400, 4):
        browser.look(width)
        tops = browser.run("return [...document.querySelectorAll('#picture > svg')]"
                           ".map((e) => Math.round(e.getBoundingClientRect().y))")
        check(len(tops) == 4 and len(set(tops)) == rows,
              f"four panels in {rows} rows on {width}: {tops}")
    test_curve(browser, options)
    browser.run("document.querySelectorAll('#picture > svg')[3].focus()")
    browser.press("Right")
    check(browser.shown()["series"] == "frontier", f"the last panel: {browser.shown()}")
    labels = browser.run("return [...document.querySelectorAll('#picture > svg:nth-child(4) .halo')]"
                         ".map((e) => e.textContent)")
    check(len(labels) >= 4 and all(float(label) > 0 for label in labels),
          f"contours have their losses: {labels}")


def test_text(browser, options):
    title = browser.run("return document.querySelector('h1').textContent")
    check(title == options.title, f"the title is {title!r}, not {options.title!r}")
    check(browser.run("return window.broken === undefined"), "a script of the title ran")
    check(browser.run("return document.querySelectorAll('script').length") == 2,
          "the title made an element")


def arguments():
    parser = argparse.ArgumentParser(description="Uses a picture in a browser.")
    parser.add_argument("--shots")
    kinds = parser.add_subparsers(dest="kind", required=True)
    a_map = kinds.add_parser("map")
    a_map.add_argument("file")
    a_map.add_argument("columns", type=int)
    a_map.add_argument("rows", type=int)
    a_map.add_argument("cells")
    kinds.add_parser("curve").add_argument("file")
    kinds.add_parser("panels").add_argument("file")
    text = kinds.add_parser("text")
    text.add_argument("file")
    text.add_argument("title")
    return parser.parse_args()


def main():
    options = arguments()
    for program in "chromium", "chromedriver":
        if not shutil.which(program):
            print(f"browser.py: skipped, as there is no {program}", file=sys.stderr)
            return 77
    browser = Browser()
    try:
        browser.open(options.file)
        {"map": test_map, "curve": test_curve, "panels": test_panels,
         "text": test_text}[options.kind](browser, options)
        take_shots(browser, options.shots, options.kind)
        browser.check_quiet(options.file)
        browser.check_closed()
    except AssertionError as error:
        print(f"browser.py: {options.file}: {error}", file=sys.stderr)
        return 1
    finally:
        browser.close()
    print(f"{options.kind}: the page does what it should")
    return 0


if __name__ == "__main__":
    sys.exit(main())
