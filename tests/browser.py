"""The report app as a person meets it: in a browser, where figures are seen and choices made."""

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, sync_playwright

from tests.conftest import BIN

HOW_TO_GET = "there is no Chromium: apt-get install chromium"
SWITCHES = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
)
OPENED = "opened.html"  # in the warehouse's folder: what a browser was sent to
PATIENCE = 60  # seconds for a page, or for what a choice changes


def chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser")


@contextmanager
def reporting(warehouse: Path) -> Iterator[str]:
    """Run `timehouse report` on a warehouse; yield where it says the page is.

    In place of a browser it finds a script that keeps the file it is sent to.
    """
    words = ["--warehouse", warehouse.name, "--json", "report"]
    script = warehouse.parent / "browser.sh"
    script.write_text(
        f'#!/bin/sh\ncp -p "${{1#file://}}" {OPENED}.new && mv {OPENED}.new {OPENED}\n'
    )
    script.chmod(0o700)
    server = subprocess.Popen(
        [BIN / "timehouse", *words],
        cwd=warehouse.parent,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(warehouse.parent),
            "BROWSER": f"{script} %s",
        },
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout
    try:
        said = ""
        for line in server.stdout:
            said += line
            if line == "}\n":
                break
        assert said, "it ended before it said anything"
        yield str(json.loads(said)["url"])
    finally:
        server.send_signal(signal.SIGHUP)  # as when its terminal is closed
        server.stdout.close()
        ended = server.wait(PATIENCE)
    assert ended == 0
    with socket.socket() as probe, pytest.raises(ConnectionRefusedError):
        probe.connect(("127.0.0.1", urlsplit(json.loads(said)["url"]).port))


@contextmanager
def browser() -> Iterator[Browser]:
    with sync_playwright() as started:
        opened = started.chromium.launch(executable_path=chromium(), args=list(SWITCHES))
        try:
            yield opened
        finally:
            opened.close()


@dataclass
class Report:
    """The open page; `elsewhere` lists what it asked of other machines."""

    page: Page
    elsewhere: list[str] = field(default_factory=list)

    def open(self, url: str) -> None:
        """Open the page and wait for its last section."""
        self.page.on("request", self._note)
        self.page.goto(url)
        self.page.get_by_role("heading", name="Budgets").wait_for(timeout=PATIENCE * 1000)

    def _note(self, request: object) -> None:
        url = getattr(request, "url", "")
        if not url.startswith(("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")):
            self.elsewhere.append(url)

    def choose(self, label: str, value: str) -> None:
        """Choose one of what a control offers."""
        self.page.get_by_label(label, exact=True).select_option(label=value)

    def write(self, label: str, text: str) -> None:
        """Type into a field, key by key, and leave it."""
        written = self.page.get_by_label(label, exact=True)
        written.clear()
        written.press_sequentially(text)
        written.press("Tab")

    def tiles(self) -> dict[str, str]:
        """Return the figures of the summary by their names."""
        found: dict[str, str] = self.page.locator("dl.tiles div").evaluate_all(
            "all => Object.fromEntries(all.map(e => [...e.children].map(c => c.textContent)))"
        )
        return found

    def told(self) -> list[str]:
        """Return what is said of what is incomplete."""
        lines = self.page.locator("div.warning li").all_text_contents()
        return [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines]

    def figures(self, title: str) -> list[list[str]]:
        """Return the rows of the table below a chart."""
        rows = self._details(title).locator("tbody tr")
        found: list[list[str]] = rows.evaluate_all(
            "rows => rows.map(row => [...row.cells].map(cell => cell.textContent))"
        )
        return found

    def _details(self, title: str) -> Locator:
        exact = self.page.get_by_text(f"Figures: {title}", exact=True)
        return self.page.locator("details").filter(has=exact)


def soon(look: Callable[[], object], wanted: object) -> None:
    """Wait until what is seen is what is wanted; a choice takes a moment to show."""
    until = time.monotonic() + PATIENCE
    while (seen := look()) != wanted:
        assert time.monotonic() < until, (seen, wanted)
        time.sleep(0.1)
