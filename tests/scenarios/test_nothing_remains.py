"""After a session nothing of the citizen remains (F106), and a PIN is nowhere at all (F103): in logs, journal, files,
views and exceptions, and in the memory of both processes, looked through byte by byte."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from kiosk_rig import Kiosk
from test_processes import sees, takes_card, touches

from kiosk.demo.stand import Stand
from statemachines.views import Amount, Attract, Details, Menu, PinEntry, Refusal, Say, TakePaper

pytestmark = [pytest.mark.pcsc]

WANG = "wang_xiulan"
PERSONAL = {
    "name": "王秀兰",
    "number": "990101195603120022",
    "card": "990100D1560000050A00000148FB4966",
    "card number": "X00000019",
    "address": "幸福路3号",
    "balance": "3,456.18",
}
"""Of the citizen who is driven through the sessions here: what may be on the screen, and nowhere afterwards."""
IDENTIFYING = {what: text for what, text in PERSONAL.items() if what != "balance"}
PIN = "260317"
WRONG_PIN = "731946"
ENCODINGS = ("utf-8", "utf-16-le", "utf-32-le")


def found_in(content: bytes, secrets: Mapping[str, str]) -> set[str]:
    """Which secrets stand in these bytes, in any form in which Python or a library keeps text."""
    forms = {text.encode(encoding): what for what, text in secrets.items() for encoding in ENCODINGS}
    return {forms[found[0]] for found in re.finditer(b"|".join(map(re.escape, forms)), content)}


def found_in_files(folders: Iterable[Path], secrets: Mapping[str, str]) -> dict[str, set[str]]:
    """Which secrets stand in which file of these folders."""
    files = [file for folder in folders for file in folder.rglob("*") if file.is_file()]
    found = {str(file): found_in(file.read_bytes(), secrets) for file in files}
    assert found, "there is something to look through"
    return {file: what for file, what in found.items() if what}


def found_in_memory(pid: int, secrets: Mapping[str, str]) -> set[str]:
    """Which secrets stand in what a process has in memory."""
    found: set[str] = set()
    looked = 0
    with Path(f"/proc/{pid}/mem").open("rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, rights = line.split()[:2]
            if "w" not in rights or "[v" in line:
                continue
            begin, end = (int(edge, 16) for edge in span.split("-"))
            memory.seek(begin)
            try:
                content = memory.read(end - begin)
            except OSError:
                continue  # a device's memory
            looked += len(content)
            found |= found_in(content, secrets)
    assert looked > 10_000_000
    return found


async def comes_and_goes(stand: Stand) -> set[str]:
    """Someone looks at everything, prints, and goes; the next one's first page is on the glass.

    Answers with what the screens had in memory while it was on the glass: that it could have remained.
    """
    await stand.bench.reset()
    await sees(stand, "Attract")
    await touches(stand, "start", to="Notice")
    await touches(stand, "agree", to="Identify")
    await stand.bench.insert_card(WANG)
    await sees(stand, "PinEntry")
    for pin in (WRONG_PIN, PIN):
        await stand.bench.wait_scene("pin-pad", lambda scene: scene["input"] != "off" and scene["typed"] == 0)
        await stand.bench.type(WANG, pin, then="enter")
    await sees(stand, "Menu")
    await touches(stand, "choose", "card_status", to="Details")
    await touches(stand, "reveal", to="Details")
    await touches(stand, "back", to="Menu")
    await touches(stand, "choose", "personal_data", to="Details")
    await touches(stand, "reveal", to="Details")
    during = found_in_memory(stand.children["screens"].pid, PERSONAL)
    await touches(stand, "back", to="Menu")
    await touches(stand, "choose", "medical_account", to="Amount")
    await touches(stand, "print", to="TakePaper")
    await stand.bench.tear_off(WANG)
    await touches(stand, "done", to="Menu")
    await touches(stand, "leave", to="TakeCard")
    await takes_card(stand)
    return during


@pytest.mark.window
@pytest.mark.asyncio(loop_scope="session")
async def test_f106_and_f103_nothing_of_the_citizen_and_no_pin_remains_in_memory_files_or_logs(stand: Stand) -> None:
    pins = {"PIN": PIN, "wrong PIN": WRONG_PIN}
    assert found_in_memory(stand.children["bench"].pid, pins) == {"PIN"}, "the wallet knows it, and it would be found"
    during = await comes_and_goes(stand)
    assert {"name", "number", "address"} <= during
    assert found_in_memory(stand.children["screens"].pid, PERSONAL | pins) == set()
    assert found_in_memory(stand.children["controller"].pid, pins) == set()
    folders = (stand.logs, stand.folder / "state")
    written = {each.name for folder in folders for each in folder.rglob("*")}
    assert {"controller.log", "screens.stderr", "host.stderr", "bench.stderr"} <= written
    assert found_in_files(folders, PERSONAL | pins) == {}


# -- in the test's own process: what is sent, and what goes wrong ------------------------------------------------------


async def test_no_view_after_the_farewell_says_anything_of_the_citizen(kiosk: Kiosk) -> None:
    await kiosk.reaches_menu(WANG)
    await kiosk.chooses("personal_data")
    await kiosk.screens.page(Details)
    before = kiosk.screens.last.frame.number
    kiosk.screens.touch("reveal")
    await kiosk.screens.page(Details, after=before)
    assert {"name", "number"} <= found_in(msgspec.json.encode(kiosk.screens.last), PERSONAL)
    kiosk.screens.touch("leave")
    left_at = kiosk.screens.last.frame.number
    await kiosk.takes_card(WANG)
    await kiosk.begins()
    await kiosk.bench.insert_card("zhao_min")
    await kiosk.screens.page(PinEntry)
    after = [show for show in kiosk.screens.shown if show.frame.number > left_at]
    assert found_in(msgspec.json.encode(after), PERSONAL) == set()


FAILING: dict[str, tuple[str, str, type[Any]]] = {
    "identification": ("kiosk.activities.identification.CardProof", "", Refusal),
    "a question": ("kiosk.activities.query._shape", "pension", Refusal),
    "a print": ("kiosk.activities.printing.answer_sheets", "medical_account", Refusal),
    "a page": ("kiosk.activities.query._ask", "personal_data", Refusal),
}
"""Where something unforeseen goes wrong: what raises, the service that leads there, the page that tells."""


@pytest.mark.parametrize(("where", "service", "page"), FAILING.values(), ids=FAILING)
async def test_an_unforeseen_exception_that_speaks_of_the_citizen_is_logged_without(
    kiosk: Kiosk, monkeypatch: pytest.MonkeyPatch, where: str, service: str, page: type[Any]
) -> None:
    def raises(*_: object, **__: object) -> None:
        raise ValueError(f"cannot: {IDENTIFYING} <{PERSONAL['name']}> {PERSONAL['number']}")

    await kiosk.comes_by_card(WANG)
    if not service:
        monkeypatch.setattr(where, raises)
    await kiosk.types(WANG, own_pin=True)
    if service:
        await kiosk.screens.page(Menu)
        monkeypatch.setattr(where, raises)
        await kiosk.chooses(service)
    if service == "medical_account":
        await kiosk.screens.page(Amount)
        kiosk.screens.touch("print")
    assert (await kiosk.screens.page(page)).what == Say("refusal.unexpected")
    kiosk.screens.touch("leave")
    await kiosk.takes_card(WANG)
    assert "ValueError" in kiosk.log()
    files = found_in_files((kiosk.folder / "logs", kiosk.folder / "state"), PERSONAL | {"PIN": PIN})
    assert files == {}


async def test_a_device_that_fails_in_the_middle_of_a_pin_says_nothing_of_it(kiosk: Kiosk) -> None:
    await kiosk.comes_by_card(WANG)
    await kiosk.bench.wait_scene("pin-pad", lambda scene: scene["input"] != "off")
    await kiosk.bench.type(WANG, PIN)
    await kiosk.bench.set_fault("pin-pad", "absent", True)
    await kiosk.screens.page(Refusal)
    await kiosk.bench.set_fault("pin-pad", "absent", False)
    kiosk.screens.touch("leave")
    await kiosk.takes_card(WANG)
    await kiosk.comes_by_card(WANG)
    await kiosk.bench.set_fault("card-reader", "status_word", "20=6F00")
    await kiosk.types(WANG, own_pin=True)
    await kiosk.screens.page(Refusal)
    await kiosk.bench.set_fault("card-reader", "status_word", "")
    kiosk.screens.touch("leave")
    await kiosk.takes_card(WANG)
    assert found_in_files((kiosk.folder / "logs", kiosk.folder / "state"), PERSONAL | {"PIN": PIN}) == {}


async def test_the_journal_tells_what_was_done_and_not_by_whom(kiosk: Kiosk) -> None:
    await kiosk.reaches_menu(WANG)
    await kiosk.prints_contributions(WANG)
    assert isinstance(kiosk.screens.last.page, TakePaper)
    kiosk.screens.touch("leave")
    await kiosk.takes_card(WANG)
    await kiosk.screens.page(Attract)
    content = b"".join(file.read_bytes() for file in (kiosk.folder / "state").rglob("*") if file.is_file())
    assert b"in_service.session.query.printing" in content
    assert b"session.ended" in content
    assert re.search(rb"D\d{14}", content)
    assert found_in(content, PERSONAL | {"PIN": PIN}) == set()
