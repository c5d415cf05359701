"""The scanner knows where everything stands that the standard library reads."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kiosk.located_toml import Location, MistakesError, Place, parse, read

TEXT = '''\
# a comment with [brackets] and = signs
top = 1
"quoted key".'other one' = "a # no comment"

[section]   # a comment
plain = 12 # trailing
dotted.deep.er = true
text = """
several ] lines } = [x]
with a "quote" inside"""
literal = \'\'\'it's
here\'\'\'
list = [ 1, # one
  "two ] , }",
  [3, 4],
  { five = 5, six = { seven = 7 } },
]
when = 2026-11-22 07:32:00

[section.child]
x = { y = "z", w = [1] }

[[rule]]
key = "a"

[rule.inner]
v = 1

[[rule]]
key = "b"

[[rule.sub]]
n = 1

[[rule.sub]]
n = 2
'''


def test_every_key_and_value_is_where_it_stands() -> None:
    document = parse(TEXT, "file.toml")
    expected_values = {
        ("top",): (2, 7),
        ("quoted key", "other one"): (3, 28),
        ("section",): (5, 1),
        ("section", "plain"): (6, 9),
        ("section", "dotted", "deep", "er"): (7, 18),
        ("section", "text"): (8, 8),
        ("section", "literal"): (11, 11),
        ("section", "list"): (13, 8),
        ("section", "list", 0): (13, 10),
        ("section", "list", 1): (14, 3),
        ("section", "list", 2): (15, 3),
        ("section", "list", 2, 0): (15, 4),
        ("section", "list", 2, 1): (15, 7),
        ("section", "list", 3): (16, 3),
        ("section", "list", 3, "five"): (16, 12),
        ("section", "list", 3, "six"): (16, 21),
        ("section", "list", 3, "six", "seven"): (16, 31),
        ("section", "when"): (18, 8),
        ("section", "child"): (20, 1),
        ("section", "child", "x"): (21, 5),
        ("section", "child", "x", "y"): (21, 11),
        ("section", "child", "x", "w"): (21, 20),
        ("section", "child", "x", "w", 0): (21, 21),
        ("rule", 0): (23, 1),
        ("rule", 0, "key"): (24, 7),
        ("rule", 0, "inner"): (26, 1),
        ("rule", 0, "inner", "v"): (27, 5),
        ("rule", 1): (29, 1),
        ("rule", 1, "key"): (30, 7),
        ("rule", 1, "sub", 0): (32, 1),
        ("rule", 1, "sub", 0, "n"): (33, 5),
        ("rule", 1, "sub", 1): (35, 1),
        ("rule", 1, "sub", 1, "n"): (36, 5),
    }
    assert dict(document.values) == {path: Place(*place) for path, place in expected_values.items()}
    assert document.keys[("section", "plain")] == Place(6, 1)
    assert document.keys[("section", "list", 3, "six")] == Place(16, 15)


def test_what_is_not_there_is_placed_at_what_is_around_it() -> None:
    document = parse(TEXT, "file.toml")
    assert document.place(("rule", 1, "missing")) == Place(29, 1)
    assert document.place(("section", "child", "x", "missing")) == Place(21, 1)
    assert document.place(("nowhere",)) is None


def paths(data: object, path: Location = ()) -> Iterator[Location]:
    if isinstance(data, dict):
        for key, value in data.items():
            yield (*path, key)
            yield from paths(value, (*path, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield (*path, index)
            yield from paths(value, (*path, index))


def written(value: object) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return '"' + "".join(f"\\u{ord(c):04x}" if ord(c) < 32 or c in '"\\\x7f' else c for c in value) + '"'
        case list():
            return f"[{', '.join(map(written, value))}]"
        case dict():
            return "{" + ", ".join(f"{written(key)} = {written(item)}" for key, item in value.items()) + "}"
    return str(value)


characters = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",), max_codepoint=0xFFFF), max_size=6)
leaves = st.integers(-9, 99) | st.booleans() | characters
values = st.recursive(
    leaves, lambda v: st.lists(v, max_size=3) | st.dictionaries(characters, v, max_size=3), max_leaves=8
)


@given(st.dictionaries(characters, values, max_size=4), st.dictionaries(characters, values, min_size=1, max_size=3))
def test_everything_the_library_reads_has_a_place(top: dict[str, object], table: dict[str, object]) -> None:
    top.pop("t", None)
    text = "\n".join(f"{written(key)}  =  {written(value)} # {key!a}" for key, value in top.items())
    text += "\n[t]\n" + "\n".join(f"{written(key)}={written(value)}" for key, value in table.items())
    document = parse(text, "f")
    assert document.data == tomllib.loads(text) == {**top, "t": table}
    assert set(paths(document.data)) == set(document.values)
    lines = text.split("\n")
    for path, place in document.values.items():
        if path != ("t",):
            value: object = document.data
            for step in path:
                value = value[step]  # type: ignore[index]
            assert lines[place.line - 1][place.column - 1 :].startswith(written(value))


@pytest.mark.parametrize(
    ("text", "place"),
    [("a = 1\nb = = 2\n", Place(2, 5)), ("a = 1\na = 2\n", Place(2, 6)), ('a = "open', Place(1, 10))],
)
def test_what_is_not_toml_is_placed(text: str, place: Place) -> None:
    with pytest.raises(MistakesError) as raised:
        parse(text, "file.toml")
    (mistake,) = raised.value.mistakes
    assert (mistake.where, mistake.place, mistake.allowed) == ("file.toml", place, "TOML")


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    with pytest.raises(MistakesError, match="found no such file; allowed: a TOML file"):
        read(tmp_path / "absent.toml")
    (tmp_path / "latin.toml").write_bytes(b'a = "\xe9"')
    with pytest.raises(MistakesError, match="found byte 5 is not UTF-8; allowed: UTF-8 text"):
        read(tmp_path / "latin.toml")
