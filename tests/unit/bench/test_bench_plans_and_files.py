"""Fault plans, the people's file, the layout file, the state on disk."""

from pathlib import Path

import pytest

from devices.bench import layout, people
from devices.bench.layout import LayoutError, Stand
from devices.bench.line import LINE_FAULTS
from devices.bench.people import WalletError
from devices.bench.schedule import FaultPlan, PlannedFault, draw
from devices.bench.store import StateError, Store
from devices.simulation import FaultSwitch

PEOPLE = Path(people.__file__).parents[2] / "kiosk" / "demo" / "people.toml"


def test_a_plan_gives_each_fault_out_once_when_its_time_has_come():
    late, soon = PlannedFault(20, "pad", "silent", True), PlannedFault(5, "pad", "slow", 1.5)
    plan = FaultPlan()
    plan.give([late, soon], now=100)
    assert (plan.due(104), plan.seconds_to_next(104)) == ([], 1)
    assert (plan.due(105), plan.due(105)) == ([soon], [])
    assert plan.from_now(110) == [PlannedFault(10, "pad", "silent", True)]
    again = FaultPlan()
    again.restore(plan.save())
    assert (again.seconds_to_next(110), again.due(500), again.seconds_to_next(500)) == (10, [late], None)


def drawn(seed: int, **more) -> list[PlannedFault]:
    switches = {
        "pad": (*LINE_FAULTS, FaultSwitch("tampered", "Opened."), FaultSwitch("rtn", "Code.", "")),
        "printer": LINE_FAULTS,
    }
    return draw(switches, seed=seed, seconds=3600, per_hour=200, **more)


def test_a_seed_draws_the_same_faults_again():
    assert drawn(7) == drawn(7)
    assert drawn(7) != drawn(8)


def test_drawn_faults_come_and_go_in_order_and_have_sensible_values():
    plan = drawn(7, lasting=(2, 3))
    assert [p.at for p in plan] == sorted(p.at for p in plan)
    starts = [p for p in plan if p.value not in (False, 0.0, -1)]
    assert 100 < len(starts) < 300
    assert len(plan) == 2 * len(starts)
    assert {p.fault for p in starts} == {"absent", "silent", "slow", "noise", "unplug_at_byte", "tampered"}
    assert all(0.001 <= p.value <= 0.05 for p in starts if p.fault == "noise")


def test_nothing_is_drawn_where_nothing_can_fail():
    assert draw({}, seed=1, seconds=60, per_hour=100) == []


def test_the_people_of_the_demonstration_are_read_and_keep_to_themselves():
    persons = people.load(PEOPLE)
    person = persons["wang_xiulan"]
    assert (person.birth_date, person.card.tries_left, person.card.state) == ("1956-03-12", 6, "normal")
    assert repr(person) == "<Person wang_xiulan>"
    assert repr(person.card) == "<SocialCard 2.0 normal>"


@pytest.mark.parametrize(
    ("was", "becomes", "message"),
    [
        ('tries_max = 6', 'tries_max = "6"', "person 1 (wang_xiulan): card.tries_max: must be a whole number"),
        ('state = "normal"', 'state = "odd"', "person 1 (wang_xiulan): card.state: 'odd' is none of normal, initial"),
        ('sex = "female"', 'sex = "f"', "person 1 (wang_xiulan): sex: 'f' is none of male, female"),
        ('nation = "01"\n', "", "person 1 (wang_xiulan): nation: is missing"),
        ('nation = "01"', 'nation = "01"\nhat = 3', "person 1 (wang_xiulan): hat: no such field; there are key, note"),
        ("[person.card]", "[person.purse]", "person 1 (wang_xiulan): purse: no such field; there are key, note"),
        ('= "2034-07-01"', '= "2034-07-01"\ncard = 3', "person 12 (lin_xiaoyu): card: must be a [person.card] table"),
        ('key = "li_jianguo"', 'key = "wang_xiulan"', "person 2 (wang_xiulan): key: another person has it"),
    ],
)  # fmt: skip
def test_a_mistake_in_the_people_is_named(tmp_path, was, becomes, message):
    file = tmp_path / "people.toml"
    file.write_text(PEOPLE.read_text(encoding="utf-8").replace(was, becomes, 1), encoding="utf-8")
    with pytest.raises(WalletError) as error:
        people.load(file)
    assert str(error.value).startswith(f"{file}: {message}")


def test_a_layout_takes_defaults_from_the_model(tmp_path):
    file = tmp_path / "layout.toml"
    file.write_text('[[device]]\nclass = "pin-pad"\nbaud = 9600\n[device.options]\nseed = 3\n', encoding="utf-8")
    assert layout.load(file) == [Stand("pin-pad", "pin-pad", "zt598", "pty:", 9600, {"seed": 3})]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "there is no [[device]] in it"),
        ("[[device]]\nmodel = 'x'", "device 1: class: is missing; there are card-"),
        ("[[device]]\nclass = 'oven'", "device 1: no device class 'oven'; there are: cabinet, camera, card-"),
        ("[[device]]\nclass = 'pin-pad'\nmodel = 'x'", "device 1: no pin-pad model 'x'; there are: zt5"),
        ("[[device]]\nclass = 'pin-pad'\nbaud = 'x'", "device 1: baud: must be of type int"),
        ("[[device]]\nclass = 'pin-pad'\nname = 'Pad 1'", "device 1: name: 'Pad 1' must be small letters"),
        ("[[device]]\nclass = 'pin-pad'\n[[device]]\nclass = 'pin-pad'", "name: two devices are called 'pin-pad'"),
        ("[[device]]\nclass = 'pin-pad'\ncolour = 'red'", "device 1: colour: no such field; there are name, class"),
    ],
)
def test_a_mistake_in_a_layout_is_named(tmp_path, text, message):
    file = tmp_path / "layout.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(LayoutError) as error:
        layout.load(file)
    assert str(error.value).startswith(f"{file}: {message}")


def test_state_is_replaced_as_a_whole(tmp_path):
    with Store(tmp_path / "deep" / "state") as store:
        assert store.read() is None
        store.write({"a": 1})
        store.write({"b": 2})
        assert store.read() == {"format": 1, "b": 2}


def test_state_that_cannot_be_used_is_not_thrown_away(tmp_path):
    (tmp_path / "world.json").write_text('{"format": 99}', encoding="utf-8")
    with Store(tmp_path) as store, pytest.raises(StateError, match="written by another version"):
        store.read()
    (tmp_path / "world.json").write_text('{"format": 1', encoding="utf-8")
    with Store(tmp_path) as store, pytest.raises(StateError, match="Remove the folder to begin afresh"):
        store.read()


def test_one_bench_a_folder(tmp_path):
    with Store(tmp_path), pytest.raises(StateError, match="another bench is using this folder"):
        Store(tmp_path)
    Store(tmp_path).close()
