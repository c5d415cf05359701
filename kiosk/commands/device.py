"""``kiosk device``: one verb with one device, opened for it and closed after it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer

from kiosk.cli import fail
from kiosk.cli_options import parse_options

INTERRUPTED = 130

CONTEXT = {"ignore_unknown_options": True}
"""An option that is not ours belongs to the verb."""


def epilogue() -> list[str]:
    """The end of ``kiosk device --help``: classes, models, verbs."""
    from devices import registry

    lines = []
    for device_class, models in registry.CLASSES.items():
        lines.append(f"{device_class}   models: {', '.join(models)}")
        for name, verb in registry.verbs(device_class).items():
            lines.append(f"    {f'{name} {verb.words}'.strip()}: {verb.help}")
    return lines


def device(
    device_class: Annotated[str, typer.Argument(metavar="CLASS", help="Device class, such as id-reader.")],
    verb: Annotated[str, typer.Argument(help="What to do; the list is below.")],
    words: Annotated[list[str] | None, typer.Argument(help="What the verb takes.")] = None,
    at: Annotated[
        str, typer.Option(metavar="URL", help="pcsc:READER NAME, /dev/ttyUSB0, socket://host:port or tcp://host:9100.")
    ] = "",
    model: Annotated[str, typer.Option(help="Default: the first model of the class.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print the answer as JSON.")] = False,
    option: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="An option of the driver; may be repeated.")
    ] = None,
) -> None:
    """Do one thing with one device by hand. Ctrl-C lets go of it.

    When the device reports a fault, its code and what to do about
    it are printed and the exit code is 1.
    """
    from devices import registry
    from devices.contract import Cancellation, Device, DeviceError, OperationCancelled
    from devices.verbs import Told
    from devices.worker import DeviceWorker

    try:
        known = registry.verbs(device_class)
        driver_model = model or registry.default_model(device_class)
        registry.model(device_class, driver_model)
    except registry.UnknownModelError as error:
        raise typer.BadParameter(str(error)) from error
    if verb not in known:
        raise typer.BadParameter(f"{device_class} has no verb {verb!r}; there are: {', '.join(known)}")
    if not at:
        raise typer.BadParameter("say where the device is: --at URL")
    try:
        driver = registry.driver(device_class, driver_model, at, **parse_options(option or ()))
    except (TypeError, ValueError) as error:
        raise typer.BadParameter(f"{device_class} {driver_model}: {error}") from error

    def tell(line: str) -> None:
        typer.echo(line, err=True)

    def run(opened: Device, cancellation: Cancellation, given: Sequence[str]) -> Mapping[str, object] | str:
        if known[verb].opens:
            opened.open()
        try:
            answer: Mapping[str, object] | str = known[verb].run(opened, cancellation, given, tell)
        finally:
            opened.close()
        return answer

    async def work() -> Mapping[str, object] | str:
        worker = DeviceWorker(device_class, driver)
        try:
            return await worker.wait(run, words or [])
        finally:
            worker.stop()

    try:
        answer = asyncio.run(work())
    except DeviceError as error:
        _fault(error.code, error.detail, as_json)
    except ValueError as error:
        raise typer.BadParameter(f"{verb}: {error}") from error
    except (KeyboardInterrupt, OperationCancelled):
        fail("stopped", code=INTERRUPTED)
    _print(answer, as_json)
    if isinstance(answer, Told) and answer.failed:
        raise typer.Exit(1)


def _print(answer: Mapping[str, object] | str, as_json: bool) -> None:
    from devices.verbs import Told

    if as_json:
        typer.echo(json.dumps(answer, ensure_ascii=False, default=str))
    elif isinstance(answer, str | Told):
        typer.echo(answer.line if isinstance(answer, Told) else answer)
    else:
        for name, value in answer.items():
            typer.echo(f"{name}: {_shown(value)}")


def _shown(value: object) -> str:
    plain: dict[Any, str] = {None: "-", True: "yes", False: "no"}
    if value is None or isinstance(value, bool):
        return plain[value]
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=str)


def _fault(code: str, detail: str, as_json: bool) -> None:
    from devices import fault_catalogue

    fault = fault_catalogue.find(code)
    if as_json:
        told = {
            "fault": code,
            "severity": fault.severity,
            "action": fault.action,
            "staff": {"zh": fault.staff.zh, "en": fault.staff.en},
            "detail": detail,
        }
        typer.echo(json.dumps(told, ensure_ascii=False))
        raise typer.Exit(1)
    why = f" ({detail})" if detail else ""
    fail(f"{code}{why}\n{fault.staff.zh}\n{fault.staff.en}")
