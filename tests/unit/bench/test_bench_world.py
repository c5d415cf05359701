"""People, cards and paper: a card is always in exactly one place, and nothing is lost when the world ends."""

import tempfile
from collections import Counter
from pathlib import Path

import pytest
from bench_toys import PEOPLE, PaperSlot, direct_world
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from devices.bench.errors import CannotDo, NoSuchThing, WrongValue
from devices.bench.places import WALLET, Card, CardKind
from devices.bench.schedule import PlannedFault

SOCIAL, ID = CardKind.SOCIAL, CardKind.ID
DEVICE = {SOCIAL: "card-reader", ID: "id-reader"}
holders = st.sampled_from([*PEOPLE, "staff"])
kinds = st.sampled_from(WALLET)


def where(world) -> dict[str, str]:
    return {str(card): str(place) for card, place in world.places.all().items()}


class CardsAreConserved(RuleBasedStateMachine):
    """Whatever people and devices do, in any order, and however often the world ends."""

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.begin()
        self.expected = where(self.world)

    def begin(self):
        self.world = direct_world(Path(self.folder.name))
        self.world.start()

    def end(self):
        self.world.stop()
        self.world.store.close()

    def teardown(self):
        self.end()
        self.folder.cleanup()

    def attempt(self, act, *arguments, **more):
        try:
            return act(*arguments, **more)
        except CannotDo:
            return None

    @rule(person=holders, kind=kinds)
    def put(self, person, kind):
        if card := self.attempt(self.world.put_card, person, kind):
            assert self.expected[str(card)] == f"with:{person}"
            self.expected[str(card)] = f"in:{DEVICE[kind]}"

    @rule(person=holders, kind=kinds)
    def take(self, person, kind):
        if card := self.attempt(self.world.take_card, person, kind):
            assert self.expected[str(card)] == f"in:{DEVICE[kind]}"
            self.expected[str(card)] = f"with:{person}"

    @rule(owner=st.sampled_from([*PEOPLE]), kind=kinds, to=holders)
    def hand_over(self, owner, kind, to):
        if card := self.attempt(self.world.hand_over, f"{owner}/{kind}", to):
            self.expected[str(card)] = f"with:{to}"

    @rule(kind=kinds, jammed=st.booleans())
    def jam(self, kind, jammed):
        self.world.set_fault(DEVICE[kind], "jammed", jammed)

    @rule()
    def begin_again(self):
        self.end()
        self.begin()

    @rule()
    def reset(self):
        self.world.reset()
        self.expected = {f"{key}/{kind}": f"with:{key}" for key in PEOPLE for kind in WALLET}

    @invariant()
    def every_card_is_where_it_was_put(self):
        assert where(self.world) == self.expected

    @invariant()
    def devices_hold_what_the_world_says_and_no_more(self):
        for kind, device in DEVICE.items():
            inside = [card for card, place in where(self.world).items() if place == f"in:{device}"]
            assert len(inside) == (self.world.snapshot(device).scene["card"] is not None)
            assert all(card.endswith(f"/{kind}") for card in inside)


CardsAreConserved.TestCase.settings = settings(max_examples=20, stateful_step_count=20, deadline=None)
TestCardsAreConserved = CardsAreConserved.TestCase


def test_a_card_pulled_out_goes_back_to_whoever_brought_it(world):
    world.hand_over("anna/social", "bo")
    world.put_card("bo", SOCIAL, card="anna/social")
    world.stations["card-reader"].simulator.pulled()
    assert world.events.wait_for(lambda: where(world)["anna/social"] == "with:bo", 5)


def test_refusals_are_in_plain_words(world):
    world.put_card("anna", SOCIAL)
    for words, act in {
        "there is already a card in the reader": lambda: world.put_card("bo", SOCIAL),
        "there is no card on the plate": lambda: world.take_card("bo", ID),
        "there is no paper at the outlet": lambda: world.tear_off("bo"),
        "staff holds no such card": lambda: world.put_card("staff", ID),
        "the card anna/social is in card-reader": lambda: world.hand_over("anna/social", "bo"),
        "card-reader: cards come and go in a person's hands; say who": lambda: world.act("card-reader", "take", {}),
    }.items():
        with pytest.raises(CannotDo) as refused:
            act()
        assert str(refused.value) == words


def test_a_jammed_card_stays_where_it_is(world):
    world.put_card("anna", SOCIAL)
    world.set_fault("card-reader", "jammed", True)
    with pytest.raises(CannotDo, match="card-reader: the card does not move"):
        world.take_card("anna", SOCIAL)
    assert where(world)["anna/social"] == "in:card-reader"


def test_what_there_is_not(world):
    with pytest.raises(NoSuchThing, match="there is nobody called 'zoe'; there are: anna, bo, chen, staff"):
        world.put_card("zoe", SOCIAL)
    with pytest.raises(NoSuchThing, match="there is no device 'atm'"):
        world.set_fault("atm", "jammed", True)
    with pytest.raises(NoSuchThing, match="card-reader has no fault 'fire'; there are: absent, silent, slow"):
        world.set_fault("card-reader", "fire", True)
    with pytest.raises(WrongValue, match="card-reader: limit must be a whole number, not True"):
        world.set_fault("card-reader", "limit", True)
    with pytest.raises(NoSuchThing, match="there is no receipt 1"):
        world.receipts.picture(1)


def printer(world) -> PaperSlot:
    return world.stations["receipt-printer"].simulator


def shown(world) -> list[tuple]:
    return [(r.number, r.place, r.whole, r.lines) for r in world.receipts.all()]


def test_paper_comes_out_and_is_torn_off(world):
    printer(world).print("first")
    assert world.events.wait_for(lambda: len(world.receipts.all()) == 1, 5)
    printer(world).print("second", cut=False)
    assert shown(world) == [(1, "outlet", True, ("first",))]
    assert [r.number for r in world.tear_off("anna")] == [1, 2]
    assert shown(world) == [(1, "with:anna", True, ("first",)), (2, "with:anna", False, ("second",))]
    assert world.receipts.picture(2).read_bytes() == PaperSlot.PNG + b"\x01"
    printer(world).print("third")
    assert [r.place for r in world.tear_off()] == ["tray"]


def test_paper_at_the_outlet_outlives_the_world(tmp_path):
    with direct_world(tmp_path) as world, world.store:
        printer(world).print("first")
        assert world.events.wait_for(lambda: len(world.receipts.all()) == 1, 5)
    with direct_world(tmp_path) as world, world.store:
        assert shown(world) == [(1, "outlet", True, ("first",))]
        printer(world).print("second")
        world.tear_off("bo")
        assert shown(world) == [(1, "with:bo", True, ("first",)), (2, "with:bo", True, ("second",))]


def test_faults_and_plan_outlive_the_world(tmp_path):
    hour = {"now": 1000.0}
    with direct_world(tmp_path, clock=lambda: hour["now"]) as world, world.store:
        world.set_fault("id-reader", "jammed", True)
        world.plan_faults([PlannedFault(60, "card-reader", "limit", 7), PlannedFault(5, "id-reader", "slow", 1)])
        last = world.events.last
    hour["now"] += 10
    with direct_world(tmp_path, clock=lambda: hour["now"]) as world, world.store:
        assert world.snapshot("id-reader").faults["jammed"] is True
        assert world.events.wait_for(lambda: world.snapshot("id-reader").faults["slow"] == 1.0, 5)
        assert world.planned_faults() == [PlannedFault(50, "card-reader", "limit", 7)]
        assert world.events.after(0)[0].number > last


def test_reset_undoes_everything(world):
    world.put_card("anna", SOCIAL)
    world.set_fault("card-reader", "jammed", True)
    world.plan_faults([PlannedFault(60, "card-reader", "limit", 7)])
    printer(world).print("first")
    world.reset()
    assert Counter(str(p) for p in world.places.all().values()) == {"with:anna": 2, "with:bo": 2, "with:chen": 2}
    assert world.stations["card-reader"].unusual(world.snapshot("card-reader").faults) == {}
    assert (world.planned_faults(), world.receipts.all(), printer(world).pieces) == ([], (), [])


def test_events_tell_what_changed(world):
    world.events.add("marker")
    marker = world.events.last
    world.put_card("anna", SOCIAL)
    world.set_fault("card-reader", "jammed", True)
    told = [(e.kind, {k: v for k, v in e.data.items() if k != "scene"}) for e in world.events.after(marker)]
    assert told == [
        ("card", {"card": "anna/social", "place": "in:card-reader"}),
        ("scene", {"device": "card-reader"}),
        ("fault", {"device": "card-reader", "fault": "jammed", "value": True}),
    ]


def test_a_card_of_somebody_unknown_and_a_place_that_is_gone_are_forgotten():
    from devices.bench.places import Places

    saved = {"places": {"anna/social": "in:old-reader", "zoe/id": "with:anna", "bo/id": "with:zoe"}, "brought": {}}
    places = Places(["anna", "bo"], {"card-reader": SOCIAL}, saved)
    assert {str(card): str(place) for card, place in places.all().items()} == {
        "anna/social": "with:anna",
        "anna/id": "with:anna",
        "bo/social": "with:bo",
        "bo/id": "with:bo",
    }
    assert places.held("anna", ID) == Card("anna", ID)
