"""Number and code against the roll: what is told, what is counted, what is separated (F111)."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from staff_rig import CODES, NUMBERS, OWN_NUMBER, Desk, code_hash, secret

from kiosk.journal.counters import Counters
from kiosk.journal.store import Journal
from kiosk.staff import (
    MOST_FAILURES,
    VOUCHING,
    OwnMatter,
    Role,
    RoleNotAllowed,
    SamePerson,
    Staff,
    StaffLocked,
    StaffMember,
    StaffRefused,
    StaffUnusable,
    TwoPersons,
    WrongCode,
    hashing,
)
from kiosk.staff.check import LOCKED_SECONDS
from kiosk.staff.roll import changing, load

EVERY_ROLE = frozenset(Role)
WRONG = "111222"


async def tries(desk: Desk, who: str = "attendant", code: str = "", **how: Any) -> StaffMember:
    roles = how.pop("roles", VOUCHING)
    with secret(NUMBERS.get(who, who)) as number, secret(code or CODES[who]) as typed:
        return await desk.staff.check(number, typed, roles, **how)


async def fails(desk: Desk, times: int, who: str = "attendant") -> None:
    for _ in range(times):
        with pytest.raises(WrongCode):
            await tries(desk, who, WRONG)


async def test_the_right_code_is_somebody(desk: Desk) -> None:
    member = await tries(desk)
    assert (member.number, member.role) == ("0042", Role.ATTENDANT)


async def test_an_unknown_number_and_a_wrong_code_are_told_alike_and_take_alike(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[str] = []
    true = hashing.matches
    monkeypatch.setattr(hashing, "matches", lambda code, phc: compared.append(phc) or true(code, phc))
    with pytest.raises(StaffRefused) as unknown:
        await tries(desk, "7777", WRONG)
    with pytest.raises(StaffRefused) as wrong:
        await tries(desk, "attendant", WRONG)
    assert (type(unknown.value), str(unknown.value)) == (type(wrong.value), str(wrong.value)) == (WrongCode, "")
    assert compared == [hashing.NOBODY, code_hash("attendant")]
    assert desk.record.counters.all() == {"staff.0042.failures": 1}  # an unknown number leaves nothing: it may be a PIN


async def test_five_wrong_codes_lock_the_number_and_no_other(desk: Desk) -> None:
    await fails(desk, MOST_FAILURES)
    with pytest.raises(StaffLocked):
        await tries(desk)
    assert (await tries(desk, "other")).number == "0043"


async def test_a_locked_number_is_not_compared_at_all(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    await fails(desk, MOST_FAILURES)

    def compared(*_: Any) -> bool:
        raise AssertionError("the code was looked at")

    monkeypatch.setattr(hashing, "matches", compared)
    with pytest.raises(StaffLocked):
        await tries(desk)


async def test_the_lock_outlasts_a_restart(desk: Desk, tmp_path: Path) -> None:
    await fails(desk, MOST_FAILURES)
    desk.record.close()
    journal = Journal(tmp_path / "journal.db", desk.clock, "K0001")
    desk.staff = Staff(desk.file, journal.counters, desk.clock)
    with pytest.raises(StaffLocked):
        await tries(desk)
    journal.close()


async def test_after_a_quarter_of_an_hour_there_are_five_tries_again(desk: Desk) -> None:
    await fails(desk, MOST_FAILURES)
    desk.clock.advance(LOCKED_SECONDS - 1)
    with pytest.raises(StaffLocked):
        await tries(desk)
    desk.clock.advance(1)
    await fails(desk, MOST_FAILURES - 1)
    await tries(desk)
    await fails(desk, MOST_FAILURES)
    with pytest.raises(StaffLocked):
        await tries(desk)


async def test_the_right_code_begins_the_count_anew(desk: Desk) -> None:
    await fails(desk, MOST_FAILURES - 1)
    await tries(desk)
    await fails(desk, MOST_FAILURES - 1)
    await tries(desk)


@pytest.mark.parametrize("before", range(MOST_FAILURES))
async def test_pulling_the_plug_gains_no_try(desk: Desk, monkeypatch: pytest.MonkeyPatch, before: int) -> None:
    """The machine dies while the code is compared, each time: after the fifth the number is locked all the same."""
    await fails(desk, before)
    with monkeypatch.context() as cut:

        def power_cut(*_: Any) -> bool:
            raise InterruptedError

        cut.setattr(hashing, "matches", power_cut)
        for _ in range(MOST_FAILURES - before):
            with pytest.raises(InterruptedError):
                await tries(desk)
    with pytest.raises(StaffLocked):
        await tries(desk)


class Cut(Exception):
    """The power went."""


@pytest.mark.parametrize("survives", range(3))
async def test_a_cut_between_two_writes_of_the_last_try_locks_or_counts(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, survives: int
) -> None:
    await fails(desk, MOST_FAILURES - 1)
    left = [survives]

    def cut_after(true: Any) -> Any:
        def write(*given: Any) -> Any:
            if not left[0]:
                raise Cut
            left[0] -= 1
            return true(*given)

        return write

    with monkeypatch.context() as cut:
        cut.setattr(Counters, "set", cut_after(Counters.set))
        cut.setattr(Counters, "add", cut_after(Counters.add))
        with pytest.raises((Cut, WrongCode)):
            await tries(desk, code=WRONG)
    with pytest.raises((WrongCode, StaffLocked)):
        await tries(desk, code=WRONG)
    with pytest.raises(StaffLocked):
        await tries(desk)


async def test_a_clock_set_back_does_not_lock_for_years(desk: Desk) -> None:
    await fails(desk, MOST_FAILURES)
    desk.clock.set_now(desk.clock.now() - timedelta(days=700))
    with pytest.raises(StaffLocked):
        await tries(desk)
    desk.clock.advance(LOCKED_SECONDS)
    await tries(desk)


@pytest.mark.parametrize("who", ["keeper", "engineer"])
async def test_who_has_cards_or_machine_in_hand_does_not_vouch(desk: Desk, who: str) -> None:
    with pytest.raises(RoleNotAllowed):
        await tries(desk, who)
    with pytest.raises(WrongCode):  # whether a role would do is told to nobody with a wrong code
        await tries(desk, who, WRONG)
    assert (await tries(desk, who, roles=EVERY_ROLE)).number == NUMBERS[who]


async def test_nobody_vouches_for_themselves(desk: Desk) -> None:
    with pytest.raises(OwnMatter):
        await tries(desk, not_for={"990101200001010015", OWN_NUMBER})
    await tries(desk, not_for={"990101200001010015", ""})
    await tries(desk, "other", not_for={OWN_NUMBER})


async def test_who_is_taken_off_the_roll_is_out_at_once(desk: Desk) -> None:
    await tries(desk)
    with changing(desk.file) as members:
        members[:] = [each for each in members if each.number != "0042"]
    with pytest.raises(WrongCode):
        await tries(desk)


@pytest.mark.parametrize("how", ["open to others", "not TOML", "a hash cut off", "twice the same"])
async def test_a_roll_that_cannot_be_trusted_knows_nobody(desk: Desk, how: str) -> None:
    text = desk.file.read_text()
    match how:
        case "open to others":
            desk.file.chmod(0o640)
        case "not TOML":
            desk.file.write_text(text + "[[member")
        case "a hash cut off":
            desk.file.write_text(text.replace(code_hash("other"), code_hash("other")[:30]))
        case "twice the same":
            desk.file.write_text(text.replace('"0043"', '"0042"'))
    assert not await desk.staff.known(VOUCHING)
    with pytest.raises(StaffUnusable):
        await tries(desk)


async def test_without_a_roll_there_is_nobody(desk: Desk) -> None:
    assert await desk.staff.known(VOUCHING)
    desk.file.unlink()
    assert not await desk.staff.known(VOUCHING)
    with pytest.raises(WrongCode):
        await tries(desk)


async def test_digits_live_until_they_have_been_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever leaves while the code is compared waits for the end of it: zeroed digits would count as a failure."""
    begun, goes_on = threading.Event(), threading.Event()
    true = hashing.matches

    def slow(code: Any, phc: str) -> bool:
        begun.set()
        goes_on.wait(5)
        return true(code, phc)

    monkeypatch.setattr(hashing, "matches", slow)
    task = asyncio.create_task(tries(desk))
    await asyncio.to_thread(begun.wait, 5)
    task.cancel()
    for _ in range(10):
        await asyncio.sleep(0)
    assert not task.done()
    goes_on.set()
    await asyncio.wait([task])
    assert task.cancelled()
    assert desk.record.counters.value("staff.0042.failures") == 0


def test_a_member_shows_no_hash(desk: Desk) -> None:
    shown = f"{load(desk.file)!r} {load(desk.file)} {load(desk.file).member[0]!r}"
    assert "argon2id" not in shown
    assert "0042" in shown


# -- two persons -------------------------------------------------------------------------------------------------------


async def comes(two: TwoPersons, who: str) -> StaffMember:
    with secret(NUMBERS[who]) as number, secret(CODES[who]) as code:
        return await two.check(number, code)


async def test_two_different_persons_are_two(desk: Desk) -> None:
    two = TwoPersons(desk.staff, {Role.ATTENDANT, Role.STOCK_KEEPER}, one_of_them={Role.STOCK_KEEPER})
    await comes(two, "attendant")
    assert not two.complete
    with pytest.raises(SamePerson):
        await comes(two, "attendant")
    assert not two.complete
    with pytest.raises(RoleNotAllowed):  # two attendants: neither keeps the stock
        await comes(two, "other")
    with pytest.raises(RoleNotAllowed):
        await comes(two, "engineer")
    await comes(two, "keeper")
    assert (two.complete, two.numbers) == (True, ("0042", "0051"))
    with pytest.raises(RuntimeError):
        await comes(two, "other")


# -- the file ----------------------------------------------------------------------------------------------------------


def test_the_file_is_replaced_whole_or_not_at_all(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    before = desk.file.read_bytes()

    def cut(*_: Any) -> Any:
        raise OSError("the disk is gone")

    monkeypatch.setattr(Path, "replace", cut)
    with pytest.raises(OSError, match="the disk is gone"), changing(desk.file) as members:
        members.pop()
    assert desk.file.read_bytes() == before
    assert not list(desk.file.parent.glob(".staff*"))


def test_the_file_is_its_owners_alone(desk: Desk) -> None:
    assert desk.file.stat().st_mode & 0o777 == 0o600
    with changing(desk.file) as members:
        members.reverse()
    assert desk.file.stat().st_mode & 0o777 == 0o600
    assert [each.number for each in load(desk.file).member] == sorted(NUMBERS.values())


def test_two_who_change_it_take_turns(desk: Desk) -> None:
    inside, ended = threading.Event(), threading.Event()

    def other() -> None:
        with changing(desk.file) as members:
            inside.set()
            members[:] = [each for each in members if each.number != "0043"]
        ended.set()

    with changing(desk.file) as members:
        thread = threading.Thread(target=other)
        thread.start()
        assert not inside.wait(0.1)
        members[:] = [each for each in members if each.number != "0042"]
    assert ended.wait(5)
    thread.join(5)
    assert [each.number for each in load(desk.file).member] == ["0051", "0090"]
