"""Policy packs that kiosks fetch when they are told to: ``GET /policy/{region}/{digest}``, by what they contain."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

import structlog
from fastapi import APIRouter, HTTPException, Response
from fastapi import Path as PathParameter

from kiosk.catalogue import policy
from kiosk.fleet.pki import write_private
from kiosk.located_toml import MistakesError

log = structlog.get_logger("policies")

Region = Annotated[str, PathParameter(pattern=r"^[0-9]{6}$")]
SHORT = 12
"""Characters of a digest by which people tell packs apart."""

Digest = Annotated[str, PathParameter(pattern=r"^[0-9a-f]{64}$")]


@dataclass(frozen=True, slots=True)
class KeptPack:
    """``name_zh`` and ``name_en``: of the region. ``newest``: the day from which its newest rule holds. ``kept_at``:
    since when kiosks can fetch it, in milliseconds since 1970."""

    region: str
    digest: str
    name_zh: str
    name_en: str
    newest: date
    kept_at: int


class Policies:
    """The packs in a folder, each under its digest."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, region: str, file: Path) -> str:
        """Keep a pack for kiosks to fetch; its digest. Raises MistakesError if no kiosk could use it."""
        policy.load(region, file)
        content = file.read_bytes()
        digest = hashlib.sha256(content).hexdigest()
        folder = self._folder / region
        folder.mkdir(parents=True, exist_ok=True)
        write_private(folder / f"{digest}.toml", content, mode=0o644)
        return digest

    def kept(self, region: str = "") -> tuple[KeptPack, ...]:
        """Every pack of a region, or of all, the newest first; what a kiosk could not use any more is left out."""
        found = []
        for file in self._folder.glob(f"{region or '*'}/*.toml"):
            code = file.parent.name
            if self.content(code, file.stem) is None:
                continue
            try:
                pack = policy.load(code, file)
            except MistakesError:
                log.warning("pack_unusable", region=code, digest=file.stem)
                continue
            newest = max(rule.valid_from for rule in pack.rule)
            kept_at = int(file.stat().st_mtime * 1000)
            found.append(KeptPack(code, file.stem, pack.region.name_zh, pack.region.name_en, newest, kept_at))
        return tuple(sorted(found, key=lambda each: (each.kept_at, each.digest), reverse=True))

    def content(self, region: str, digest: str) -> bytes | None:
        """A pack; None if there is no such, or if it is not what it was."""
        file = self._folder / region / f"{digest}.toml"
        if not file.is_file():
            return None
        content = file.read_bytes()
        return content if hashlib.sha256(content).hexdigest() == digest else None


def policy_router(policies: Policies) -> APIRouter:
    """For the office's application."""
    router = APIRouter()

    @router.get(
        "/policy/{region}/{digest}",
        tags=["policy"],
        response_class=Response,
        responses={200: {"content": {"application/toml": {}}}, 404: {"description": "no such pack"}},
    )
    def pack(region: Region, digest: Digest) -> Response:
        """A policy pack of a region, by its SHA-256."""
        content = policies.content(region, digest)
        if content is None:
            raise HTTPException(404, "there is no such pack")
        return Response(content, media_type="application/toml")

    return router
