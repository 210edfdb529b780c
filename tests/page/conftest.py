# SPDX-License-Identifier: GPL-3.0-or-later
"""One browser for all tests of a process; where none is, they are skipped, but fail in a CI."""

import os
from collections.abc import Iterator

import pytest
from page.browser import Browser, browsing, missing


@pytest.fixture(scope="session")
def one_browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    if reason := missing():
        if os.environ.get("CI"):
            pytest.fail(f"{reason}: apt-get install chromium chromium-driver, as .ci/run does")
        pytest.skip(f"{reason}: pages are not driven")
    with browsing(tmp_path_factory.mktemp("browser")) as browser:
        yield browser


@pytest.fixture
def browser(one_browser: Browser) -> Iterator[Browser]:
    """A light desktop screen; a page that complains in the console fails its test."""
    one_browser.screen()
    yield one_browser
    one_browser.scripts(allowed=True)
    assert one_browser.complaints() == []
