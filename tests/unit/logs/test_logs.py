"""What must not be in a log does not get there, whichever way it tries; each way is shown to be a real one."""

from __future__ import annotations

import json
import logging
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from hypothesis import given, settings
from hypothesis import strategies as st

from kiosk import logs, scrubbing

NUMBER = "990101195603120022"
PAN = "6299990000000000012"
PHONE = "13912340022"
NAME = "王秀兰"
FOREIGN_NAME = "Exemplarson"
PIN = b"260317"
MARKED = (NUMBER, PAN, PHONE, NAME, FOREIGN_NAME, "秀兰", PIN.decode())


@pytest.fixture
def log_file(tmp_path: Path) -> Iterator[Path]:
    hooks = sys.excepthook, threading.excepthook
    logs.configure("controller", tmp_path, console=True, level="debug")
    yield tmp_path / "controller.log"
    logs.close()
    scrubbing.forget_protected()
    logging.captureWarnings(False)
    sys.excepthook, threading.excepthook = hooks
    structlog.reset_defaults()
    logging.getLogger().setLevel(logging.WARNING)


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def assert_clean(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written = path.read_text(encoding="utf-8") + capsys.readouterr().err
    assert written
    assert [word for word in MARKED if word.casefold() in written.casefold()] == []


def test_a_line_is_one_json_object(log_file: Path) -> None:
    logs.get("kiosk.runtime").info(
        "card accepted", device="card_reader", seconds=0.25, business="20261122-K0001-000123-7"
    )
    (line,) = lines(log_file)
    assert line.pop("timestamp")
    assert line == {
        "event": "card accepted",
        "level": "info",
        "logger": "kiosk.runtime",
        "process": "controller",
        "device": "card_reader",
        "seconds": 0.25,
        "business": "20261122-K0001-000123-7",
    }


def test_numbers_in_values_and_text_are_masked(log_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    logs.get("t").info(f"read {NUMBER}", seen=[PAN, {"inner": PHONE}], count=int(PAN), raw=PIN, words=f"is {NAME}")
    (line,) = lines(log_file)
    assert line["event"] == "read 990***********0022"
    assert line["seen"] == ["***************0012", {"inner": "139****0022"}]
    assert line["count"] == "***************0012"
    assert line["raw"] == "<6 bytes>"
    assert line["words"] == "is ***"
    assert_clean(log_file, capsys)


@pytest.mark.parametrize("key", ["pin", "name", "holder", "address", "Token", "private-key", "birth_date"])
def test_personal_keys_are_withheld_at_any_depth(log_file: Path, key: str) -> None:
    logs.get("t").info("x", **{key: "zzqq"}, deep={"more": [{key: "zzqq"}]})
    assert "zzqq" not in log_file.read_text(encoding="utf-8")
    (line,) = lines(log_file)
    assert line[key] == "<withheld>"
    assert line["deep"] == {"more": [{key: "<withheld>"}]}


class Holder:
    def __repr__(self) -> str:
        return f"Holder({NAME}, {FOREIGN_NAME})"


def test_an_object_shows_its_type_only(log_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    logs.get("t").warning("unexpected", what=Holder(), kind=Holder)
    (line,) = lines(log_file)
    assert (line["what"], line["kind"]) == ("<Holder>", "Holder")
    assert_clean(log_file, capsys)


def fail_in_a_chain() -> None:
    pin = bytearray(PIN)
    holder = NAME
    assert pin
    assert holder
    try:
        try:
            {}[NAME]
        except KeyError as error:
            error.add_note(f"while reading {PAN}")
            raise ValueError(f"bad number {NUMBER}") from error
    except ValueError:
        raise RuntimeError(f"call {PHONE}, says {FOREIGN_NAME.upper()}")  # noqa: B904 - the implicit context is the point


def test_exceptions_are_written_with_causes_but_without_what_they_hold(
    log_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scrubbing.protect([FOREIGN_NAME])
    try:
        fail_in_a_chain()
    except RuntimeError:
        logs.get("t").exception("step failed")
    (line,) = lines(log_file)
    text = str(line["exception"])
    assert "RuntimeError: call 139****0022, says <withheld>" in text
    assert "ValueError: bad number 990***********0022" in text
    assert "KeyError: '***'" in text
    assert "while reading ***************0012" in text
    assert "fail_in_a_chain" in text
    assert_clean(log_file, capsys)


def test_exception_groups_too(log_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    group = ExceptionGroup(f"tasks of {NUMBER}", [ValueError(PAN), KeyError(NAME)])
    logs.get("t").error("tasks failed", exc_info=group)
    assert "990***********0022" in log_file.read_text(encoding="utf-8")
    assert_clean(log_file, capsys)


def test_libraries_pass_the_same_scrubber(log_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    library = logging.getLogger("some.library")
    library.warning("sent %s to %s (%r)", NUMBER, PHONE, Holder().__repr__()[:11])
    try:
        fail_in_a_chain()
    except RuntimeError as error:
        scrubbing.protect([FOREIGN_NAME])
        library.error("failed: %s", error, exc_info=True)
    first, second = lines(log_file)
    assert first["event"] == "sent 990***********0022 to 139****0022 ('Holder(***,')"
    assert "ValueError: bad number 990***********0022" in str(second["exception"])
    assert_clean(log_file, capsys)


def test_a_library_line_with_wrong_arguments_tells_nothing(log_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    logging.getLogger("some.library").warning("two %s %s", NAME)
    (line,) = lines(log_file)
    assert line["event"] == "a log line whose values do not fit its text"
    assert_clean(log_file, capsys)


def test_warnings_are_logged(log_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn(f"odd number {NUMBER}", stacklevel=1)
    assert "odd number 990***********0022" in log_file.read_text(encoding="utf-8")
    assert_clean(log_file, capsys)


def test_an_uncaught_exception_of_a_thread_is_logged(log_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def work() -> None:
        raise ValueError(f"holder {NUMBER}")

    thread = threading.Thread(target=work, name="card_reader")
    thread.start()
    thread.join()
    (line,) = lines(log_file)
    assert (line["event"], line["thread"]) == ("uncaught exception in a thread", "card_reader")
    assert_clean(log_file, capsys)


def test_an_uncaught_exception_is_logged(log_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    error = ValueError(f"holder {NUMBER}")
    sys.excepthook(ValueError, error, None)
    (line,) = lines(log_file)
    assert line["event"] == "uncaught exception"
    assert_clean(log_file, capsys)


def test_protected_words_are_forgotten_with_the_session(log_file: Path) -> None:
    scrubbing.protect(["Smith", "J"])
    logs.get("t").info("Mr SMITH and J")
    scrubbing.forget_protected()
    logs.get("t").info("blacksmith")
    assert [line["event"] for line in lines(log_file)] == ["Mr <withheld> and J", "blacksmith"]


def test_the_file_rotates_by_size(tmp_path: Path, log_file: Path) -> None:
    logs.configure("screens", tmp_path, console=False, max_bytes=2000, keep=2)
    for turn in range(60):
        logs.get("t").info("a line of some length that fills the file", turn=turn)
    files = sorted(path.name for path in tmp_path.glob("screens.log*"))
    assert files == ["screens.log", "screens.log.1", "screens.log.2"]
    assert all(path.stat().st_size <= 2000 for path in tmp_path.glob("screens.log*"))
    assert lines(tmp_path / "screens.log")[-1]["turn"] == 59


def test_context_stands_on_every_line(log_file: Path) -> None:
    with structlog.contextvars.bound_contextvars(business="20261122-K0001-000123-7"):
        logs.get("t").info("step")
    assert lines(log_file)[0]["business"] == "20261122-K0001-000123-7"


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.binary(max_size=5) | st.just(NUMBER),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8) | st.just("pin"), inner, max_size=3)
    ),
    max_leaves=12,
)


@settings(max_examples=200)
@given(values)
def test_whatever_is_scrubbed_is_plain_and_clean(value: object) -> None:
    written = json.dumps(scrubbing.scrub(value), ensure_ascii=False)
    assert NUMBER not in written


def test_a_long_text_is_cut_after_masking() -> None:
    text = "a" * 3990 + f" {NUMBER}"
    assert "990101" not in scrubbing.scrub_text(text)
    assert scrubbing.scrub_text(text).endswith("... (4009 characters)")
