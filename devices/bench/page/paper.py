"""Paper: what comes out of the printer, what the visitor has taken, and a close look at it."""

from __future__ import annotations

from urllib.parse import quote

from nicegui import ui

from devices.bench.page.desk import Desk
from devices.bench.page.panel import Panel
from devices.bench.receipts import OUTLET, Receipt

_SHOWN = 4
"""Receipts in hand that are shown, newest first."""


class Paper(Panel):
    """The outlet and the visitor's hand."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk, "paper")

    def seen(self) -> object:
        return self.desk.person, self._printing(), tuple((r.number, r.place, r.at) for r in self.desk.view.receipts)

    def draw(self) -> None:
        words = self.desk.words
        at_outlet = [receipt for receipt in self.desk.view.receipts if receipt.place == OUTLET]
        ui.label(words("paper.heading")).classes("small-title")
        with ui.element("div").classes("outlet"):
            ui.element("div").classes("slit")
            if at_outlet:
                with ui.element("div").classes("hanging"):
                    _picture(at_outlet[-1]).props('data-testid="hanging"')
                ui.button(words("paper.tear_off"), on_click=self._tear_off).props('data-testid="tear-off"').props(
                    "unelevated no-caps"
                ).classes("act")
                if len(at_outlet) > 1:
                    ui.label(words("paper.hanging", count=len(at_outlet))).classes("hint")
            else:
                ui.label(words("paper.printing" if self._printing() else "paper.nothing")).classes("hint empty")
        taken = [r for r in self.desk.view.receipts if r.place == f"with:{self.desk.person}"][::-1][:_SHOWN]
        if taken:
            ui.label(words("paper.taken")).classes("hint")
            with ui.element("div").classes("taken"):
                for receipt in taken:
                    thumb = _picture(receipt).classes("thumb").props('data-testid="taken"')
                    thumb.on("click", lambda one=receipt: self._enlarge(one))

    def _printing(self) -> bool:
        station = self.desk.station("receipt-printer")
        return station is not None and bool(self.desk.view.devices[station.name].scene["printing"])

    async def _tear_off(self) -> None:
        person = self.desk.person
        torn: list[Receipt] = []
        if await self.desk.do(lambda: torn.extend(self.desk.world.tear_off(person))) and torn:
            self._enlarge(torn[-1])

    def _enlarge(self, receipt: Receipt) -> None:
        with self.desk.client.content, ui.dialog() as dialog, ui.element("div").classes("close-look"):
            with ui.element("div").classes("sheet"):
                _picture(receipt).props('data-testid="receipt"')
            close = ui.button(self.desk.words("paper.close"), on_click=dialog.close)
            close.props('unelevated no-caps data-testid="close"')
        dialog.on("hide", dialog.delete)
        dialog.open()


def _picture(receipt: Receipt) -> ui.element:
    address = f"/receipts/{receipt.number}.png?at={quote(receipt.at)}"  # numbers begin again when all starts over
    return ui.element("img").props(f'src="{address}" alt="{receipt.number}"')
