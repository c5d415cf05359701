"""A person of whom, by order, no photo is on file: the fourth cause, cured by a photo, and forgotten by a reset."""

from __future__ import annotations

from pathlib import Path

from issuing_world import World

from kiosk.catalogue.rules import Reason
from kiosk.host.issuing_values import PhotoNeed
from kiosk.host.sandbox import issuing_applications, issuing_gate
from kiosk.host.sandbox.issuing_control import Photograph, forget_photo
from kiosk.host.sandbox.issuing_photo import portrait
from kiosk.host.sandbox.state import Sandbox


def test_a_photo_that_is_gone_is_needed_until_another_comes(tmp_path: Path) -> None:
    world = World.open(tmp_path)
    sandbox = Sandbox(world.engine, settled=0)
    person = world.person(key="lin_xiaoyu")

    def need() -> PhotoNeed:
        found: PhotoNeed = world.work("K1", lambda work: issuing_gate.photo_need(work, person))
        return found

    assert need() is PhotoNeed.ON_FILE
    for _ in range(2):
        forget_photo(Photograph(number=person.number), sandbox)
        assert need() is PhotoNeed.NEEDED
    application = world.open_application("K1", person, Reason.FIRST, "key-1").number
    picture = portrait(person.id)
    world.work("K1", lambda work: issuing_applications.submit_photo(work, application, picture))
    assert need() is PhotoNeed.ON_FILE
    forget_photo(Photograph(number=person.number), sandbox)
    assert need() is PhotoNeed.NEEDED
    world.reset()
    assert need() is PhotoNeed.ON_FILE
    world.engine.dispose()
