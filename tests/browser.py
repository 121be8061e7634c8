"""A real Chromium on the sandbox's real page: the server in a thread, one window per person, everything watched."""

from __future__ import annotations

import asyncio
import re
import shutil
import time
from collections.abc import Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Any, Self, TypeVar
from urllib.parse import urlencode, urlsplit

import pytest
import uvicorn
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, Request, expect, sync_playwright
from town import Town, opened

from bot.sandbox.local import Local
from bot.sandbox.people import Somebody
from bot.sandbox.server import LOOPBACK, site
from bot.sandbox.world import direct
from chat.talk import Given

T = TypeVar("T")
FLAGS = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", f"--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE {LOOPBACK}",
)  # fmt: skip
PATIENCE = 60.0
SLOW_MACHINE = 30_000
"""Milliseconds for a page at most: others may be using the machine."""
SIZE = {"width": 1280, "height": 860}
TELL_VIOLATIONS = (
    "addEventListener('securitypolicyviolation', (e) => console.error('CSP', e.violatedDirective, e.blockedURI))"
)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without a window; the test says so when it is not there."""
    found = shutil.which("chromium")
    if found is None:
        pytest.skip("Chromium is missing: apt-get install chromium")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=list(FLAGS))
        yield browser
        browser.close()


class Served:
    """The sandbox's page on a free port, in a thread with its own loop."""

    def __init__(self, local: Local) -> None:
        self.local = local
        self.site = site(local)
        self.server = uvicorn.Server(uvicorn.Config(self.site, host=LOOPBACK, port=0, log_level="warning"))
        self._loop: asyncio.AbstractEventLoop | None = None
        self._looping = Event()
        self._thread = Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._looping.set()
        await self.server.serve()

    def __enter__(self) -> Self:
        self._thread.start()
        deadline = time.monotonic() + PATIENCE
        while not self.server.started:
            assert time.monotonic() < deadline, "the page did not come up"
            time.sleep(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = True
        self._thread.join(PATIENCE)

    @property
    def url(self) -> str:
        """Where the page is."""
        port = self.server.servers[0].sockets[0].getsockname()[1]
        return f"http://{LOOPBACK}:{port}/"

    def play(self, deed: Coroutine[Any, Any, T]) -> T:
        """Do something in the town behind the page, where the page's own acts are done, as an act of the page's."""
        return self.begin(deed).result(PATIENCE)

    def begin(self, deed: Coroutine[Any, Any, T]) -> Future[T]:
        """The same, without waiting for its end."""
        assert self._loop is not None
        return asyncio.run_coroutine_threadsafe(self._alone(deed), self._loop)

    async def _alone(self, deed: Coroutine[Any, Any, T]) -> T:
        async with self.site.state.carrying:
            return await deed


class Watch:
    """Everything a browser may complain of, and every address it asks for."""

    def __init__(self) -> None:
        self.complaints: list[str] = []
        self.hosts: set[str | None] = set()

    def over(self, page: Page) -> None:
        """Watch a page."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        page.on("requestfailed", self._failed)
        page.on("request", lambda request: self.hosts.add(urlsplit(request.url).hostname))

    def _failed(self, request: Request) -> None:
        if request.failure != "net::ERR_ABORTED":  # the next page was asked for before this one had it all
            self.complaints.append(f"failed: {request.url} {request.failure}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.complaints.append(f"{message.type}: {message.text} ({message.location.get('url')})")


class Window:
    """One browser window on the page; acts by what is read on the screen, waits for the next page after each act."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def open(self, who: Somebody, place: str = "") -> None:
        """Go to the page as somebody."""
        self.page.goto(f"{self.url}?{urlencode({'qui': who.account, 'lieu': place or direct(who.account)})}")

    @contextmanager
    def turn(self) -> Iterator[None]:
        """An act ends when the next page is there."""
        with self.page.expect_navigation():
            yield

    @property
    def box(self) -> Locator:
        """Where people type."""
        return self.page.locator("#texte")

    @property
    def dialog(self) -> Locator:
        """The form in front of the page."""
        return self.page.get_by_role("dialog")

    def say(self, text: str) -> None:
        """Type in the box, then Enter."""
        self.box.fill(text)
        with self.turn():
            self.box.press("Enter")

    def button(self, label: str) -> Locator:
        """The last button of the conversation that reads so."""
        return self.page.locator("#messages").get_by_role("button", name=label, exact=True).last

    def press(self, label: str) -> None:
        """Click it."""
        with self.turn():
            self.button(label).click()

    def choose(self, menu: str, line: str) -> None:
        """Choose a line of the last menu that reads so."""
        form = self.page.locator("form.menu").filter(has=self.page.get_by_label(menu, exact=True)).last
        form.get_by_label(menu, exact=True).select_option(label=line)
        with self.turn():
            form.get_by_role("button").click()

    def become(self, who: Somebody) -> None:
        """Switch to somebody with the page's select."""
        with self.turn():
            self.page.get_by_label("En tant que").select_option(value=who.account)

    def go(self, place: str) -> None:
        """Open a conversation of the left column."""
        with self.turn():
            self.page.get_by_role("navigation").get_by_role("link", name=place).click()

    def attach(self, name: str, content: bytes) -> None:
        """Choose a file, then send it."""
        self.page.locator("#fichiers").set_input_files({"name": name, "mimeType": "application/pdf", "buffer": content})
        with self.turn():
            self.page.locator(".bottom").get_by_role("button", name="Envoyer").click()

    def drag(self, name: str, content: bytes) -> None:
        """Let a file fall on the page, then send it."""
        carried = self.page.evaluate_handle(
            "([name, bytes]) => { const d = new DataTransfer();"
            " d.items.add(new File([new Uint8Array(bytes)], name, { type: 'application/pdf' })); return d; }",
            [name, list(content)],
        )
        self.page.dispatch_event("#fil", "drop", {"dataTransfer": carried})
        with self.turn():
            self.page.locator(".bottom").get_by_role("button", name="Envoyer").click()

    def field(self, label: str) -> Locator:
        """A field of the open form, by its label."""
        return self.dialog.get_by_label(re.compile(rf"^{re.escape(label)}( \(facultatif\))?$"))

    def fill(self, given: Given) -> None:
        """Fill fields of the open form by their names, as a person does: type, choose a line, tick boxes."""
        for name, value in given.items():
            field = self.dialog.locator(f'[name="q.{name}"]')
            if isinstance(value, tuple):
                for line in value:
                    field.and_(self.dialog.locator(f'[value="{line}"]')).check()
            elif field.evaluate("(field) => field.tagName") == "SELECT":
                field.select_option(value=value)
            else:
                field.fill(value)

    def submit(self) -> None:
        """Send the open form."""
        with self.turn():
            self.dialog.locator("button.primary").click()

    @property
    def last(self) -> Locator:
        """The last post of the conversation."""
        return self.page.locator("#messages > li").last

    def sees(self, words: str, where: Locator | None = None) -> None:
        """These words are on the screen, or soon come."""
        expect(where or self.page.locator("main")).to_contain_text(words)


class Scene:
    """A served town and the windows open on it. No window may complain, or ask anything of another computer."""

    def __init__(self, browser: Browser, served: Served, town: Town) -> None:
        self.browser = browser
        self.served = served
        self.town = town

    @contextmanager
    def window(self, **options: Any) -> Iterator[Window]:
        watch = Watch()
        context = self.browser.new_context(**{"viewport": SIZE, "locale": "fr-FR", **options})
        context.set_default_timeout(SLOW_MACHINE)
        context.add_init_script(TELL_VIOLATIONS)
        page = context.new_page()
        watch.over(page)
        yield Window(page, self.served.url)
        context.close()
        assert watch.complaints == []
        assert watch.hosts == {"127.0.0.1"}


@contextmanager
def staged(browser: Browser, folder: Path) -> Iterator[Scene]:
    """A new town, served from a folder."""
    expect.set_options(timeout=SLOW_MACHINE)
    with opened(folder) as local, Served(local) as served:
        yield Scene(browser, served, Town(local))


def faultless(w: Window) -> None:
    """axe-core finds nothing serious, in the light and in the dark."""
    w.page.evaluate(AXE_SCRIPT)
    for scheme, options in (("light", {"resultTypes": ["violations"]}), ("dark", {"runOnly": ["color-contrast"]})):
        w.page.emulate_media(color_scheme=scheme)
        found = AxeResults(w.page.evaluate("(options) => axe.run(options)", options))
        assert found.response["passes"], "axe looked at something"
        grave = [v["id"] for v in found.response["violations"] if v["impact"] in {"serious", "critical"}]
        assert not grave, found.generate_report()
