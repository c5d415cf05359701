"""Scripts and styles are answered from memory, word for word; everything else is asked for each time."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from starlette.applications import Starlette
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from kiosk.fleet.console.assets import KeptAssets

LASTING = {"cache-control": "public, max-age=31536000, immutable"}
SCRIPT = b"console.log(1);" * 500


class Within:
    def __init__(self) -> None:
        self.asked = 0

    async def answer(self, request: Request) -> Response:
        self.asked += 1
        name = request.path_params["name"]
        if name == "streamed":
            return StreamingResponse(iter((SCRIPT, SCRIPT)), headers=LASTING)
        if name == "missing":
            return Response(b"no", 404, LASTING)
        headers: Mapping[str, str] = {} if name == "passing" else LASTING
        return Response(SCRIPT, headers=headers | ({"set-cookie": "a=1"} if name == "personal" else {}))  # type: ignore[operator]


@pytest.fixture
def within() -> Within:
    return Within()


@pytest.fixture
def browser(within: Within) -> TestClient:
    routes = [Route("/console/{place}/{name}", within.answer, methods=["GET", "POST", "HEAD"])]
    app = Starlette(routes=routes)
    app.add_middleware(GZipMiddleware)
    app.add_middleware(KeptAssets)
    return TestClient(app)


@pytest.mark.parametrize("name", ["plain", "streamed"])
@pytest.mark.parametrize("encoding", ["gzip, br", "identity"])
def test_an_asset_is_made_once(browser: TestClient, within: Within, name: str, encoding: str) -> None:
    answers = [browser.get(f"/console/_nicegui/{name}", headers={"accept-encoding": encoding}) for _ in range(3)]
    assert within.asked == 1
    assert len({each.content for each in answers}) == 1
    assert answers[0].content == SCRIPT * (2 if name == "streamed" else 1)
    assert answers[0].headers == answers[1].headers == answers[2].headers
    assert answers[0].headers.get("content-encoding") == ("gzip" if "gzip" in encoding else None)


def test_who_takes_it_compressed_and_who_does_not_get_their_own(browser: TestClient, within: Within) -> None:
    for encoding in ("gzip", "identity", "gzip", "identity"):
        found = browser.get("/console/_nicegui/plain", headers={"accept-encoding": encoding})
        assert found.content == SCRIPT
    assert within.asked == 2


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/console/_nicegui/missing", {}),
        ("GET", "/console/_nicegui/passing", {}),
        ("GET", "/console/_nicegui/personal", {}),
        ("GET", "/console/_nicegui/plain?a=1", {}),
        ("GET", "/console/_nicegui/plain", {"range": "bytes=0-1"}),
        ("POST", "/console/_nicegui/plain", {}),
        ("GET", "/console/elsewhere/plain", {}),
    ],
)
def test_nothing_else_is_kept(
    browser: TestClient, within: Within, method: str, path: str, headers: dict[str, str]
) -> None:
    for _ in range(2):
        browser.request(method, path, headers=headers)
    assert within.asked == 2
