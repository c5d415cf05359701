"""Pre-made cards on the bench: in the printer, at its contact, in people's hands, in a reader. None is ever lost."""

import base64
from collections import Counter
from contextlib import ExitStack, contextmanager

import pytest
from bench_toys import PEOPLE, CardSlot, Direct

from devices.bench.chip_reading import read_out
from devices.bench.errors import CannotDo, NoSuchThing, WrongValue
from devices.bench.hands import CONTACT, social_security_card
from devices.bench.layout import Stand
from devices.bench.new_cards import PRINTED
from devices.bench.places import CardKind
from devices.bench.reader_slot import ReaderSlot
from devices.bench.rig import contact_of, stocked, wants_contact, wire
from devices.bench.station import Station
from devices.bench.stock_file import StockError, load
from devices.bench.store import Store
from devices.bench.world import World
from devices.camera.simulator import HttpCameraSimulator
from devices.card_printer.evolis import EvolisPrinter
from devices.card_printer.sample import TEST_CARD
from devices.card_printer.simulator import EvolisSimulator
from devices.card_reader.simulator import CardReaderSimulator
from kiosk.cli_places import STOCK

A, B = "0C000001", "0C000015"
NOWHERE = "vpcd://127.0.0.1:9"
"""No PC/SC service: here the slot matters, and not who looks into it."""


def printer_stand(**options) -> Stand:
    return Stand("card-printer", "card-printer", "evolis", "tcp://127.0.0.1:0", options=options)


@contextmanager
def printing(folder):
    """A world with a card printer, its contact, a reader, a camera; and the printer's driver."""
    memories = folder / "cards"
    stand = printer_stand()
    (stand,) = stocked([stand], load(STOCK))
    simulator = EvolisSimulator(pace=0.0, pictures=str(folder / PRINTED), **stand.options)
    printer = Station.on_a_line(stand, simulator, stand.listen, 0)
    contact = Station(contact_of(stand), ReaderSlot(CardReaderSimulator(NOWHERE, memories=memories), "none"))
    reader = Station(Stand("card-reader", "card-reader", "test", "direct:"), Direct(CardSlot()))
    camera = Station(Stand("camera", "camera", "http", "direct:"), Direct(HttpCameraSimulator()))
    stations = {each.name: each for each in (printer, contact, reader, camera)}
    wire(stations)
    with ExitStack() as stack:
        store = stack.enter_context(Store(folder))
        world = stack.enter_context(World([*stations.values()], PEOPLE, store, memories=memories))
        driver = EvolisPrinter(
            printer.url, chip_address="pcsc:none", hoppers=3, holding_slot=True, fastest_print_seconds=0.0
        )
        driver.open()
        stack.callback(driver.close)
        yield world, driver


def places(world) -> dict[str, str]:
    return {card.serial: card.place for card in world.new_cards()}


def counts(world) -> Counter[str]:
    return Counter(places(world).values())


FRESH = Counter({f"in:card-printer/hopper-{number}": 20 for number in (1, 2, 3)})


def test_the_stock_fills_the_hoppers_bank_by_bank(tmp_path):
    with printing(tmp_path) as (world, _):
        assert counts(world) == FRESH
        first = world.new_cards()[0]
        assert (first.serial, first.bank, first.place, first.nth) == (A, "example_bank", "in:card-printer/hopper-1", 1)
        assert (first.printed, first.has_chip) == ((), True)


def test_a_card_on_its_way_is_always_somewhere(tmp_path):
    with printing(tmp_path) as (world, driver):
        driver.feed("hopper-1")
        assert places(world)[A] == "in:card-printer/print"
        driver.to_contact()
        assert places(world)[A] == "in:card-printer/contact"
        assert world.snapshot("card-printer-contact").scene["card"] is not None
        driver.print(TEST_CARD)
        assert world.snapshot("card-printer-contact").scene["card"] is None
        driver.present()
        assert places(world)[A] == "in:card-printer/bezel"
        card = world.take_new_card("anna")
        assert str(card) == f"{A}/new"
        assert places(world)[A] == "with:anna"
        assert counts(world) == FRESH - Counter({"in:card-printer/hopper-1": 1}) + Counter({"with:anna": 1})
        assert world.card_face(A, "front").startswith(b"\x89PNG")
        assert world.card_face(A, "front") != world.card_face(A, "back")
        assert {e.data["place"] for e in world.events.after(0) if e.kind == "card"} == {"with:anna"}


def test_who_takes_it_can_use_it_hand_it_over_and_put_it_into_a_reader(tmp_path):
    with printing(tmp_path) as (world, driver):
        driver.feed("hopper-1")
        driver.present()
        world.take_new_card("anna")
        world.hand_over(f"{A}/new", "bo")
        with pytest.raises(CannotDo, match="anna does not hold the card 0C000001/new: it is with:bo"):
            world.put_card("anna", CardKind.SOCIAL, card=f"{A}/new")
        world.put_card("bo", CardKind.SOCIAL, card=f"{A}/new")
        inside = world.snapshot("card-reader").scene["card"]
        assert inside["identifier"] == "990100D1560000050C00000160CFFE1E"
        assert places(world)[A] == "in:card-reader"
        assert str(world.take_card("bo", CardKind.SOCIAL)) == f"{A}/new"
        assert places(world)[A] == "with:bo"


def test_the_world_goes_on_where_it_was(tmp_path):
    with printing(tmp_path) as (world, driver):
        driver.feed("hopper-1")
        driver.print(TEST_CARD)
        driver.present()
        world.take_new_card("anna")
        driver.feed("hopper-2")
        driver.to_contact()
        before, front = places(world), world.card_face(A, "front")
    with printing(tmp_path) as (world, driver):
        assert places(world) == before
        assert places(world)[B] == "in:card-printer/contact"
        assert world.snapshot("card-printer-contact").scene["card"] is not None
        assert world.card_face(A, "front") == front
        driver.reject()
        assert places(world)[B] == "in:card-printer/reject-box"
        assert world.snapshot("card-printer-contact").scene["card"] is None


def test_staff_takes_cards_out_and_puts_them_back(tmp_path):
    with printing(tmp_path) as (world, driver):
        driver.feed("hopper-1")
        driver.reject()
        world.act("card-printer", "empty_reject_box", {})
        assert places(world)[A] == "with:staff"
        world.act("card-printer", "refill", {"hopper": 3, "cards": [{"serial": A}]})
        card = next(card for card in world.new_cards() if card.serial == A)
        assert (card.place, card.nth, card.bank) == ("in:card-printer/hopper-3", 21, "example_bank")
        world.act("card-printer", "empty_hopper", {"hopper": 2})
        assert counts(world)["with:staff"] == 20
        assert sum(counts(world).values()) == 60


def test_a_stuck_card_comes_out_by_staffs_hand(tmp_path):
    with printing(tmp_path) as (world, driver):
        driver.feed("hopper-1")
        with pytest.raises(CannotDo, match="the cover is closed"):
            world.act("card-printer", "clear_path", {})
        world.act("card-printer", "open_cover", {})
        world.act("card-printer", "clear_path", {})
        assert places(world)[A] == "with:staff"
        assert sum(counts(world).values()) == 60


def test_what_would_leave_a_card_in_two_places_is_refused(tmp_path):
    with printing(tmp_path) as (world, driver):
        with pytest.raises(CannotDo, match="there is no card at the bezel"):
            world.take_new_card("anna")
        driver.feed("hopper-1")
        driver.present()
        with pytest.raises(CannotDo, match="say who"):
            world.act("card-printer", "take_card", {})
        with pytest.raises(NoSuchThing):
            world.take_new_card("nobody")
        assert places(world)[A] == "in:card-printer/bezel"
        world.take_new_card("anna")
        for cards, refused in (
            ([{"serial": A}], CannotDo),
            ([{"serial": A, "bank": "forged"}], CannotDo),
            ([{"serial": B}], CannotDo),
            ("all", WrongValue),
        ):
            with pytest.raises(refused):
                world.act("card-printer", "refill", {"hopper": 1, "cards": cards})
        with pytest.raises(CannotDo, match="as the printer moves them"):
            world.act("card-printer-contact", "insert", {"card": {}})
        assert sum(counts(world).values()) == 60


def test_reset_is_the_first_day(tmp_path):
    with printing(tmp_path) as (world, driver):
        driver.feed("hopper-1")
        driver.to_contact()
        (tmp_path / "cards").mkdir(exist_ok=True)
        driver.print(TEST_CARD)
        driver.present()
        world.take_new_card("anna")
        world.put_card("anna", CardKind.SOCIAL, card=f"{A}/new")
        driver.feed("hopper-1")
        driver.to_contact()
        world.reset()
        assert counts(world) == FRESH
        assert all(card.printed == () for card in world.new_cards())
        assert world.snapshot("card-printer-contact").scene["card"] is None
        assert world.snapshot("card-reader").scene["card"] is None
        assert list((tmp_path / PRINTED).glob("*")) == []
        with pytest.raises(NoSuchThing, match="nothing is printed on the front"):
            world.card_face(A, "front")


def test_a_bare_chip_is_nobodys_and_a_persons_is_theirs(tmp_path):
    with printing(tmp_path) as (world, _):
        chip = world.card_chip(A)
        assert chip["identifier"] == "990100D1560000050C00000160CFFE1E"
        assert (chip["holder"], chip["bank_card_number"], chip["pin_tries_left"]) == (None, "6299991000000000011", 6)
        with pytest.raises(NoSuchThing):
            world.card_chip("0C0000FF")
    anna = PEOPLE["anna"]
    chip = read_out(social_security_card(anna), None)
    assert chip["holder"] == {
        "name": anna.name,
        "number": anna.number,
        "sex": "1",
        "nation": "01",
        "birthplace": "990101",
        "birth_date": "1974-08-25",
    }
    assert (chip["card_number"], chip["issue_date"], chip["valid_until"]) == ("X00000027", "2022-05-10", "2032-05-10")


def test_looking_at_a_chip_leaves_it_as_it_is(tmp_path):
    with printing(tmp_path) as (world, _):
        world.card_chip(A)
        assert not (tmp_path / "cards").exists() or list((tmp_path / "cards").iterdir()) == []


def test_whoever_puts_a_card_in_is_before_the_camera(tmp_path):
    def seen(world):
        return world.snapshot("camera").scene["person"]

    with printing(tmp_path) as (world, _):
        assert seen(world) is None
        world.put_card("anna", CardKind.SOCIAL)
        assert seen(world) == "anna"
        world.sit_down("bo")
        assert seen(world) == "bo"
        world.take_card("staff", CardKind.SOCIAL)
        world.hand_over("anna/social", "chen")
        assert seen(world) == "bo"


def test_a_reader_stands_at_the_contact_of_a_printer_without_one():
    evolis, crt591 = printer_stand(), Stand("dispenser", "card-printer", "crt591", "pty:")
    assert (wants_contact(evolis), wants_contact(crt591)) == (True, False)
    assert contact_of(evolis) == Stand("card-printer-contact", CONTACT, "pcsc", "vpcd:")


def test_the_first_printer_without_cards_of_its_own_gets_the_stock():
    stock = [[{"serial": "1"}], [{"serial": "2"}]]
    own, crt591 = printer_stand(cards=3), Stand("dispenser", "card-printer", "crt591", "pty:")
    assert [stand.options for stand in stocked([own, crt591, printer_stand()], stock)] == [
        {"cards": 3},
        {"stock_cards": [[{"serial": "1"}]]},
        {},
    ]
    assert stocked([crt591], None) == [crt591]


def test_a_mistake_in_a_stock_file_is_named(tmp_path):
    file = tmp_path / "stock.toml"
    bank = '[[bank]]\nkey = "a"\n'
    for text, words in (
        ("", "'bank' is missing"),
        (bank + '[[card]]\nserial = "1"\nbank = "b"\nchip = { identifier = "' + "9" * 32 + '" }\n', "'b' is missing"),
        (bank + '[[card]]\nserial = "1"\nbank = "a"\nchip = { identifier = "99" }\n', "32 hexadecimal digits"),
    ):
        file.write_text(text)
        with pytest.raises(StockError, match=words):
            load(file)


def test_the_pictures_of_a_taken_card_are_kept_once(tmp_path):
    with printing(tmp_path) as (world, driver):
        driver.feed("hopper-1")
        driver.print(TEST_CARD)
        driver.present()
        world.take_new_card("anna")
        kept = {file.read_bytes() for file in (tmp_path / PRINTED).glob("*.png")}
        assert kept == {world.card_face(A, "front"), world.card_face(A, "back")}
        assert base64.b64encode(world.card_face(A, "front")).decode() not in (tmp_path / "world.json").read_text()


def test_what_a_chip_remembers_outlives_the_world_and_not_a_reset(tmp_path):
    def tries(world) -> int:
        return world.card_chip(A)["pin_tries_left"]

    def at_contact(world):
        return world.stations["card-printer-contact"].simulator.card

    wrong_pin = bytes.fromhex("0020000003 998877")
    with printing(tmp_path) as (world, driver):
        driver.feed("hopper-1")
        driver.to_contact()
        assert at_contact(world).process(wrong_pin) == bytes.fromhex("63C5")
        assert tries(world) == 5
    with printing(tmp_path) as (world, driver):
        assert (at_contact(world).pin_tries_left, tries(world)) == (5, 5)
        world.reset()
        driver.open()
        driver.feed("hopper-1")
        driver.to_contact()
        assert (at_contact(world).pin_tries_left, tries(world)) == (6, 6)
