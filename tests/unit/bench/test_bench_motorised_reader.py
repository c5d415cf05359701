"""A motorised reader on the bench: cards out of reach, a bin that is a place, and nothing lost at a restart."""

import pytest
from bench_toys import person

from devices.bench.errors import CannotDo
from devices.bench.layout import read
from devices.bench.places import CardKind
from devices.bench.rig import rigged
from devices.bench.store import Store
from devices.bench.world import World
from devices.card_reader.crt310 import Crt310Reader
from devices.contract import Cancellation

PEOPLE = {key: person(key) for key in ("li", "wang")}
LAYOUT = [{"class": "card-reader", "model": "crt310", "options": {"motion_seconds": 0.01}}]
SOCIAL = CardKind.SOCIAL


class Front:
    """The world, and the reader's driver before it."""

    def __init__(self, folder):
        self.folder = folder

    def __enter__(self):
        self.store = Store(self.folder).__enter__()
        self.rig = rigged(read(LAYOUT), self.folder, {}, 0)
        stations = self.rig.__enter__().stations
        self.world = World(stations, PEOPLE, self.store, memories=self.folder / "cards").__enter__()
        self.reader = Crt310Reader(stations[0].url, poll_seconds=0.01)
        self.reader.open()
        return self

    def __exit__(self, *_):
        self.reader.close()
        self.world.__exit__()
        self.rig.__exit__(None, None, None)
        self.store.__exit__()

    def insert(self, who):
        self.reader.status()  # the look that opens the gate
        self.world.put_card(who, SOCIAL)
        while self.reader.status().position != "inside":
            Cancellation().wait(0.005)

    def place(self, who):
        return next(str(place) for card, place in self.world.places.all().items() if str(card) == f"{who}/social")

    def settles(self, who, place):
        for _ in range(400):
            if self.place(who) == place:
                return True
            Cancellation().wait(0.005)
        return False


@pytest.fixture
def front(tmp_path):
    with Front(tmp_path) as front:
        yield front


def test_a_card_inside_is_out_of_a_citizens_reach_and_not_of_staffs(front):
    front.insert("li")
    with pytest.raises(CannotDo, match="out of reach"):
        front.world.take_card("li", SOCIAL)
    front.world.take_card("staff", SOCIAL)
    assert front.place("li") == "with:staff"
    assert front.reader.status().media == "notPresent"


def test_at_the_gate_anybody_can_take_it(front):
    front.insert("li")
    front.reader.release()
    front.world.take_card("wang", SOCIAL)
    assert front.place("li") == "with:wang"


def test_a_shut_gate_leaves_the_card_in_the_hand(front):
    front.reader.set_entry(False)
    with pytest.raises(CannotDo, match="shut"):
        front.world.put_card("li", SOCIAL)
    assert front.place("li") == "with:li"


def test_a_retained_card_is_in_the_bin_until_staff_empties_it(front):
    front.insert("li")
    assert front.reader.retain()
    assert front.settles("li", "in:card-reader/bin")
    front.insert("wang")
    assert front.reader.retain()
    assert front.settles("wang", "in:card-reader/bin")
    front.world.act("card-reader", "empty_bin", {})
    assert (front.place("li"), front.place("wang")) == ("with:staff", "with:staff")


def test_the_bin_and_the_card_inside_outlive_the_world(tmp_path):
    with Front(tmp_path) as front:
        front.insert("li")
        front.reader.retain()
        assert front.settles("li", "in:card-reader/bin")
        front.insert("wang")
    with Front(tmp_path) as front:
        assert (front.place("li"), front.place("wang")) == ("in:card-reader/bin", "in:card-reader")
        assert front.reader.status().position == "inside"
        front.reader.release()
        front.world.take_card("wang", SOCIAL)
        front.world.act("card-reader", "empty_bin", {})
        assert (front.place("li"), front.place("wang")) == ("with:staff", "with:wang")


def test_reset_takes_the_card_out_of_the_machine(front):
    front.insert("li")
    front.reader.connect()
    front.world.reset()
    assert front.place("li") == "with:li"
    assert front.reader.status().media == "notPresent"


def test_the_chip_remembers_between_insertions(front):
    from devices.card_reader.social_security_card.pin import PinNeeded
    from devices.card_reader.social_security_card.session import SocialSecurityCard

    front.insert("li")
    SocialSecurityCard(front.reader.connect()).verify_pin(bytearray(b"000000"))
    front.reader.release()
    front.world.take_card("li", SOCIAL)
    front.insert("li")
    assert SocialSecurityCard(front.reader.connect()).pin_state() == PinNeeded(5)
