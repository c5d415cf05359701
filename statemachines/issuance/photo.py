"""The photo: taken now and measured, or sent in earlier and named by its receipt number (scenarios A2, A3)."""

from __future__ import annotations

from typing import Protocol

from statemachines import views
from statemachines.chart import Activity, Chart, Exit, On, State, chosen


class PhotoActivities(Protocol):
    """What the states here do."""

    @property
    def mirror(self) -> Activity:
        """Show the citizen what the camera sees, until the state is left."""
        ...

    @property
    def take_photo(self) -> Activity:
        """Take a picture and hold it against the rule: ``good``, ``bad``."""
        ...

    @property
    def send_photo(self) -> Activity:
        """Give the photo to the host: ``accepted``, ``refused``, ``unreachable``."""
        ...

    @property
    def send_photo_receipt(self) -> Activity:
        """Have the host take the photo of that receipt: ``accepted``, ``unknown_receipt``, ``refused``,
        ``unreachable``."""
        ...


def photo_chart(do: PhotoActivities) -> Chart:
    """Exits: ``accepted``, ``deferred`` (three pictures were no good), ``refused``, ``back``."""
    at_camera = ("aiming", "taking")
    return Chart(
        "photo",
        states=(
            State("means", screen=views.Menu, timeout="person"),
            State("aiming", screen=views.Photo, activity=do.mirror, timeout="person"),
            State("taking", screen=views.Photo, activity=do.take_photo, timeout="camera"),
            State("good", screen=views.Photo, timeout="person"),
            State("bad", screen=views.Photo, timeout="person_reading"),
            State(
                "sending",
                screen=views.Working,
                activity=do.send_photo,
                timeout="host",
                durable=True,
                restart="the application is withdrawn: nothing has left its hopper",
            ),
            State("receipt", screen=views.EnterDigits, timeout="person"),
            State(
                "sending_receipt",
                screen=views.Working,
                activity=do.send_photo_receipt,
                timeout="host",
                durable=True,
                restart="the application is withdrawn: nothing has left its hopper",
            ),
        ),
        transitions=(
            On("choose", "means", "aiming", when=chosen("camera")),
            On("choose", "means", "receipt", when=chosen("receipt")),
            On("back", "means", Exit("back")),
            On("take", "aiming", "taking"),
            On("back", ("aiming", "receipt"), "means"),
            On("good", "taking", "good"),
            On("bad", "taking", "bad"),
            On("late", "taking", "means"),
            On("failed", at_camera, "means"),
            On("use", "good", "sending"),
            On("again", ("good", "bad"), "aiming"),
            On("give_up", "bad", Exit("deferred")),
            On("enter", "receipt", "sending_receipt", keep="photo_receipt"),
            On("unknown_receipt", "sending_receipt", "receipt"),
            On("accepted", ("sending", "sending_receipt"), Exit("accepted")),
            On("refused", ("sending", "sending_receipt"), Exit("refused")),
            On("unreachable", ("sending", "sending_receipt"), Exit("refused")),
            On("late", ("sending", "sending_receipt"), Exit("refused")),
        ),
    )
