"""Holders for trials: nobody, with names, numbers and photos from a seed."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from PIL import Image

from devices.camera.simulated_face import Scene, Sitter, draw
from kiosk.documents.card_faces import FaceData, SideName, load, render_face
from kiosk.host.sandbox.population import population
from kiosk.inspection.hopper import from_hopper
from kiosk.photo.crop import crop_to_rule

DESIGN = "third-generation"
_TODAY = date(2026, 11, 22)
_LONG_NAMES = (
    "买买提·吐尔逊阿不都热西提江",
    "欧阳𠮷祥",
    "ALEXANDRA-JOSEPHINE SPECIMEN",
    "示例名字有十五个汉字那么长的人名",
)
_ISSUERS = ("示例市人力资源和社会保障局", "样板市人力资源和社会保障局", "示例省人力资源和社会保障厅")
_BANKS = ("示例银行", "样板银行", "演示农村商业银行")


@dataclass(frozen=True, slots=False, repr=False)
class Holder:
    """``sitter``: who looks the same has the same."""

    data: FaceData
    sitter: Sitter
    scene: Scene
    noise: int

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"

    @cached_property
    def photo(self) -> Image.Image:
        """As it would be taken and cut."""
        picture, landmarks = draw(self.sitter, self.scene, self.noise)
        if landmarks is None:
            raise RuntimeError("nobody in the picture")
        return crop_to_rule(picture, landmarks)[0]

    def face(self, side: SideName) -> Image.Image:
        """What is to be printed."""
        design = load(DESIGN)
        return render_face(design, side, self.data, self.photo if design.side(side).photo is not None else None)

    def card(self, side: SideName) -> Image.Image:
        """The card from the hopper."""
        return from_hopper(load(DESIGN), side, self.data)

    def with_photo_of(self, other: Holder) -> Holder:
        """A mix-up."""
        return Holder(self.data, other.sitter, other.scene, other.noise)

    def with_text_of(self, other: Holder) -> Holder:
        """A mix-up; the bank stays, because it is the card's."""
        return Holder(replace(other.data, bank=self.data.bank), self.sitter, self.scene, self.noise)

    def misspelt(self, dice: random.Random) -> Holder:
        """One digit of the social security number and one of the bank card's are others."""
        data = self.data
        changed = replace(
            data,
            social_security_number=_other_digit(data.social_security_number, dice),
            bank_card_number=_other_digit(data.bank_card_number, dice),
        )
        return Holder(changed, self.sitter, self.scene, self.noise)


def _other_digit(number: str, dice: random.Random) -> str:
    at = dice.randrange(len(number) - 1)
    return number[:at] + dice.choice([digit for digit in "0123456789" if digit != number[at]]) + number[at + 1 :]


def holders(count: int, seed: int) -> list[Holder]:
    """Always the same for the same seed."""
    dice = random.Random(f"holders {seed}")  # noqa: S311 -- trials, not a secret
    made = []
    for number, entry in enumerate(population((), seed=seed, size=count, today=_TODAY)):
        person = entry.person
        name = _LONG_NAMES[number // 9 % len(_LONG_NAMES)] if number % 9 == 8 else person.name
        data = FaceData(
            name=name,
            social_security_number=person.number,
            card_number=f"{dice.choice('ABCDEFGHX')}{dice.randrange(10**8):08}",
            issued=_TODAY,
            valid_until=None if number % 7 == 6 else date(2036, dice.randint(1, 12), dice.randint(1, 28)),
            issuer=dice.choice(_ISSUERS),
            bank=dice.choice(_BANKS),
            bank_card_number=f"629999{dice.randrange(10**13):013}",
            bank_valid_until=date(2036, dice.randint(1, 12), 28),
        )
        sitter = Sitter.of(f"{seed} {number}", old=dice.random() < 0.2)
        scene = Scene(turn=dice.uniform(-0.1, 0.1), tilt=dice.uniform(-2, 2), light=dice.uniform(0.93, 1.0))
        made.append(Holder(data, sitter, scene, number))
    return made
