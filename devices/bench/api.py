"""The bench's HTTP API: people with cards, devices with faults, and what happens, for scripts and pages.

Every refusal is ``{"detail": "…"}`` in plain words: 404 there is no such thing, 409 not possible as things stand, 422 a
value that makes no sense.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import Body, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import FileResponse, JSONResponse, Response

from devices.bench import models as m
from devices.bench.errors import CannotDo, NoSuchThing, WrongValue
from devices.bench.places import Card, CardKind
from devices.bench.schedule import PlannedFault, draw
from devices.bench.station import Station
from devices.bench.world import World

LONGEST_WAIT = 60.0

_REFUSALS: dict[int | str, dict[str, Any]] = {
    404: {"model": m.Refusal, "description": "There is no such thing; the message says which there are."},
    409: {"model": m.Refusal, "description": "Not possible as things stand; the message says why."},
    422: {"model": m.Refusal, "description": "A value that makes no sense; the message says which and what would."},
}


def build(world: World) -> FastAPI:
    """The API of a started world."""
    app = FastAPI(
        title="Bench", summary="A simulated kiosk front: devices on real transports.", description=__doc__ or ""
    )
    for kind, status in ((NoSuchThing, 404), (CannotDo, 409), (WrongValue, 422)):
        app.add_exception_handler(kind, _refuse(status))
    app.add_exception_handler(RequestValidationError, _refuse_request)
    _people(app, world)
    _cards_and_paper(app, world)
    _new_cards(app, world)
    _devices(app, world)
    _faults(app, world)
    _happenings(app, world)
    return app


def _refuse(status: int) -> Callable[[Request, Exception], JSONResponse]:
    def answer(_: Request, error: Exception) -> JSONResponse:
        return JSONResponse({"detail": str(error)}, status)

    return answer


def _refuse_request(_: Request, error: Exception) -> JSONResponse:
    """Says which field and why, and never repeats what was sent: it may have been a PIN."""
    mistakes = error.errors() if isinstance(error, RequestValidationError) else []
    words = "; ".join(f"{'.'.join(str(part) for part in one['loc'][1:])}: {one['msg']}" for one in mistakes)
    return JSONResponse({"detail": words}, 422)


def _card(world: World, card: Card) -> m.CardShown:
    return m.CardShown(card=str(card), place=str(world.places.where(card)))


def _people(app: FastAPI, world: World) -> None:
    @app.get("/people", tags=["people"])
    def people() -> list[m.PersonShown]:
        """Everyone with a wallet, and where their two cards are."""
        return [
            m.PersonShown(
                key=person.key,
                note=person.note,
                name=person.name,
                social_card=_card(world, Card(person.key, CardKind.SOCIAL)) if person.card else None,
                id_card=_card(world, Card(person.key, CardKind.ID)),
                social_card_generation=person.card.generation if person.card else "",
                social_card_state=person.card.state if person.card else "none",
            )
            for person in world.people.values()
        ]

    def put(kind: CardKind) -> Callable[[str, m.CardChoice | None], m.CardShown]:
        def act(person: str, choice: m.CardChoice | None = None) -> m.CardShown:
            choice = choice or m.CardChoice()
            return _card(world, world.put_card(person, kind, card=choice.card, device=choice.device))

        return act

    def take(kind: CardKind) -> Callable[[str, m.DeviceChoice | None], m.CardShown]:
        def act(person: str, choice: m.DeviceChoice | None = None) -> m.CardShown:
            return _card(world, world.take_card(person, kind, device=choice.device if choice else None))

        return act

    for path, act, summary in (
        ("insert-card", put(CardKind.SOCIAL), "Put a social security card into the reader."),
        ("take-card", take(CardKind.SOCIAL), "Take the card out of the reader, whosever it is."),
        ("lay-id-card", put(CardKind.ID), "Lay a resident ID card on the plate."),
        ("lift-id-card", take(CardKind.ID), "Lift the ID card from the plate, whosever it is."),
    ):
        app.post(f"/people/{{person}}/{path}", tags=["people"], summary=summary, responses=_REFUSALS, name=path)(act)

    @app.post("/people/{person}/sit-down", tags=["people"], responses=_REFUSALS)
    def sit_down(person: str, choice: m.DeviceChoice | None = None) -> None:
        """They are before the camera now. Whoever puts a card in or on a device sits down by doing so."""
        world.sit_down(person, device=choice.device if choice else None)

    @app.post("/people/{person}/type", tags=["people"], responses=_REFUSALS)
    def type_keys(person: str, typing: m.Typing) -> m.Typed:
        """Press keys of the PIN pad, one after the other; answers when the last one is pressed.

        Keys have no effect while the pad is not asking for any: wait for its scene to say that it does.
        """
        keys = [*typing.keys]
        if typing.own_pin:
            keys = [*_own_pin(world, person), *keys]
        if typing.then is not None:
            keys.append(typing.then)
        return m.Typed(pressed=world.type_keys(person, keys, pace=typing.pace, device=typing.device))


def _own_pin(world: World, key: str) -> str:
    card = _person(world, key).card
    if card is None:
        raise CannotDo(f"{key} has no card, and so no PIN")
    return str(card.pin)


def _person(world: World, key: str) -> Any:
    world.places.check_person(key)
    if key not in world.people:
        raise CannotDo(f"{key} has no card of their own")
    return world.people[key]


def _cards_and_paper(app: FastAPI, world: World) -> None:
    @app.get("/cards", tags=["cards"])
    def cards() -> list[m.CardShown]:
        """Every card and the one place where it is."""
        return [_card(world, card) for card in world.places.all()]

    @app.post("/cards/{owner}/{kind}/hand-over", tags=["cards"], responses=_REFUSALS)
    def hand_over(owner: str, kind: CardKind, hand_over: m.HandOver) -> m.CardShown:
        """Whoever holds the card gives it to another person, or to ``staff``."""
        return _card(world, world.hand_over(f"{owner}/{kind}", hand_over.to))

    @app.get("/receipts", tags=["paper"])
    def receipts() -> list[m.ReceiptShown]:
        """All finished paper, oldest first: at the outlet, in people's hands, in the tray."""
        return [m.ReceiptShown(**asdict(receipt)) for receipt in world.receipts.all()]

    @app.post("/receipts/tear-off", tags=["paper"], responses=_REFUSALS)
    def tear_off(tearing: m.Tearing | None = None) -> list[m.ReceiptShown]:
        """Take everything that hangs at the outlet."""
        tearing = tearing or m.Tearing()
        torn = world.tear_off(tearing.person, device=tearing.device)
        return [m.ReceiptShown(**asdict(receipt)) for receipt in torn]

    @app.get("/receipts/{number}.png", tags=["paper"], response_class=FileResponse, responses=_REFUSALS)
    def picture(number: int) -> FileResponse:
        """The paper as a picture, one pixel a printer dot."""
        return FileResponse(world.receipts.picture(number), media_type="image/png")


def _new_cards(app: FastAPI, world: World) -> None:
    @app.post("/people/{person}/take-new-card", tags=["new cards"], responses=_REFUSALS)
    def take_new_card(person: str, choice: m.DeviceChoice | None = None) -> m.CardShown:
        """Take the card that the card printer holds out, whosever it is."""
        return _card(world, world.take_new_card(person, device=choice.device if choice else None))

    @app.get("/new-cards", tags=["new cards"])
    def new_cards() -> list[m.NewCardShown]:
        """Every pre-made card: in the card printer's hoppers, on its way, in its stores, and those that came out."""
        return [m.NewCardShown(**{**asdict(card), "printed": [*card.printed]}) for card in world.new_cards()]

    @app.get("/new-cards/{serial}/chip", tags=["new cards"], responses=_REFUSALS)
    def chip(serial: str) -> m.ChipShown:
        """What stands on its chip."""
        return m.ChipShown(**world.card_chip(serial))

    @app.get("/new-cards/{serial}/{side}.png", tags=["new cards"], response_class=Response, responses=_REFUSALS)
    def face(serial: str, side: Literal["front", "back"]) -> Response:
        """What is printed on a side; 404 while it is bare."""
        return Response(world.card_face(serial, side), media_type="image/png")


def _devices(app: FastAPI, world: World) -> None:
    @app.get("/devices", tags=["devices"])
    def devices() -> list[m.DeviceShown]:
        """Every device: address, what one sees of it, its faults and what a person can do there."""
        return [_device(station) for station in world.stations.values()]

    @app.get("/devices/{device}", tags=["devices"], responses=_REFUSALS)
    def device(device: str) -> m.DeviceShown:
        """One device."""
        return _device(world.station(device))

    @app.post("/devices/{device}/actions/{action}", tags=["devices"], responses=_REFUSALS)
    def act(device: str, action: str, arguments: Annotated[dict[str, Any] | None, Body()] = None) -> m.DeviceShown:
        """Do one of the device's actions; the body holds its arguments by name."""
        world.act(device, action, arguments or {})
        return _device(world.station(device))


def _device(station: Station) -> m.DeviceShown:
    now = station.snapshot()
    return m.DeviceShown(
        name=station.name,
        device_class=station.stand.device_class,
        model=station.stand.model,
        url=station.url,
        options=station.driver_options,
        scene=now.scene,
        faults={
            switch.name: m.FaultShown(help=switch.help, rest=station.rest[switch.name], value=now.faults[switch.name])
            for switch in station.switches
        },
        actions={
            name: m.ActionShown(label=label, arguments=station.parameters(name))
            for name, label in station.simulator.actions().items()
        },
    )


def _faults(app: FastAPI, world: World) -> None:
    @app.post("/devices/{device}/faults/{fault}", tags=["faults"], responses=_REFUSALS)
    def set_fault(device: str, fault: str, setting: m.FaultSetting) -> m.DeviceShown:
        """Set a fault of the device or of its line; its ``rest`` value switches it off."""
        world.set_fault(device, fault, setting.value)
        return _device(world.station(device))

    @app.get("/faults/plan", tags=["faults"])
    def plan() -> list[m.Planned]:
        """The faults that are still to come."""
        return _plan(world)

    @app.put("/faults/plan", tags=["faults"], responses=_REFUSALS)
    def replace_plan(plan: list[m.Planned]) -> list[m.Planned]:
        """Replace the plan; its seconds count from now. An empty list calls everything off."""
        world.plan_faults([PlannedFault(one.at, one.device, one.fault, one.value) for one in plan])
        return _plan(world)

    @app.post("/faults/plan/draw", tags=["faults"], responses=_REFUSALS)
    def draw_plan(drawing: m.Drawing) -> list[m.Planned]:
        """Replace the plan by faults at random; the same seed draws the same plan."""
        for device in drawing.devices or ():
            world.station(device)
        switches = {n: s.switches for n, s in world.stations.items() if drawing.devices is None or n in drawing.devices}
        world.plan_faults(
            draw(
                switches,
                seed=drawing.seed,
                seconds=drawing.seconds,
                per_hour=drawing.per_hour,
                lasting=(drawing.shortest, drawing.longest),
            )
        )
        return _plan(world)


def _plan(world: World) -> list[m.Planned]:
    return [m.Planned(**asdict(planned)) for planned in world.planned_faults()]


def _happenings(app: FastAPI, world: World) -> None:
    @app.get("/events", tags=["events"])
    def events(
        after: Annotated[
            int | None, Query(description="Number of the last event you know; 0: all that are kept; none: from now on.")
        ] = None,
        wait: Annotated[float, Query(description="Seconds to wait for one to happen.", ge=0, le=LONGEST_WAIT)] = 0.0,
    ) -> m.Happened:
        """What has happened after the event numbered ``after``; waits until something has, or ``wait`` is over.

        Kinds: ``started``, ``reset``, ``card`` (card, place), ``scene`` (device, scene), ``fault`` (device, fault,
        value), ``action`` (device, action), ``keys`` (device, person, count), ``receipt`` (receipt, device, place),
        ``plan`` (count of faults to come).
        """
        known = world.events.last if after is None else after
        happened = world.events.wait_after(known, wait)
        return m.Happened(
            events=[event.as_json() for event in happened], last=happened[-1].number if happened else known
        )

    @app.post("/reset", tags=["events"])
    def reset() -> list[m.CardShown]:
        """The world as on its first day: cards with their owners, devices fresh, no paper, no faults, no plan."""
        world.reset()
        return [_card(world, card) for card in world.places.all()]
