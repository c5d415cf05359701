"""The public check page of printed documents (A21): a code says "genuine", with kind and date, or nothing at all."""

from __future__ import annotations

from html import escape

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from kiosk.host.sandbox import writes
from kiosk.host.sandbox.state import Sandbox

router = APIRouter(tags=["check page"])

_PAGE = """<!doctype html>
<html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>凭证核验 · Document check</title>
<style>body{{font:20px/1.6 sans-serif;color:#14283C;background:#F6F4EF;max-width:36em;margin:3em auto;padding:0 1em}}
h1{{font-size:1.6em}}dt{{color:#4C5B69}}dd{{margin:0 0 .6em}}footer{{color:#4C5B69;font-size:.8em}}</style>
{content}
<footer>沙盒数据，仅供测试。 Sandbox data, for tests only.</footer></html>
"""
_GENUINE = """<h1>✔ 该凭证真实有效<br>This document is genuine</h1>
<dl><dt>编号 Number</dt><dd>{number}</dd><dt>种类 Kind</dt><dd>{kind}</dd><dt>打印日期 Printed</dt><dd>{day}</dd></dl>
<p>请核对编号与纸上是否一致。<br>Compare the number with the one on the paper.</p>"""
_NOTHING = """<h1>✘ 无法核验<br>Nothing can be verified</h1>
<p>没有与此验证码对应的有效凭证。请核对输入，或重新打印。<br>
No valid document has this code. Check what you typed, or print the document again.</p>"""


@router.get("/check/{code}", response_class=HTMLResponse, responses={404: {"description": "nothing to verify"}})
def check(code: str, request: Request) -> HTMLResponse:
    """What a code verifies. Reserved, void and unknown codes are told apart by nobody."""
    sandbox: Sandbox = request.app.state.sandbox
    with sandbox.engine.connect() as connection:
        found = writes.activated_document(connection, code)
    if found is None:
        return HTMLResponse(_PAGE.format(content=_NOTHING), status_code=404)
    number, kind, day = (escape(text) for text in found)
    return HTMLResponse(_PAGE.format(content=_GENUINE.format(number=number, kind=kind, day=day)))
