"""Holders and a photo for faces, and how pictures are compared."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy
from PIL import Image, ImageDraw

from kiosk.documents.card_faces import FaceData

SNAPSHOTS = Path(__file__).with_name("snapshots")

NAMES = {
    "two": "李雷",
    "three": "王秀兰",
    "rare": "欧阳𠮷祥",
    "rarer": "㛃䶮𫍯𬭼",
    "dotted": "买买提·吐尔逊阿不都热西提江",
    "thirty_bytes": "示例名字有十五个汉字那么长的人名",
    "latin": "ALEXANDRA-JOSEPHINE SPECIMENNN",
    "with_extension": "阿卜杜热合曼江·阿卜杜克热木江阿不都热西提江古丽巴",
}


def holder(name: str = "王秀兰", **other: object) -> FaceData:
    """Somebody invented."""
    values: dict[str, object] = {
        "name": name,
        "social_security_number": "990101195603120022",
        "card_number": "X00000019",
        "issued": date(2026, 11, 22),
        "valid_until": date(2036, 11, 22),
        "issuer": "示例市人力资源和社会保障局",
        "bank": "示例银行",
        "bank_card_number": "6299990000000000012",
        "bank_valid_until": date(2036, 11, 30),
    }
    return FaceData(**{**values, **other})  # type: ignore[arg-type]


def photo(size: tuple[int, int] = (358, 441)) -> Image.Image:
    """No face: a disc on grey, whose shape shows where it went."""
    image = Image.new("RGB", size, (200, 200, 200))
    ImageDraw.Draw(image).ellipse((size[0] * 0.2, size[1] * 0.2, size[0] * 0.8, size[1] * 0.7), fill=(120, 60, 40))
    return image


def different(one: Image.Image, other: Image.Image) -> float:
    """Share of the dots that differ plainly. Fonts of another version move an edge, and no more."""
    if one.size != other.size:
        return 1.0
    pair = [numpy.asarray(image.convert("RGBA"), dtype=numpy.int16) for image in (one, other)]
    return float((numpy.abs(pair[0] - pair[1]).max(axis=2) > 60).mean())
