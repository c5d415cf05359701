"""``/docs``: an OpenAPI document as one plain page, drawn here, because a kiosk's network reaches no script servers."""

from __future__ import annotations

import json
from collections.abc import Callable
from html import escape
from typing import Any

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

Json = dict[str, Any]

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>
<style>body{{font:16px/1.5 sans-serif;color:#14283C;background:#F6F4EF;max-width:60em;margin:2em auto;padding:0 1em}}
article{{background:#FFF;padding:.2em 1.2em 1em;margin:1em 0;border-left:4px solid #0B5A7A}}
h2{{margin-bottom:0}}h3 code{{font-size:1.1em}}h4{{margin:.8em 0 0;color:#4C5B69}}
pre{{background:#E3EEF3;padding:.6em;overflow:auto;margin:.2em 0}}</style>
<h1>{title}</h1><p>{description}</p><p>The same for programs: <a href="{source}">{source}</a></p>
{body}</html>
"""


def add_reference(app: FastAPI, *, path: str, of: FastAPI, source: str) -> None:
    """Serve the page of ``of``'s document at ``path``, and the document itself at ``source``."""

    @app.get(path, include_in_schema=False)
    def page() -> HTMLResponse:
        return HTMLResponse(render(of.openapi(), source))

    @app.get(source, include_in_schema=False)
    def document() -> Json:
        return of.openapi()


def render(document: Json, source: str) -> str:
    """The page of an OpenAPI 3.1 document."""
    schemas: Json = document.get("components", {}).get("schemas", {})
    parts: list[str] = []
    tag = None
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if operation.get("tags") and operation["tags"][0] != tag:
                tag = operation["tags"][0]
                parts.append(f"<h2>{escape(tag)}</h2>")
            parts.append(_operation(method, path, operation, schemas))
    return _PAGE.format(
        title=escape(document["info"]["title"]),
        description=escape(document["info"].get("description", "")),
        source=escape(source),
        body="\n".join(parts),
    )


def example(schema: Json, schemas: Json) -> Any:
    """A value of the schema: its own examples, or the smallest that shows every field."""
    if "$ref" in schema:
        return example(schemas[schema["$ref"].rsplit("/", 1)[-1]], schemas)
    for given in (schema.get("examples", []), schema.get("enum", [])):
        if given:
            return given[0]
    if "default" in schema:
        return schema["default"]
    for choice in schema.get("anyOf", []):
        return example(choice, schemas)
    makers: dict[str, Callable[[], Any]] = {
        "object": lambda: {name: example(each, schemas) for name, each in schema.get("properties", {}).items()},
        "array": lambda: [example(each, schemas) for each in schema.get("prefixItems", [schema.get("items", {})])],
        "integer": lambda: schema.get("minimum", 0),
        "number": lambda: 0.0,
        "boolean": lambda: True,
        "string": lambda: {"date": "2026-11-22", "date-time": "2026-11-22T09:30:00Z"}.get(schema.get("format", ""), ""),
    }
    return makers.get(schema.get("type", ""), lambda: None)()


def _operation(method: str, path: str, operation: Json, schemas: Json) -> str:
    told = [f"<article><h3><code>{method.upper()} {escape(path)}</code></h3>"]
    told.append(f"<p>{escape(operation.get('description', ''))}</p>")
    parameters = operation.get("parameters", [])
    if parameters:
        told.append("<h4>Parameters</h4><ul>")
        for parameter in parameters:
            need = "" if parameter.get("required") else ", may be left out"
            told.append(f"<li><code>{escape(parameter['name'])}</code> ({parameter['in']}{need})</li>")
        told.append("</ul>")
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if body:
        told.append(_shown("Request", body["schema"], schemas))
    for status, answer in operation.get("responses", {}).items():
        content = answer.get("content", {}).get("application/json", {})
        if status.startswith("2") and content.get("schema"):
            told.append(_shown(f"Answer {status}", content["schema"], schemas))
        elif status.startswith("2"):
            told.append(f"<h4>Answer {escape(status)}</h4>")
    refusals = [status for status, answer in operation.get("responses", {}).items() if status[0] in "45"]
    if refusals:
        told.append(f"<h4>Refused with {escape(', '.join(refusals))}</h4>")
    return "\n".join([*told, "</article>"])


def _shown(title: str, schema: Json, schemas: Json) -> str:
    text = json.dumps(example(schema, schemas), ensure_ascii=False, indent=2)
    return f"<h4>{escape(title)}</h4><pre>{escape(text)}</pre>"
