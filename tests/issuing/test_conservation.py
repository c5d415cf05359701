"""Whatever citizens, faults, staff, lost hosts and power cuts come in whatever order: every card is accounted for, none
is made twice, and no fee is kept for nothing.

``KIOSK_PROOF=long``: as many and as long sequences as a night allows; without it, what ``make test`` has time for.
"""

from __future__ import annotations

import asyncio
import os
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, ClassVar

import pytest
from hall import Hall
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from invariants import violations
from workshop import STOCK, Workshop, workshop

from kiosk.catalogue.rules import Reason

LONG = os.environ.get("KIOSK_PROOF") == "long"
JAMS = ("jam_feed", "jam_contact", "jam_print", "jam_exit")
PRINTER_FAULTS = (*JAMS, "misfeed", "ribbon_break", "reject_box_full", "ribbon_missing", "lost_reply")
STEPS = (
    "making.preparing",
    "making.reading",
    "making.reserving",
    "making.writing",
    "making.comparing",
    "making.committing",
    "handing_over.presenting",
)
LOST = ("lost_reply", "lost_request", "broken_reply", "error_after")
PEOPLE = 1500
"""Of whom one in thirty has no card yet."""
CALLS = ("reservations", "commits", "personalisation/*", "state*", "*")
reasons = st.sampled_from([Reason.FIRST, Reason.FIRST, Reason.DAMAGED])
hands = st.sampled_from([True, True, True, False])


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workshop]:
    with workshop(tmp_path_factory.mktemp("hall"), people=PEOPLE) as made:
        yield made


class Days(RuleBasedStateMachine):
    """Of one machine, without a night between."""

    bench: Workshop
    seen: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.bench.renew()
        self.hall = Hall(self.bench)
        self.wish: Callable[[str], None] = lambda state: None

    def run(self, doing: Any) -> None:
        self.runner.run(doing)

    @initialize()
    def opens(self) -> None:
        self.run(self.hall.open())

    def teardown(self) -> None:
        try:
            if hasattr(self.hall, "kiosk"):
                self.run(self.hall.all_is_well_again())
                assert violations(self.bench, self.hall.kiosk.journal) == []
                assert self.runner.run(self.hall.disagreements()) == []
                assert self.runner.run(self.hall.kiosk.record.stock.blocks()) == ()
                assert self.runner.run(self.hall.unfinished()) == []
        finally:
            if hasattr(self.hall, "kiosk"):
                self.run(self.hall.close())
            self.seen.update(self.hall.seen)
            self.runner.close()

    # -- citizens ------------------------------------------------------------------------------------------------------

    @precondition(lambda self: not self.hall.plug.away)
    @rule(reason=reasons, hand=hands)
    def a_citizen(self, reason: Reason, hand: bool) -> None:
        self.run(self.hall.citizen(reason, hand=hand))

    @precondition(lambda self: not self.hall.plug.away)
    @rule(reason=reasons, hand=hands, fault=st.sampled_from(PRINTER_FAULTS), step=st.sampled_from(STEPS))
    def a_citizen_and_the_printer_fails(self, reason: Reason, hand: bool, fault: str, step: str) -> None:
        def at(state: str) -> None:
            if state == step:
                self.hall.fault(fault)

        self.run(self.hall.citizen(reason, hand=hand, at=at))

    @precondition(lambda self: not self.hall.plug.away)
    @rule(reason=reasons, chips=st.integers(1, 2))
    def a_citizen_and_dead_chips(self, reason: Reason, chips: int) -> None:
        self.hall.dead_chips(chips)
        self.run(self.hall.citizen(reason, hand=True))

    @precondition(lambda self: not self.hall.plug.away)
    @rule(reason=reasons, kind=st.sampled_from(LOST), times=st.integers(1, 4), call=st.sampled_from(CALLS))
    def a_citizen_and_answers_are_lost(self, reason: Reason, kind: str, times: int, call: str) -> None:
        def at(state: str) -> None:
            if state == "making.preparing":
                self.bench.order(kind, f"/v1/issuing/{call}", times=times)

        self.run(self.hall.citizen(reason, hand=True, at=at))
        self.bench.control.delete("/sandbox/faults").raise_for_status()

    @precondition(lambda self: not self.hall.plug.away)
    @rule(reason=reasons, step=st.sampled_from(STEPS), far=st.sampled_from(["host", "payer", "both"]), hand=hands)
    def a_citizen_and_a_far_end_goes_away(self, reason: Reason, step: str, far: str, hand: bool) -> None:
        def at(state: str) -> None:
            if state == step:
                self.hall.plug.away.update(("host", "payer") if far == "both" else (far,))

        self.run(self.hall.citizen(reason, hand=hand, at=at))

    @precondition(lambda self: not self.hall.plug.away)
    @rule(reason=reasons, hand=hands, points=st.integers(0, 420), mains=st.sampled_from([True, True, False]))
    def a_citizen_and_the_power_goes(self, reason: Reason, hand: bool, points: int, mains: bool) -> None:
        self.run(self.hall.citizen(reason, hand=hand, cut_after=points, mains=mains))

    # -- what happens between them -------------------------------------------------------------------------------------

    @precondition(lambda self: self.hall.plug.away)
    @rule()
    def the_far_ends_are_back(self) -> None:
        self.hall.plug.away.clear()
        self.run(self.hall.kiosk.recover())

    @rule(mains=st.booleans())
    def it_is_restarted(self, mains: bool) -> None:
        self.run(self.hall.restart(mains=mains))

    @precondition(lambda self: not self.hall.plug.away)
    @rule(number=st.integers(1, 4), sealed=st.booleans())
    def the_staff_see_to_everything(self, number: int, sealed: bool) -> None:
        hall = self.hall
        acts = [hall.repair, hall.empty_bin, hall.count, hall.refill(number)]
        self.run(hall.visit(*acts, *([hall.seal] if sealed else [])))

    @rule(number=st.integers(1, 4))
    def the_hopper_is_filled(self, number: int) -> None:
        self.run(self.hall.visit(self.hall.refill(number)))

    @rule()
    def the_bin_is_emptied(self) -> None:
        self.run(self.hall.visit(self.hall.empty_bin))

    @rule()
    def the_held_are_sealed(self) -> None:
        self.run(self.hall.visit(self.hall.seal))

    @rule(number=st.integers(1, 3))
    def some_are_returned(self, number: int) -> None:
        self.run(self.hall.visit(self.hall.return_(number)))

    # -- always --------------------------------------------------------------------------------------------------------

    @invariant()
    def every_card_is_accounted_for(self) -> None:
        if hasattr(self.hall, "kiosk"):
            assert self.runner.run(self.hall.disagreements()) == []

    @invariant()
    def what_was_received_is_somewhere(self) -> None:
        """Received = in hopper + in path + issued + held + retained + spoiled + returned, by the ledger, whatever is
        open and whatever was cut off; and each card, wherever it is seen, is seen once."""
        if hasattr(self.hall, "kiosk"):
            for bank, line in self.runner.run(self.hall.kiosk.record.stock.stock()).items():
                received = line.delivered - line.received  # the rest was never put into the machine
                places = (line.in_hopper, line.in_path, line.issued, line.held)
                assert received == sum(places) + line.retained + line.spoiled + line.returned, f"{bank}: {line}"
            assert self.hall.lie_about() == sorted(card.serial for card in STOCK.cards)

    @invariant()
    def nothing_is_doubled(self) -> None:
        if hasattr(self.hall, "kiosk"):
            assert self.hall.doubled() == []


@pytest.mark.timeout(0 if LONG else 300)
def test_nothing_is_lost_doubled_or_paid_for_in_vain(bench: Workshop) -> None:
    Days.bench = bench
    run_state_machine_as_test(
        Days,
        settings=settings(
            max_examples=400 if LONG else 8,
            stateful_step_count=30 if LONG else 12,
            deadline=None,
            derandomize=not LONG,
            database=None,
            print_blob=True,
            phases=(Phase.generate, Phase.shrink) if LONG else (Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert set(Days.seen) >= {"collected", "withdrawn", "restarts", "returned"}  # else it would prove little
