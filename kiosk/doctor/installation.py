"""The installation: configuration, policy, certificates, host, devices, journal."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLong
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from cryptography import x509

from devices import fault_catalogue, registry
from devices.card_printer.contract import CardPrinter, CardPrinterStatus
from devices.contract import DeviceError, DeviceState, StorageKind
from kiosk.catalogue import policy
from kiosk.clock import SystemClock
from kiosk.config import DeviceSettings, Issuing, Settings, load, option_mistakes
from kiosk.doctor.findings import Finding, fine, missing, note
from kiosk.doctor.foundations import listens
from kiosk.encoder import reader_address
from kiosk.host.http import HttpHost, Retries, TimeLimits
from kiosk.host.port import Host, HostError
from kiosk.journal.database import Database
from kiosk.journal.errors import JournalError
from kiosk.journal.store import verify
from kiosk.located_toml import MistakesError

PATIENCE = 15.0
"""Seconds a device may take to open and tell its state."""

SKEW = timedelta(seconds=5)


def configuration(file: Path, *, asked_for: bool) -> tuple[Settings | None, list[Finding]]:
    """The settings, if they can be used. Only a file that was asked for must exist."""
    if not file.exists() and not asked_for:
        remedy = f"for a kiosk of its own: kiosk config --print-example > {file}"
        return None, [note("configuration", f"none at {file}; the demonstration needs none", remedy)]
    try:
        settings = load(file)
        if mistakes := option_mistakes(settings, file):
            raise MistakesError(mistakes)
    except MistakesError as error:
        return None, [missing("configuration", str(each), f"correct {each.where}") for each in error.mistakes]
    return settings, [fine("configuration", f"{file}, no mistakes")]


def rules(settings: Settings) -> Iterator[Finding]:
    """The region's policy pack, for today."""
    try:
        pack = policy.load(settings.kiosk.region, settings.policy.region_file)
        pack.at(SystemClock().today())
    except MistakesError as error:
        for each in error.mistakes:
            yield missing("policy pack", str(each), f"correct {each.where}")
    except policy.NoRulesError as error:
        yield missing("policy pack", str(error), "set the clock, or get a pack for this day")
    else:
        yield fine("policy pack", f"{pack.region.name_en} ({pack.region.code})")


def certificates(settings: Settings, now: datetime | None = None) -> Iterator[Finding]:
    """The three files that the host is talked to with: there, readable, not about to expire."""
    now = now or datetime.now(UTC)
    host = settings.host
    for what, file in (("host's authority", host.authority_file), ("kiosk's certificate", host.certificate_file)):
        try:
            found = x509.load_pem_x509_certificates(file.read_bytes())
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "is no certificate in PEM"
            yield missing(what, f"{file}: {reason}", "get it from who runs the host")
            continue
        until = min(each.not_valid_after_utc for each in found)
        if until < now:
            yield missing(what, f"{file} expired on {until:%Y-%m-%d}", "get a new one from who runs the host")
        elif until - now < timedelta(days=30):
            yield note(what, f"{file} expires on {until:%Y-%m-%d}", "get a new one from who runs the host")
        else:
            yield fine(what, f"{file}, until {until:%Y-%m-%d}")
    try:
        mode = host.key_file.stat().st_mode & 0o777
        host.key_file.read_bytes()
    except OSError as error:
        yield missing("kiosk's key", f"{host.key_file}: {error.strerror}", "get it from who runs the host")
        return
    if mode & 0o077:
        yield note("kiosk's key", f"{host.key_file} is open to other users", f"chmod 600 {host.key_file}")
    else:
        yield fine("kiosk's key", str(host.key_file))


def _host(settings: Settings) -> Host:
    host = settings.host
    return HttpHost(
        host.url,
        ca_file=host.authority_file,
        certificate_file=host.certificate_file,
        key_file=host.key_file,
        kiosk_id=settings.kiosk.id,
        limits=TimeLimits(host.connect_seconds, host.answer_seconds, host.answer_seconds + host.connect_seconds),
        retries=Retries(attempts=1),
    )


def host_answers(settings: Settings, build: Callable[[Settings], Host] = _host) -> Finding:
    """Whether the host answers, and whether its clock and ours agree."""

    return _answers("host", settings, build)


def payer_answers(settings: Settings, build: Callable[[Settings], Host] = _host) -> Iterator[Finding]:
    """Whether the payer answers, where one is set; it is talked to like the host."""
    if settings.issuing is None:
        return
    if settings.issuing.payer_url is None:
        remedy = "set issuing.payer_url, unless every card is free here"
        yield note("payer", "none is set; a card that costs something is not made", remedy)
        return
    there = settings.host.model_copy(update={"url": settings.issuing.payer_url})
    yield _answers("payer", settings.model_copy(update={"host": there}), build)


def _answers(who: str, settings: Settings, build: Callable[[Settings], Host]) -> Finding:
    async def ask() -> datetime:
        host = build(settings)
        try:
            return await host.ping()
        finally:
            await host.close()

    url = settings.host.url
    try:
        theirs = asyncio.run(ask())
    except (HostError, OSError, ssl.SSLError) as error:
        remedy = f"check cable, address and certificates; ask who runs the {who}"
        return missing(who, f"{url} does not answer: {type(error).__name__}", remedy)
    skew = abs(theirs - datetime.now(UTC))
    if skew > SKEW:
        return note(who, f"{url} answers; its clock and ours differ by {skew.total_seconds():.0f} s", "set our clock")
    return fine(who, f"{url} answers")


def devices(settings: Settings, patience: float = PATIENCE) -> Iterator[Finding]:
    """Every fitted device, opened and asked for its state; not while the kiosk has them."""
    if settings.devices and listens(settings.link.socket):
        yield note("devices", "the kiosk is running and has them", "see its maintenance page, or stop it first")
        return
    asked = {name: _asked(name, device, settings.issuing) for name, device in settings.devices.items()}
    if (encoder := _encoder(settings)) is not None:
        asked["encoder"] = _asked("encoder", encoder, None)
    for name, answer in asked.items():
        try:
            yield answer.result(patience)
        except TooLong:
            yield missing(_title(name), f"no answer within {patience:g} s", "switch it off and on")


def _encoder(settings: Settings) -> DeviceSettings | None:
    """The reader at the card printer's chip contact."""
    fitted = settings.devices.get("card_printer")
    if fitted is None:
        return None
    try:
        driver = registry.driver("card-printer", fitted.model, fitted.at, **fitted.options)
    except (TypeError, ValueError):
        return None  # a finding of the printer's own
    chosen = settings.issuing.chip_address if settings.issuing else None
    address = reader_address(cast("CardPrinter", driver), chosen)
    return None if address is None else DeviceSettings(model="pcsc", at=address)


def _asked(name: str, settings: DeviceSettings, issuing: Issuing | None) -> Future[Finding]:
    """The finding to come, from a thread that does not hold up the end of the program."""
    answer: Future[Finding] = Future()

    def ask() -> None:
        try:
            answer.set_result(_ask(name, settings, issuing))
        except Exception as error:  # noqa: BLE001 - whatever a driver raises is a finding
            remedy = "a mistake in the driver or its options: see the documentation of the model"
            answer.set_result(missing(_title(name), f"{settings.at}: {type(error).__name__}: {error}", remedy))

    threading.Thread(target=ask, name=f"doctor-{name}", daemon=True).start()
    return answer


def _ask(name: str, settings: DeviceSettings, issuing: Issuing | None) -> Finding:
    what, at = _title(name), settings.at
    device_class = "card-reader" if name == "encoder" else name.replace("_", "-")
    device = registry.driver(device_class, settings.model, at, **settings.options)
    try:
        device.open()
        status = device.status()
    except DeviceError as error:
        return missing(what, f"{at}: {error.code}", _remedy(error.code))
    finally:
        device.close()
    if status.fault is not None:
        return missing(what, f"{at}: {status.device.value}, {status.fault}", _remedy(status.fault))
    if status.device is not DeviceState.ONLINE:
        return missing(what, f"{at}: {status.device.value}", "check its power and its cable")
    if isinstance(status, CardPrinterStatus) and issuing is not None:
        there = [unit.name for unit in status.of(StorageKind.DISPENSE)]
        if strange := [name for name in issuing.hoppers if name not in there]:
            remedy = f"correct issuing.hoppers; there are: {', '.join(there)}"
            return missing(what, f"{at}: it has no {', '.join(strange)}", remedy)
    return fine(what, f"{at}: online")


def issuing(settings: Settings) -> Iterator[Finding]:
    """Whether what is fitted and what is set for issuing belong together."""
    printer, section = settings.devices.get("card_printer"), settings.issuing
    if printer is None and section is None:
        return
    if section is None:
        yield note("issuing", "a card printer is fitted, and nothing is issued", "set [issuing] in the configuration")
    elif printer is None:
        remedy = "set [devices.card_printer] in the configuration"
        yield note("issuing", "no card printer is fitted: cards are applied for, and made elsewhere", remedy)
    else:
        banks = ", ".join(dict.fromkeys(section.hoppers.values()))
        yield fine("issuing", f"cards of {banks}, design {section.design}")
        if "camera" not in settings.devices:
            remedy = "set [devices.camera] in the configuration"
            yield note("photos", "no camera is fitted: only who has a photo on file gets a card here", remedy)


def _remedy(fault: str) -> str:
    entry = fault_catalogue.load().get(fault)
    return entry.staff.en if entry else "check its power and its cable"


def _title(name: str) -> str:
    return name.replace("_", " ")


def journal(file: Path) -> Finding:
    """The durable record, if there is one: whole, from the first entry to the last."""
    if not file.exists():
        return fine("journal", f"{file} will be made")
    keep = "keep the file, and call an engineer before the kiosk is used again"
    try:
        database = Database(file, read_only=True)
        try:
            faults = database.faults()
            broken = None if faults else verify(database)
            (count,) = database.rows("SELECT count(*) FROM entry")[0]
        finally:
            database.close()
    except JournalError as error:
        return missing("journal", f"{file}: {type(error).__name__}: {error}", keep)
    if faults:
        return missing("journal", f"{file}: {faults[0]}", keep)
    if broken:
        return missing("journal", f"{file}: entry {broken.sequence} {broken.reason}", keep)
    return fine("journal", f"{file}, whole; entries: {count}")
