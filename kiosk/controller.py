"""The composition root: builds devices, host, record, charts and link, runs them, takes them down."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

import structlog

import kiosk.activities as activities
from devices import registry
from devices.card_printer.contract import Ability, CardPrinter
from devices.card_reader.contract import CardReader
from devices.contract import Device, DeviceError, MediaState
from devices.speech import contract as speech
from devices.worker import DeviceWorker
from kiosk.activities.refusals import explain
from kiosk.catalogue import policy, services
from kiosk.catalogue.policy import Policy
from kiosk.clock import Clock, SystemClock
from kiosk.config import Settings
from kiosk.encoder import Encoder, reader_address
from kiosk.health.capabilities import Health
from kiosk.health.doors import DoorWatch
from kiosk.health.guard import IDLE, Guard
from kiosk.health.look import look_at_one
from kiosk.host.circuit import CircuitBreaker
from kiosk.host.http import HttpHost, Retries, TimeLimits
from kiosk.host.issuing_http import HttpIssuingHost
from kiosk.host.issuing_port import IssuingHost
from kiosk.host.payer.http import HttpPayer
from kiosk.host.payer.port import Payer
from kiosk.host.port import Host
from kiosk.host.transport import ConnectionSettings, HostConnection
from kiosk.issuing_advice import tellers
from kiosk.link import ScreenLink
from kiosk.pages.build import build as build_page
from kiosk.reconciling import Reconciler
from kiosk.record import Record
from kiosk.runtime import Runtime
from kiosk.slot import CardSlot
from kiosk.staff import Staff
from kiosk.tools import Tools
from kiosk.traffic import Traffic
from statemachines.kiosk import kiosk_chart
from statemachines.session import FREE, IN_USE
from statemachines.timing import with_overrides
from statemachines.views import Drawn, Touched

if TYPE_CHECKING:
    from kiosk.health.fleet_side import FleetSide

log = structlog.get_logger("controller")

D = TypeVar("D", bound=Device)

STILL = frozenset({"pin_pad", "id_reader", "camera", "cabinet"})
"""Devices that move nothing, whatever their model."""


class Controller:
    """One kiosk. ``host``, ``issuing``, ``payer`` and ``clock`` are handed in by tests; otherwise they come from the
    settings.

    ``on_listening`` is called when the screens can connect.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        host: Host | None = None,
        issuing: IssuingHost | None = None,
        payer: Payer | None = None,
        clock: Clock | None = None,
        on_listening: Callable[[], None] = lambda: None,
    ) -> None:
        self._on_listening = on_listening
        self.settings = settings
        self.clock: Clock = clock or SystemClock()
        self._host = host
        self._issuing = issuing
        self._payer = payer
        self.tools: Tools | None = None
        self.runtime: Runtime | None = None
        self._asking: asyncio.Task[None] | None = None
        self._chip_address: str | None = None

    async def run(self) -> None:
        """Serve until told to stop (SIGTERM or SIGINT), the card in the reader back with its owner."""
        settings = self.settings
        host = self._host or _host(settings, self.clock)
        issuing = self._issuing or _issuing_host(settings, host)
        payer = self._payer or _payer(settings, self.clock)
        record = Record(
            settings.journal_file,
            self.clock,
            settings.kiosk.id,
            host,
            tellers(issuing, payer),
            fleet=settings.fleet is not None,
        )
        tools = self.tools = self._tools(host, record, issuing, payer)
        fleet = self._fleet(tools)
        link = ScreenLink(
            settings.link.socket,
            on_touch=self._touched,
            on_drawn=self._drawn,
            on_alive=self._screens_are_here,
            on_speech=self._speech_told,
        )
        runtime = self.runtime = Runtime(
            kiosk_chart(activities),
            pages=build_page,
            tools=tools,
            delays=with_overrides(settings.timing),
            show=link.show,
            language=settings.screen.languages[0],
            explain=explain,
            moved=(lambda *_: None) if fleet is None else fleet.moved,
        )
        watched: asyncio.Task[None] | None = None
        if fleet is not None:
            fleet.attach(runtime)
            fleet.recall()
            watched = asyncio.create_task(fleet.run(), name="fleet")
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        loop.add_signal_handler(signal.SIGUSR1, self.maintain)
        await link.open()
        self._on_listening()
        delivering = asyncio.create_task(record.deliver(), name="outbox")
        reconciling = self._reconciling(tools, runtime)
        guard = Guard(tools, runtime, self._fresh(tools), stop=self.stop, changed=self._what_works_changed)
        guarding = asyncio.create_task(guard.run(), name="guard")
        doors = asyncio.create_task(DoorWatch(tools, runtime).run(), name="doors") if tools.cabinet else None
        log.info("controller_started", kiosk=settings.kiosk.id)
        try:
            await runtime.run()
        finally:
            ending = [
                each for each in (delivering, reconciling, doors, guarding, self._asking, watched) if each is not None
            ]
            for each in ending:
                each.cancel()
            await asyncio.wait(ending)
            if tools.card_slot is not None:
                tools.card_slot.stop()
            for worker in tools.devices.values():
                if worker is not None:
                    await worker.close()
            await link.close()
            if isinstance(tools.payer, HttpPayer):
                await tools.payer.close()
            await host.close()
            record.close()
            log.info("controller_stopped")
            if fleet is not None:
                fleet.reboot_if_wanted()

    def stop(self) -> None:
        """End in good order: a citizen's card comes back first."""
        if self.tools is not None and self.runtime is not None:
            self.tools.wishes.stop = True
            self.runtime.post("stop")

    def maintain(self) -> None:
        """An engineer asks for the machine, or has done with it."""
        if self.tools is not None and self.runtime is not None:
            self.tools.wishes.maintenance = not self.runtime.position.state.startswith("maintenance.")
            self.runtime.post("maintain")

    # -- parts ---------------------------------------------------------------------------------------------------------

    def _tools(self, host: Host, record: Record, issuing: IssuingHost | None, payer: Payer | None) -> Tools:
        settings = self.settings
        reader = cast("CardReader | None", self._driver("card_reader"))
        printer = cast("CardPrinter | None", self._driver("card_printer"))
        traffic = record.issuing.traffic
        if printer is not None:
            printer = traffic.of_device("printer", printer)
        card_printer = _worker("card_printer", printer)
        for party, side in (("host", host), ("payer", payer)):
            if isinstance(side, HttpHost | HttpPayer):
                side.connection.heard = partial(traffic.add, party)
        return Tools(
            settings=settings,
            clock=self.clock,
            policy=Policy(policy.load(settings.kiosk.region, settings.policy.region_file), self.clock.today),
            services=services.load(settings.policy.services_file),
            host=host,
            record=record,
            health=Health(
                host,
                statuses={"speech": speech.UNHEARD_OF if settings.speech.output else None},
                now=self.clock.now,
                monotonic=self.clock.monotonic,
            ),
            card_reader=_worker("card_reader", reader),
            card_slot=CardSlot(reader, self._media_changed) if reader is not None else None,
            id_reader=_worker("id_reader", self._driver("id_reader")),
            pin_pad=_worker("pin_pad", self._driver("pin_pad")),
            receipt_printer=_worker("receipt_printer", self._driver("receipt_printer")),
            card_printer=card_printer,
            encoder=self._encoder(printer, card_printer, traffic),
            camera=_worker("camera", self._driver("camera")),
            cabinet=_worker("cabinet", self._driver("cabinet")),
            issuing=issuing,
            payer=payer,
            staff=Staff(settings.staff_file, record.counters, self.clock),
        )

    def _encoder(
        self, printer: CardPrinter | None, worker: DeviceWorker[CardPrinter] | None, traffic: Traffic
    ) -> Encoder | None:
        """None where a chip cannot be reached."""
        if printer is None or worker is None:
            return None
        issuing = self.settings.issuing
        address = reader_address(printer, issuing.chip_address if issuing else None)
        self._chip_address = address
        if address is not None:
            reader = cast("CardReader", registry.driver("card-reader", "pcsc", address))
            return Encoder(worker, DeviceWorker("encoder", reader), self.clock, traffic)
        return Encoder(worker, None, self.clock, traffic) if Ability.CHIP in printer.abilities else None

    def _reconciling(self, tools: Tools, runtime: Runtime) -> asyncio.Task[None] | None:
        """The duty at the day's end, between citizens."""
        if tools.issuing is None:
            return None

        def idle() -> bool:
            return runtime.position.state in IDLE

        duty = Reconciler(tools.record.journal, self.clock, tools.issuing, tools.payer, idle)
        return asyncio.create_task(duty.run(), name="reconciliation")

    def _fresh(self, tools: Tools) -> dict[str, Callable[[], Device]]:
        """Another driver for each device that moves nothing, and whose line is not for one alone: beside it, a late end
        of an old call does no harm. A serial port that an old call holds no other driver can open."""
        fresh: dict[str, Callable[[], Device]] = {}
        for name, fitted in self.settings.devices.items():
            still = name in STILL or (name == "card_reader" and fitted.model == "pcsc")
            if still and (fitted.at.startswith("pcsc:") or "://" in fitted.at):
                fresh[name] = partial(self._driver, name)
        if tools.devices["encoder"] is not None and self._chip_address is not None:
            fresh["encoder"] = partial(registry.driver, "card-reader", "pcsc", self._chip_address)
        return fresh

    def _fleet(self, tools: Tools) -> FleetSide | None:
        """None for a kiosk of no fleet, which then does not load what speaks with one either."""
        if self.settings.fleet is None:
            return None
        from kiosk.health.fleet_side import FleetSide

        return FleetSide(self.settings.fleet, tools, stop=self.stop)

    def _driver(self, name: str) -> Any:
        fitted = self.settings.devices.get(name)
        if fitted is None:
            return None
        return registry.driver(name.replace("_", "-"), fitted.model, fitted.at, **fitted.options)

    # -- what happens --------------------------------------------------------------------------------------------------

    def _media_changed(self, before: MediaState, after: MediaState) -> None:
        if self.runtime is None:
            return
        log.info("card_slot", before=before.value, after=after.value)
        if after is MediaState.PRESENT:
            self.runtime.post("card_inserted")
        elif after is MediaState.NOT_PRESENT:
            self.runtime.post("card_removed", IN_USE if self.runtime.session.card_in_use else "")
        elif after is MediaState.UNKNOWN:
            if in_use := self.runtime.session.card_in_use:
                explain(self.runtime.session, self.runtime.tools, DeviceError("card_reader.absent"))
            self.runtime.post("reader_gone", IN_USE if in_use else FREE)
        if MediaState.UNKNOWN in (before, after):
            self._asking = asyncio.create_task(self._look_at_card_reader(), name="card-reader")

    async def _look_at_card_reader(self) -> None:
        """It went, or is back: what can be done has changed, and the page says so at once."""
        if self.tools is None or self.runtime is None or self.tools.card_reader is None:
            return
        await look_at_one(self.tools, "card_reader", self._what_works_changed)

    def _what_works_changed(self) -> None:
        """Between citizens the chart looks again; a citizen's page is drawn anew with what still works."""
        if self.runtime is None:
            return
        if self.runtime.position.knows("changed"):
            self.runtime.post("changed", entry=self.runtime.position.entry)
        elif self.runtime.shown is not None:
            self.runtime.refresh()

    def _touched(self, touch: Touched) -> None:
        if self.runtime is not None:
            self.runtime.touched(touch)

    def _speech_told(self, fault: str | None) -> None:
        """``fault``: what keeps the screens from being heard; None: they are gone."""
        if self.tools is not None and self.settings.speech.output:
            self.tools.health.saw("speech", speech.UNHEARD_OF if fault is None else speech.status(fault))

    def _drawn(self, drawn: Drawn) -> None:
        log.debug("drawn", view=drawn.number, page=drawn.page)

    def _screens_are_here(self) -> None:
        if self.runtime is not None and self.runtime.shown is not None:
            self.runtime.refresh()


def _worker(name: str, driver: D | None) -> DeviceWorker[D] | None:
    return None if driver is None else DeviceWorker(name, driver)


def sides(settings: Settings, clock: Clock) -> tuple[Host, IssuingHost | None, Payer | None]:
    """Host, its side of issuing, and payer, as configured. Whoever asks closes host and payer."""
    host = _host(settings, clock)
    return host, _issuing_host(settings, host), _payer(settings, clock)


def _host(settings: Settings, clock: Clock) -> Host:
    return HttpHost(settings.host.url, **_connection(settings, clock))


def _issuing_host(settings: Settings, host: Host) -> IssuingHost | None:
    if settings.issuing is None or not isinstance(host, HttpHost):
        return None
    return HttpIssuingHost(host.connection)


def _payer(settings: Settings, clock: Clock) -> Payer | None:
    """On a connection, with a circuit breaker, of its own: it may be gone while the host is there."""
    if settings.issuing is None or settings.issuing.payer_url is None:
        return None
    return HttpPayer(HostConnection(settings.issuing.payer_url, **_connection(settings, clock)))


def _connection(settings: Settings, clock: Clock) -> ConnectionSettings:
    host = settings.host
    return ConnectionSettings(
        ca_file=host.authority_file,
        certificate_file=host.certificate_file,
        key_file=host.key_file,
        kiosk_id=settings.kiosk.id,
        limits=TimeLimits(host.connect_seconds, host.answer_seconds, host.altogether_seconds),
        retries=Retries(attempts=host.attempts),
        circuit=CircuitBreaker(clock=clock.monotonic),
    )
