"""Headless Chromium as a reader has it, driven over its pipe: DevTools' protocol, without a package."""

import base64
import itertools
import json
import os
import pathlib
import select
import shutil
import subprocess
import tempfile
import time

from waiting import eventually


class Browser:
    """One process; a page at a time is enough."""

    def __init__(self):
        program = shutil.which("chromium")
        if program is None:
            raise AssertionError("there is no chromium: deploy/local/install brings it")
        self._folder = tempfile.mkdtemp(prefix="clusterwire-browser.")
        to_it, self._out = os.pipe()
        self._in, from_it = os.pipe()

        def take_pipes():
            os.dup2(to_it, 13)
            os.dup2(from_it, 14)
            os.dup2(13, 3)
            os.dup2(14, 4)

        self._process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
             "--disable-dev-shm-usage", "--hide-scrollbars", "--no-first-run",
             "--disable-background-networking", f"--user-data-dir={self._folder}", "about:blank"],
            preexec_fn=take_pipes, close_fds=False, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        os.close(to_it)
        os.close(from_it)
        self._ids = itertools.count(1)
        self._read = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        os.close(self._out)
        os.close(self._in)
        shutil.rmtree(self._folder, ignore_errors=True)

    def page(self, width=360, height=740, script=False, language=None, dark=False):
        """A page as wide as a phone, with scripts off."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session)
        page.call("Page.enable")
        page.call("DOM.enable")
        page.call("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=2, mobile=width < 600)
        page.call("Emulation.setScriptExecutionDisabled", value=not script)
        page.call("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        if language:
            page.call("Emulation.setUserAgentOverride", acceptLanguage=language,
                      userAgent=self.call("Browser.getVersion")["userAgent"])
        return page

    def call(self, method, session=None, **parameters):
        number = next(self._ids)
        message = {"id": number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        deadline = time.monotonic() + 30
        while True:
            answer = self._next(deadline, method)
            if answer.get("id") != number:
                continue        # an event, which nobody waits for
            if "error" in answer:
                raise AssertionError(f"{method}: {answer['error']['message']}")
            return answer["result"]

    def _next(self, deadline, what):
        while b"\0" not in self._read:
            ready, _, _ = select.select([self._in], [], [], max(0, deadline - time.monotonic()))
            more = os.read(self._in, 1 << 20) if ready else b""
            if not more:
                raise AssertionError(f"chromium doesn't answer {what}")
            self._read += more
        one, self._read = self._read.split(b"\0", 1)
        return json.loads(one)


class Page:
    def __init__(self, browser, session):
        self._browser = browser
        self._session = session

    def call(self, method, **parameters):
        return self._browser.call(method, session=self._session, **parameters)

    def open(self, address):
        """An address, or the text of a page."""
        if "<" in address:
            address = "data:text/html;charset=utf-8;base64," + base64.b64encode(
                address.encode()).decode()
        self.call("Page.navigate", url=address)
        self._wait_for_load()

    def _wait_for_load(self):
        eventually(lambda: self._value("document.readyState") == "complete", "the page is there")

    def _value(self, expression):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True)["result"]
        return result.get("value")

    def text(self):
        """What is to be read."""
        return self._value("document.body.innerText")

    def html(self):
        return self._value("document.documentElement.outerHTML")

    def language(self):
        return self._value("document.documentElement.lang")

    def width(self):
        """How wide it is, and the window: wider ones have to be moved sideways."""
        return self._value("[document.documentElement.scrollWidth, window.innerWidth]")

    def click(self, selector):
        """As a finger does; waits for what comes of it."""
        before = self._value("performance.timeOrigin")
        where = self._value(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)});"
            " if (!e) return null; e.scrollIntoView({block: 'center'});"
            " const r = e.getBoundingClientRect();"
            " return [r.x + r.width / 2, r.y + r.height / 2, e.tagName]; })()")
        if where is None:
            raise AssertionError(f"there is no {selector} in:\n{self.text()}")
        for kind in ["mousePressed", "mouseReleased"]:
            self.call("Input.dispatchMouseEvent", type=kind, x=where[0], y=where[1], button="left",
                      clickCount=1)
        if where[2] == "BUTTON":
            eventually(lambda: self._value("performance.timeOrigin") != before, "another page")
            self._wait_for_load()

    def fill(self, selector, text):
        """Typed into a field."""
        self.click(selector)
        self.call("Input.insertText", text=text)

    def picture(self, path):
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        shot = self.call("Page.captureScreenshot", captureBeyondViewport=True, clip={
            "x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1})
        path = pathlib.Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(base64.b64decode(shot["data"]))
