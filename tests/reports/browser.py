"""A headless Chromium that a test drives over a pipe, by the DevTools protocol: nothing but the browser has to be installed."""

import base64
import json
import os
import select
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from martlet.reports.pdf import BROWSERS

FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--remote-debugging-pipe",
]

# The turn that a script of a dashboard has come to.
SHOWN = "document.documentElement.dataset.shown ?? null"


def needed():
    """Return the path of Chromium, or skip."""
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        _leave_out("there is no Chromium to look at pages with: apt-get install chromium")
    return path


def axe():
    """Return the text of axe-core, which looks for what keeps people out of a page, or skip."""
    path = os.environ.get("MARTLET_AXE")
    if not path:
        _leave_out("there is no axe-core: npm install axe-core, and set MARTLET_AXE to its axe.min.js")
    return Path(path).read_text(encoding="utf-8")


def _leave_out(why):
    """Skip, or fail where the tools were installed and have to be there."""
    (pytest.fail if os.environ.get("MARTLET_BROWSER") == "required" else pytest.skip)(why)


class Browser:
    """One tab. `requests` are the addresses that pages have asked for, `errors` what scripts have complained of."""

    def __init__(self, profile):
        own_in, their_out = os.pipe()
        their_in, own_out = os.pipe()

        def hand_over():
            # The browser reads commands from 3 and writes answers to 4; the pipes may have just these numbers.
            reading, writing = os.dup(their_in), os.dup(their_out)
            os.dup2(reading, 3)
            os.dup2(writing, 4)

        self._process = subprocess.Popen(
            [needed(), *FLAGS, f"--user-data-dir={profile}", "about:blank"],
            close_fds=False,
            preexec_fn=hand_over,  # noqa: PLW1509 - no thread is running yet
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(their_in)
        os.close(their_out)
        self._in, self._out, self._left, self._number = own_in, own_out, b"", 0
        self.requests, self.errors = [], []
        (tab,) = [one for one in self.send("Target.getTargets")["targetInfos"] if one["type"] == "page"]
        self._session = None
        self._session = self.send("Target.attachToTarget", targetId=tab["targetId"], flatten=True)[
            "sessionId"
        ]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.send(f"{domain}.enable")

    def close(self):
        self._session = None
        self.send("Browser.close")
        os.close(self._in)
        os.close(self._out)
        self._process.wait(timeout=30)

    def send(self, method, **parameters):
        """Send a command and return its answer."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters}
        if getattr(self, "_session", None):
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        while True:
            told = self._next()
            if told.get("id") == self._number:
                assert "error" not in told, f"{method}: {told['error']}"
                return told["result"]
            self._note(told)

    def _next(self):
        while b"\0" not in self._left:
            ready, _, _ = select.select([self._in], [], [], 60)
            assert ready, "the browser has said nothing for a minute"
            more = os.read(self._in, 1 << 20)
            assert more, "the browser has ended"
            self._left += more
        told, _, self._left = self._left.partition(b"\0")
        return json.loads(told)

    def _note(self, told):
        what, about = told.get("method"), told.get("params", {})
        if what == "Network.requestWillBeSent":
            self.requests.append(about["request"]["url"])
        elif what == "Runtime.exceptionThrown":
            details = about["exceptionDetails"]
            self.errors.append(details.get("exception", {}).get("description", details["text"]))
        elif what == "Runtime.consoleAPICalled" and about["type"] in ("error", "warning"):
            self.errors.append(
                " ".join(str(one.get("value", one.get("description"))) for one in about["args"])
            )

    def run(self, script):
        """Return the value of a JavaScript expression, awaited."""
        told = self.send("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in told, told["exceptionDetails"]
        return told["result"].get("value")

    def open(self, address, *, is_still=False):
        """Open a page and wait for its pictures; one that `is_still` has no script which draws them."""
        self.send("Page.navigate", url="about:blank")
        self.send("Page.navigate", url=address)
        self.settle(shown="'still'" if is_still else SHOWN)

    def settle(self, before=None, shown=SHOWN):
        """Wait until a page has shown what is chosen, at another turn than `before`."""
        until = time.monotonic() + 60
        while time.monotonic() < until:
            turn = self.run(
                f"location.protocol === 'file:' && document.readyState === 'complete' ? {shown} : null"
            )
            if turn not in (None, before):
                return
            time.sleep(0.05)
        raise AssertionError(f"the page is not ready: {self.errors}")

    def choose(self, **values):
        """Choose words in the filters of a page, as a person does, and wait for what it shows."""
        before = self.run("document.documentElement.dataset.shown")
        for name, word in values.items():
            self.run(f"""(() => {{
                const field = document.getElementById("filters").elements[{json.dumps(name)}];
                field.value = [...field.options].find((one) => one.text === {json.dumps(word)}).value;
                field.dispatchEvent(new Event("change", {{bubbles: true}}));
            }})()""")
        self.settle(before)

    def look(self, width, height=900, *, dark=False, medium=""):
        """Set the size of the window, and what it is: a screen by day or night, or paper."""
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.send("Emulation.setEmulatedMedia", media=medium, features=[scheme])

    def picture(self, file):
        """Write a picture of the whole page."""
        size = self.send("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1}
        told = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=True, clip=clip)
        file.write_bytes(base64.b64decode(told["data"]))

    def window(self, file):
        """Write a small picture of what the window shows."""
        told = self.send("Page.captureScreenshot", format="webp", quality=60)
        file.write_bytes(base64.b64decode(told["data"]))
