"""What a story needs: the platform, people at browsers, and pictures of what they see."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests import newcomer
from tests.newcomer import Platform

PICTURES = Path(__file__).parent.parent / "screenshots"


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    """Everything, as a newcomer starts it. Its logs are kept beside the pictures."""
    folder = tmp_path_factory.mktemp("platform")
    try:
        with newcomer.running(folder) as platform:
            yield platform
    finally:
        shutil.copytree(folder / "state" / "logs", PICTURES / "logs", dirs_exist_ok=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium with a microphone that plays a tone."""
    with newcomer.chromium() as opened:
        yield opened


@pytest.fixture
def person(platform: Platform, browser: Browser) -> Iterator[Callable[[str], Page]]:
    """Logs somebody in, in a browser of their own."""
    with ExitStack() as stack:

        def log_in(login: str, language: str = "zh-CN") -> Page:
            context = newcomer.come_in(browser, language)
            stack.callback(context.close)
            page = context.new_page()
            newcomer.log_in(page, platform, login)
            return page

        yield log_in


@pytest.fixture
def picture() -> Callable[[Page, str], None]:
    """Keeps a screenshot under `tests/screenshots`."""
    PICTURES.mkdir(exist_ok=True)

    def take(page: Page, name: str) -> None:
        page.screenshot(path=PICTURES / f"{name}.png")

    return take
