# SPDX-License-Identifier: GPL-3.0-or-later
"""A headless Chromium that opens pages of ours from files and is driven as a person would.

One browser for all tests. It may not reach the network: what a page asks for is counted.
"""

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement

_FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-dev-shm-usage --disable-quic"
    " --no-first-run --disable-background-networking --disable-component-update --disable-sync"
    " --disable-extensions --disable-default-apps --hide-scrollbars --lang=en"
).split()
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def missing() -> str | None:
    """What is not there of browser and driver; None where both are."""
    if not any(map(shutil.which, _BROWSERS)):
        return "no Chromium is installed"
    return None if shutil.which("chromedriver") else "no chromedriver is installed"


@dataclass(frozen=True)
class Browser:
    """An open browser. `folder` is where pages are put."""

    driver: Chrome
    folder: Path

    # -- how it looks ------------------------------------------------------------------

    def screen(
        self, width: int = 1200, height: int = 900, *, dark: bool = False, phone: bool = False
    ) -> None:
        self._send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=phone,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._send("Emulation.setEmulatedMedia", media="screen", features=[scheme])

    def printed(self) -> None:
        """From now on as on paper."""
        self._send("Emulation.setEmulatedMedia", media="print")

    def scripts(self, allowed: bool) -> None:
        self._send("Emulation.setScriptExecutionDisabled", value=not allowed)

    # -- what is in it -----------------------------------------------------------------

    def open(self, page: str) -> None:
        """Forgets what was logged before."""
        file = self.folder / "page.html"
        file.write_text(page, encoding="utf-8")
        self.driver.get("about:blank")
        self.complaints()
        self.requests()
        self.driver.get(file.as_uri())

    def find(self, selector: str) -> WebElement:
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def shown(self, selector: str) -> list[str]:
        """The texts of what a person sees of these, whatever part of the page is in view."""
        script = """return [...document.querySelectorAll(arguments[0])].filter(
            (one) => one.checkVisibility()).map((one) => one.innerText)"""
        texts: list[str] = self.driver.execute_script(script, selector)
        return texts

    def ask(self, script: str, *arguments: object) -> Any:
        """What an expression of JavaScript is in the page."""
        return self.driver.execute_script(f"return {script}", *arguments)

    def complaints(self) -> list[str]:
        """What the console says since it was last asked: errors, violations of the policy."""
        return [entry["message"] for entry in self._logged("browser")]

    def requests(self) -> list[str]:
        """The addresses that were asked for since, but for what the page's policy stopped."""
        asked: dict[str, str] = {}
        for entry in self._logged("performance"):
            event = json.loads(entry["message"])["message"]
            values = event["params"]
            if event["method"] == "Network.requestWillBeSent":
                asked[values["requestId"]] = values["request"]["url"]
            elif event["method"] == "Network.loadingFailed" and values.get("blockedReason"):
                asked.pop(values["requestId"], None)
        return list(asked.values())

    def picture(self, file: Path) -> None:
        """The whole page as PNG."""
        height = self.ask("document.documentElement.scrollHeight")
        width = self.ask("document.documentElement.clientWidth")
        self._send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=min(height, 6000),
            deviceScaleFactor=1,
            mobile=False,
        )
        self.driver.save_screenshot(str(file))

    def _logged(self, kind: str) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self.driver.execute("getLog", {"type": kind})["value"]
        return entries

    def _send(self, command: str, **values: object) -> None:
        self.driver.execute_cdp_cmd(command, values)


@contextmanager
def browsing(folder: Path) -> Iterator[Browser]:
    """A fresh profile in `folder`; nothing outside of this machine is reached."""
    options = ChromeOptions()
    options.binary_location = next(found for name in _BROWSERS if (found := shutil.which(name)))
    for flag in (*_FLAGS, f"--user-data-dir={folder / 'profile'}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    # Selenium's manager would look for drivers in the network.
    service = Service(executable_path=shutil.which("chromedriver"), log_output=os.devnull)
    driver = Chrome(options=options, service=service)
    try:
        yield Browser(driver, folder)
    finally:
        driver.quit()
