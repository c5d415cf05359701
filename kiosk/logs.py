"""Structured logs: one JSON object a line in a file that rotates by size, and a readable console.

Everything passes one scrubber (:mod:`kiosk.scrubbing`), our own lines and those of libraries alike. Exceptions are
written with causes and frames, scrubbed, and never with locals.

    from kiosk import logs
    log = logs.get(__name__)
    log.info("card accepted", device="card_reader", business=number)
"""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from collections.abc import Mapping, MutableMapping
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog

from kiosk.scrubbing import scrub_text, scrub_under


def scrub_event(_logger: object, _method: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
    """The structlog processor: scrubs every value; values under :data:`PERSONAL_KEYS` are withheld."""
    return {key: value if key in _OURS else scrub_under(key, value) for key, value in event.items()}


_OURS = frozenset({"timestamp", "level", "logger", "process", "_record", "_from_structlog"})


def render_exception(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The structlog processor that turns ``exc_info`` into scrubbed text under ``exception``."""
    information = event.pop("exc_info", None)
    event.pop("stack_info", None)
    if information is True:
        information = sys.exc_info()
    elif isinstance(information, BaseException):
        information = (type(information), information, information.__traceback__)
    if isinstance(information, tuple) and information[1] is not None:
        event["exception"] = exception_text(information[1])
    return event


def exception_text(error: BaseException) -> str:
    """An exception with its causes, groups, notes and frames, scrubbed; the values of variables are never in it."""
    text = "".join(traceback.TracebackException.from_exception(error, capture_locals=False).format()).rstrip()
    return "\n".join(scrub_text(line) for line in text.splitlines())


class _ScrubbedRecord(logging.Filter):
    """Turns a library's record into finished, scrubbed text, so that no handler or renderer sees its arguments."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.msg, Mapping):
            return True
        try:
            record.msg = scrub_text(record.getMessage())
        except (TypeError, ValueError, KeyError):
            record.msg = "a log line whose values do not fit its text"
        record.args = None
        if record.exc_info and record.exc_info[1] is not None:
            record.exc_text = exception_text(record.exc_info[1])
        return True


class _File(RotatingFileHandler):
    """A log file. A line that cannot be written is said to be lost, once, on standard error, without its content."""

    _complained = False

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is logging's
        if not self._complained:
            self._complained = True
            error = sys.exc_info()[0]
            sys.stderr.write(f"log lines are being lost: {error.__name__ if error else 'unknown'}\n")


class _Console(logging.StreamHandler[Any]):
    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is logging's
        """A closed console loses its lines; the file has them."""


_BEFORE: tuple[structlog.typing.Processor, ...] = (
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    render_exception,
    scrub_event,
)


def _formatter(renderer: structlog.typing.Processor, process: str) -> logging.Formatter:
    def name_process(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        event["process"] = process
        return event

    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=_BEFORE,
        processors=[name_process, structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer],
    )


def configure(
    process: str,
    directory: Path | None = None,
    *,
    level: str = "info",
    console: bool = True,
    max_bytes: int = 10_000_000,
    keep: int = 9,
) -> None:
    """Set up logging of this process, once at its start; a second call replaces the first.

    ``process`` names the file, ``<directory>/<process>.log``; without a directory there is the console only (standard
    error). The file rotates at ``max_bytes`` into ``.1`` ... ``.keep``. Uncaught exceptions of any thread, and
    warnings, are logged too. Raises OSError when the directory cannot be written.
    """
    handlers: list[logging.Handler] = []
    if directory is not None:
        directory.mkdir(parents=True, exist_ok=True)
        file = _File(directory / f"{process}.log", maxBytes=max_bytes, backupCount=keep, encoding="utf-8")
        file.setFormatter(_formatter(structlog.processors.JSONRenderer(ensure_ascii=False), process))
        handlers.append(file)
    if console:
        terminal = _Console(sys.stderr)
        renderer = structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
        )
        terminal.setFormatter(_formatter(renderer, process))
        handlers.append(terminal)
    root = logging.getLogger()
    close()
    for handler in handlers:
        handler.addFilter(_ScrubbedRecord())
        root.addHandler(handler)
    root.setLevel(level.upper())
    for chatty in ("httpx", "httpcore", "asyncio", "PIL", "transitions"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    logging.captureWarnings(True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_BEFORE,
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    sys.excepthook = _uncaught
    threading.excepthook = _uncaught_in_thread


def close() -> None:
    """Detach and close the handlers of the root logger."""
    root = logging.getLogger()
    for handler in list(root.handlers):
        if isinstance(handler, _File | _Console):
            root.removeHandler(handler)
            handler.close()


def get(name: str) -> structlog.stdlib.BoundLogger:
    """The logger of a module: ``logs.get(__name__)``."""
    return structlog.stdlib.get_logger(name)


def _uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    get("kiosk").critical("uncaught exception", exc_info=(kind, error, trace))


def _uncaught_in_thread(arguments: threading.ExceptHookArgs) -> None:
    if arguments.exc_value is None or issubclass(arguments.exc_type, SystemExit):
        return
    thread = arguments.thread.name if arguments.thread else "unknown"
    get("kiosk").critical("uncaught exception in a thread", thread=thread, exc_info=arguments.exc_value)
