"""One kiosk: the machine with what is wrong lit, its levels, what happened, what can be done from here."""

from __future__ import annotations

from nicegui import ui

from devices.fault_catalogue import Capability, Severity
from kiosk.fleet.access.roles import LEAST_FOR_VERB, Act
from kiosk.fleet.console import machine, ordering, pieces
from kiosk.fleet.console.desk import Desk
from kiosk.fleet.console.pages import page_of
from kiosk.fleet.console.panel import Panel
from kiosk.fleet.console.telling import news
from kiosk.fleet.console.words import day_of, moment
from kiosk.fleet.desk import lists, one_kiosk
from kiosk.fleet.desk.shapes import CommandRow, DeviceView, KioskDetail, Moment, Standing, StorageView, SupplyView
from kiosk.fleet.policies import SHORT
from kiosk.fleet.verbs import VERBS

MEGABYTE = 1024 * 1024
NOTICE = Severity.NOTICE.value
MOMENTS = 40
OF_A_PART = ("test_device", "restart_device")
EMPTIED = {"retain": ("ok", "empty", "low"), "park": ("ok", "empty", "low")}
"""Levels at which all is well with a place that is not taken from."""
PAPER = {"full": "ok", "low": "low", "out": "empty"}
"""What the printer's sensor says of a roll whose sheets nobody counts."""
HEARTBEAT = ("seen_at", "uptime", "memory", "disk_free", "unsent")


class _OfKiosk(Panel[KioskDetail]):
    def __init__(self, desk: Desk, kiosk: str, classes: str = "panel") -> None:
        super().__init__(desk, classes)
        self.kiosk = kiosk

    def look(self) -> KioskDetail:
        return one_kiosk.one_kiosk(self.desk.service.reading, self.kiosk)


class Head(_OfKiosk):
    """Which kiosk, how it is, what it can do."""

    minutely = True

    def key(self, seen: KioskDetail) -> object:
        return seen.row.model_copy(update={"seen_at": None}), seen.details

    def draw(self, seen: KioskDetail) -> None:
        desk, words, row = self.desk, self.desk.words, seen.row
        with ui.element("div").classes("row kiosk-head"):
            pieces.link(words("kiosk.back"), desk.link("/")).classes("back")
            with ui.element("h1").classes("headline").props('data-testid="kiosk-name"'):
                ui.label(" · ".join(each for each in (row.id, row.name) if each))
            pieces.standing(desk, row.standing.value)
            if row.serving:
                ui.label(words("kiosk.serving")).classes("chip")
            if row.site:
                ui.label(row.site).classes("hint")
            seen_at = words("kiosk.never_seen") if row.seen_at is None else words.ago(row.seen_at, desk.now)
            if row.seen_at is not None:
                seen_at = words("kiosk.last_seen", when=seen_at)
            ui.label(seen_at).classes("hint")
        with ui.element("div").classes("row"):
            silent = row.standing in (Standing.OFFLINE, Standing.UNKNOWN)
            for each in row.works:
                banks = words.all(row.banks) if each == Capability.ISSUE else ""
                what = f"{'' if silent else '✓ '}{words.of('capability', each)}{f' · {banks}' if banks else ''}"
                ui.label(what).classes("chip quiet" if silent else "chip fine")
            for each, why in row.lost.items():
                because = words.of("device", why.partition(".")[0])
                label = f"✕ {words.of('capability', each)} · {words('kiosk.because', why=because)}"
                ui.label(label).classes("chip quiet" if silent else "chip out")


class Machine(_OfKiosk):
    """The picture, and what is wrong in words."""

    def __init__(self, desk: Desk, kiosk: str) -> None:
        super().__init__(desk, kiosk, "panel machine-panel")
        self._chosen = ""

    def key(self, seen: KioskDetail) -> object:
        page = "" if seen.presence is None else page_of(seen.presence.state)
        return seen.devices, seen.row.standing, page, self._chosen, bool(seen.alerts)

    def draw(self, seen: KioskDetail) -> None:
        words = self.desk.words
        pieces.title(words("kiosk.picture"), words("kiosk.picture_hint"))
        silent = seen.row.standing is Standing.OFFLINE
        if silent and seen.row.seen_at is not None:
            when = moment(seen.row.seen_at, self.desk.now)
            ui.label(words("kiosk.last_known", when=when)).classes("banner")
        wrong = [each for each in seen.devices if each.wrong or each.device == self._chosen]
        with ui.element("div").classes("machine-and-words"):
            machine.draw(self.desk, seen, self._choose)
            with ui.element("div").classes("grow"):
                if not silent and not wrong and not any(each.severity != NOTICE for each in seen.alerts):
                    ui.label(words("kiosk.nothing_wrong")).classes("hint")
                for each in wrong:
                    self._device(each)
                with ui.expansion(words("kiosk.devices")).classes("wide"):
                    for each in seen.devices:
                        with ui.element("div").classes("line"):
                            ui.label(words.of("device", each.kind)).classes("grow")
                            ui.label(each.model).classes("hint")
                            ui.label(words.of("state", each.state))

    def _choose(self, device: str) -> None:
        self._chosen = "" if self._chosen == device else device
        ui.timer(0, self.update, once=True)

    def _device(self, device: DeviceView) -> None:
        desk, words = self.desk, self.desk.words
        kind = device.severity if device.wrong else "fine"
        with ui.element("article").classes(f"alert {kind}").props(f'data-testid="device-{device.device}"'):
            with ui.element("div").classes("alert-head"):
                ui.label(words.of("device", device.kind)).classes("strong")
                ui.label(words.of("state", device.state)).classes("chip quiet")
                ui.label(device.model).classes("hint")
            if device.alarm is not None:
                code = device.fault or "fleet.device_gone"
                pieces.explained(desk, code, device.alarm, device.remedy)
            if device.faults or device.fault:
                ui.label(" · ".join(device.faults or (device.fault or "",))).classes("code")
            with ui.element("div").classes("row"):
                for verb in OF_A_PART if one_kiosk.commanded(device.kind, device.state) else ():
                    if desk.account.role.covers(LEAST_FOR_VERB[verb]):
                        ordering.button(desk, self.kiosk, verb, device=device.device)


class Alerts(_OfKiosk):
    """Its open alerts."""

    def key(self, seen: KioskDetail) -> object:
        return seen.alerts

    def draw(self, seen: KioskDetail) -> None:
        pieces.title(self.desk.words("alert.heading"))
        if not seen.alerts:
            pieces.nothing(self.desk.words("alert.none_open"))
        for row in seen.alerts:
            pieces.alert(self.desk, row, of_kiosk=True)


class Levels(_OfKiosk):
    """Supplies with their forecast, hoppers and bins."""

    def key(self, seen: KioskDetail) -> object:
        return seen.supplies, seen.storage, [each.words for each in seen.devices]

    def draw(self, seen: KioskDetail) -> None:
        words = self.desk.words
        pieces.title(words("kiosk.levels"))
        if not seen.supplies and not seen.storage:
            pieces.nothing(words("kiosk.levels_none"))
        paper = next((each.words.get("paper") for each in seen.devices if each.kind == "receipt_printer"), None)
        for each in seen.supplies:
            if each.supply == "paper" and each.left is None and paper in PAPER:
                each = each.model_copy(update={"level": PAPER[paper]})
            self._supply(each)
        told = {each.bank for each in seen.supplies if each.bank}
        for unit in seen.storage:
            if unit.bank not in told or unit.kind != "dispense":
                self._unit(unit)

    def _supply(self, each: SupplyView) -> None:
        words = self.desk.words
        with ui.element("div").classes("level").props(f'data-testid="supply-{each.supply}"'):
            with ui.element("div").classes("row"):
                ui.label(words.supply(each.supply)).classes("grow strong")
                ui.label(words.of("level", each.level)).classes(f"chip level-{'low' if each.soon else each.level}")
            if each.left is not None:
                if each.capacity:  # a bar of what is not known would say that it is full
                    share = each.left / each.capacity
                    pieces.bar(share, "low" if each.soon else each.level, words.supply(each.supply))
                key = "kiosk.left_of" if each.capacity else "kiosk.left"
                left = words(key, left=each.left, capacity=each.capacity)
                day = f" · {words('kiosk.runs_out', day=words.day(each.empty_on))}" if each.empty_on else ""
                ui.label(f"{left}{day}").classes("hint")

    def _unit(self, unit: StorageView) -> None:
        words = self.desk.words
        with ui.element("div").classes("line"):
            ui.label(
                f"{words.of('device', unit.device)} · {words.unit(unit.unit)}{f' · {unit.bank}' if unit.bank else ''}"
            ).classes("grow")
            ui.label("" if unit.count is None else str(unit.count)).classes("figure")
            fine = unit.level in EMPTIED.get(unit.kind, ())  # a bin is there to be empty
            ui.label(words.of("level", unit.level)).classes("chip fine" if fine else f"chip level-{unit.level}")


class Wear(_OfKiosk):
    """What is counted and tells of wear before a fault does."""

    def key(self, seen: KioskDetail) -> object:
        return seen.wear

    def draw(self, seen: KioskDetail) -> None:
        words = self.desk.words
        pieces.title(words("kiosk.wear"), words("kiosk.wear_hint"))
        if not seen.wear:
            pieces.nothing(words("kiosk.wear_none"))
        for each in seen.wear:
            with ui.element("div").classes("line").props(f'data-testid="wear-{each.what}"'):
                ui.label(words.of("wear", each.what)).classes("grow")
                ui.label(words("kiosk.times_of", times=each.times, of=f"{each.of:,}")).classes("hint")
                ui.label(f"{each.per_thousand:.1f} ‰").classes("figure")


class About(_OfKiosk):
    """What else is known of it."""

    def key(self, seen: KioskDetail) -> object:
        presence = seen.presence
        coarse = None if presence is None else presence.model_copy(update=dict.fromkeys(HEARTBEAT, 0))
        return coarse, seen.details, seen.missing, self.desk.now // 60_000

    def draw(self, seen: KioskDetail) -> None:
        desk, words, presence = self.desk, self.desk.words, seen.presence
        pieces.title(words("kiosk.facts"))
        facts: list[tuple[str, str]] = [("place", seen.details.site), ("line", seen.details.line)]
        if presence is not None:
            until = presence.certificate_until
            facts += [
                ("state", words.of("page", page) if (page := page_of(presence.state)) else presence.state),
                ("uptime", words.span(presence.uptime * 1000)),
                ("version", presence.version),
                ("policy", presence.policy[:SHORT]),
                ("region", presence.region),
                ("certificate", "–" if until is None else words.day(day_of(until))),
                ("clock", "–" if presence.clock_off is None else words.ahead(presence.clock_off)),
                ("disk", "–" if presence.disk_free is None else f"{presence.disk_free // MEGABYTE:,} MB"),
                ("memory", "–" if presence.memory is None else f"{presence.memory // MEGABYTE} MB"),
                ("unsent", str(presence.unsent + seen.missing)),
            ]
        with ui.element("dl").classes("facts"):
            for name, value in facts:
                with ui.element("dt"):
                    ui.label(words(f"kiosk.{name}"))
                with ui.element("dd"):
                    ui.label(value or "–")
        if desk.may(Act.KIOSK_DESCRIBE):
            pieces.button(
                words("kiosk.describe"),
                lambda: ordering.describe(desk, self.kiosk, seen.details),
                testid="describe",
                quiet=True,
            )


class Orders(Panel[tuple[CommandRow, ...]]):
    """What can be done from here, and what became of it."""

    minutely = True

    def __init__(self, desk: Desk, kiosk: str) -> None:
        super().__init__(desk)
        self.kiosk = kiosk

    def look(self) -> tuple[CommandRow, ...]:
        return lists.commands(self.desk.service.reading, kiosk_id=self.kiosk, limit=10)

    def draw(self, seen: tuple[CommandRow, ...]) -> None:
        words = self.desk.words
        pieces.title(words("kiosk.do"))
        with ui.element("div").classes("row"):
            for verb in VERBS.values():
                if self.desk.account.role.covers(LEAST_FOR_VERB[verb.name]):
                    ordering.button(self.desk, self.kiosk, verb.name)
        for row in seen:
            ordering.row(self.desk, row, of_kiosk=True)


class TimeLine(Panel[tuple[tuple[Moment, ...], frozenset[str]]]):
    """What happened, the newest first; and the parts it has not, which it cannot have lost."""

    def __init__(self, desk: Desk, kiosk: str) -> None:
        super().__init__(desk)
        self.kiosk = kiosk

    def look(self) -> tuple[tuple[Moment, ...], frozenset[str]]:
        reading = self.desk.service.reading
        moments = one_kiosk.time_line(reading, self.kiosk, limit=3 * MOMENTS)
        return moments, one_kiosk.not_fitted(reading, self.kiosk)

    def draw(self, seen: tuple[tuple[Moment, ...], frozenset[str]]) -> None:
        words = self.desk.words
        pieces.title(words("kiosk.timeline"))
        told = news(words, *seen)[:MOMENTS]
        if not told:
            pieces.nothing(words("frame.nothing"))
        for each, text in told:
            with ui.element("div").classes("entry"):
                ui.label(moment(each.happened_at, self.desk.now)).classes("time")
                ui.label(text).classes("grow")
                if each.late:
                    ui.label(words("kiosk.late")).classes("chip quiet")
