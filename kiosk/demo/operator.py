"""A scripted operator far away: the real console in a browser that nobody sees, looked at and clicked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kiosk.demo.far_end import FarEnd, FarEndError

if TYPE_CHECKING:
    from playwright.async_api import Browser, Locator, Page

CHROMIUM = "/usr/bin/chromium"
"""Debian's."""

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
"""Pixels of what the operator has before them."""

PATIENCE = 45_000
"""Milliseconds that anything on a page may take to appear: a kiosk with nobody before it looks at its devices twice a
minute."""

BESIDE_THE_POINT = ".q-notifications { display: none }"
"""Left out of the pictures: what is said for five seconds at the bottom."""


class Operator:
    """Use it as a context manager; every method raises FarEndError if the console does not show what it must."""

    def __init__(self, far_end: FarEnd, folder: Path, kiosk: str) -> None:
        self._far_end = far_end
        self._folder = folder
        self._kiosk = kiosk
        self._stack = AsyncExitStack()
        self._page: Page | None = None
        self._phone: Page | None = None
        self.pictures: dict[str, Path] = {}
        """What was looked at, by name: ``glance``, ``kiosk``, ``alerts``, ``phone``."""

    async def __aenter__(self) -> Operator:
        await self._stack.__aenter__()
        return self

    async def __aexit__(self, *exception: Any) -> None:
        await self._stack.__aexit__(*exception)

    async def arrives(self) -> None:
        """Sit down at the desk and sign in; on the phone, too."""
        self._folder.mkdir(parents=True, exist_ok=True)
        async with _told():
            from playwright.async_api import async_playwright

            playwright = await self._stack.enter_async_context(async_playwright())
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, headless=True, args=ARGUMENTS)
            self._stack.push_async_callback(browser.close)
            self._page = await self._opened(browser, DESK, "zh")
            self._phone = await self._opened(browser, PHONE, "en")

    async def sees_what_is_wrong(self, device: str) -> None:
        """The kiosk comes up on the first page by itself, its device lit on its own."""
        page = self._at_desk()
        async with _told():
            need = page.get_by_test_id(f"first-{self._kiosk}")
            await need.wait_for()
            await self._keep("glance", page)
            await need.click()
            await page.locator(f'[data-testid="part-{device}"].warning').wait_for()
            await page.locator('[data-testid^="take-"]').click()
            await page.locator('[data-testid^="alert-"]', has_text="operator").wait_for()
            await self._keep("kiosk", page)

    async def sees_the_alerts(self) -> None:
        """The list of alerts."""
        page = self._at_desk()
        async with _told():
            await page.get_by_test_id("nav-alerts").click()
            await self._alert().wait_for()
            await self._keep("alerts", page)

    async def tests(self, device: str) -> None:
        """Have the device tested from here, and see that nothing is wrong any more."""
        page = self._at_desk()
        async with _told():
            await self._alert().locator('[data-testid^="look-"]').click()
            await page.get_by_test_id(f"do-test_device-{device}").click()
            await page.get_by_test_id("send").click()
            await page.locator('[data-testid="order-state"].order-done').first.wait_for()
            await page.locator('[data-testid^="alert-"]').first.wait_for(state="detached")
            await page.locator(f'[data-testid="part-{device}"].good').wait_for()

    async def looks_at_the_phone(self) -> None:
        """The kiosk's day, away from the desk."""
        phone = self._signed_in(self._phone)
        async with _told():
            await phone.goto(f"{self._far_end.console}/console/kiosk/{self._kiosk}?lang=en")
            await phone.locator(".entry").first.wait_for()
            await self._keep("phone", phone)

    def _at_desk(self) -> Page:
        return self._signed_in(self._page)

    @staticmethod
    def _signed_in(page: Page | None) -> Page:
        if page is None:
            raise FarEndError("nobody has signed in at the console")
        return page

    def _alert(self) -> Locator:
        return self._at_desk().locator('[data-testid^="alert-"]', has_text=self._kiosk)

    async def _opened(self, browser: Browser, size: dict[str, int], language: str) -> Page:
        """The console's first page, signed in."""
        scale = 2 if size is PHONE else 1
        context = await browser.new_context(viewport=size, device_scale_factor=scale)  # type: ignore[arg-type]
        page = await context.new_page()
        page.set_default_timeout(PATIENCE)
        await page.goto(f"{self._far_end.console}/console/?lang={language}")
        await page.get_by_test_id("name").fill("operator")
        await page.get_by_test_id("password").fill(self._far_end.people["operator"])
        await page.get_by_test_id("go").click()
        await page.get_by_test_id("count-total").wait_for()
        return page

    async def _keep(self, name: str, page: Page) -> None:
        file = self._folder / f"{name}.png"
        await page.evaluate("document.fonts.ready")
        await page.screenshot(path=file, full_page=True, animations="disabled", style=BESIDE_THE_POINT)
        self.pictures[name] = file


@asynccontextmanager
async def _told() -> AsyncIterator[None]:
    """What goes wrong before the browser, as this module's error. Raises FarEndError."""
    try:
        from playwright.async_api import Error
    except ImportError as error:
        raise FarEndError("looking at the console needs the package playwright (extra dev)") from error
    try:
        yield
    except Error as error:
        raise FarEndError(f"the console does not show what it must: {error}") from error
