"""A TOML file checked against a pydantic model: every mistake named with its place, and what is allowed instead."""

from __future__ import annotations

import difflib
import re
import typing
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from pydantic import AfterValidator, BaseModel, ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from kiosk.located_toml import Document, Location, Mistake, MistakesError

ModelT = TypeVar("ModelT", bound=BaseModel)


def validate(document: Document, model: type[ModelT]) -> ModelT:
    """The file as a model. Raises MistakesError naming every mistake in it."""
    try:
        return model.model_validate(document.data)
    except ValidationError as error:
        raise MistakesError([mistake(document, model, details) for details in error.errors()]) from None


_UNKNOWN_NAME = "unknown_name"


def one_of(names: Callable[[], Iterable[str]]) -> AfterValidator:
    """For ``Annotated[str, one_of(...)]``: a name out of a table that is known at run time only."""

    def check(name: str) -> str:
        known = sorted(names())
        if name not in known:
            raise PydanticCustomError(_UNKNOWN_NAME, "a known name", {"names": known})
        return name

    return AfterValidator(check)


def mistake(document: Document, model: type[BaseModel], details: ErrorDetails) -> Mistake:
    """One of pydantic's errors in the words of this module."""
    location = _in_document(document.data, details["loc"])
    of_key = details["loc"][-1:] == ("[key]",)
    if location[-1:] == ("[key]",):
        location = location[:-1]
    field = field_path(location)
    if details["type"] == "extra_forbidden":
        key = str(location[-1])
        known = _keys_of(model, location[:-1])
        return Mistake(
            document.file,
            document.place(location, of_key=True),
            field,
            f"unknown key {key!r}",
            ", ".join(known) or "no keys",
            nearest(key, known),
        )
    if details["type"] == _UNKNOWN_NAME:
        names = details["ctx"]["names"]
        name = str(details["input"])
        place = document.place(location, of_key=of_key)
        return Mistake(document.file, place, field, f"unknown name {name!r}", ", ".join(names), nearest(name, names))
    if details["type"] == "missing":
        allowed = description_of(model, location).rstrip(".") or "a value"
        return Mistake(document.file, document.place(location), field, "nothing, and it is required", allowed)
    found = details["input"]
    choices = re.findall(r"'([^']*)'", details["msg"]) if details["type"] in ("literal_error", "enum") else []
    allowed = ", ".join(choices) or _allowed(details, description_of(model, location))
    suggestion = nearest(found, choices) if isinstance(found, str) else ""
    return Mistake(document.file, document.place(location), field, shown(found), allowed, suggestion)


def _in_document(data: object, location: Iterable[str | int]) -> Location:
    """Pydantic's location without the steps that are its own (names of union members)."""
    kept: list[str | int] = []
    steps = list(location)
    for position, step in enumerate(steps):
        if isinstance(data, Mapping | list) and _has(data, step):
            data = data[step]  # type: ignore[index]
        elif position < len(steps) - 1 or not isinstance(data, Mapping):
            continue
        kept.append(step)
    return tuple(kept)


def _has(data: Mapping[Any, object] | list[object], step: str | int) -> bool:
    if isinstance(data, list):
        return isinstance(step, int) and step < len(data)
    return step in data


def field_path(location: Location) -> str:
    """``devices.card_reader.at``, ``rule[2].value`` (list items from 1, as people count)."""
    text = ""
    for step in location:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if text else step
    return text


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant, quoted, or nothing."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f'"{close[0]}"' if close else ""


def shown(found: object) -> str:
    """A value of the file as a person would write it; long ones cut."""
    match found:
        case bool():
            text = str(found).lower()
        case str():
            text = f'"{found}"'
        case Mapping():
            text = "a table"
        case list():
            text = f"a list of {len(found)}"
        case _:
            text = str(found)
    return text if len(text) <= 80 else f"{text[:77]}..."


_WORDS: dict[str, str] = {
    "string_type": 'text in quotes, such as "..."',
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list in [ ]",
    "tuple_type": "a list in [ ]",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "path_type": "a path in quotes",
    "date_type": "a date, such as 2026-01-31",
    "date_from_datetime_parsing": "a date, such as 2026-01-31",
}


def _allowed(details: ErrorDetails, description: str) -> str:
    if details["type"] in _WORDS:
        return _WORDS[details["type"]]
    context = details.get("ctx", {})
    if details["type"] == "string_pattern_mismatch":
        return description.rstrip(".") or f"text of the form {context['pattern']}"
    if details["type"] == "string_too_short" and context.get("min_length") == 1:
        return "text that is not empty"
    message = details["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
    message = re.sub(r"^(?:String|List|Tuple|Dictionary|Value) should have", "it must have", message)
    return message[0].lower() + message[1:]


def _inner_models(annotation: object) -> Iterable[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in typing.get_args(annotation):
        yield from _inner_models(argument)


def _models_at(model: type[BaseModel], location: Location) -> list[type[BaseModel]]:
    models = [model]
    for step in location:
        following: list[type[BaseModel]] = []
        for candidate in models:
            if isinstance(step, str) and step in candidate.model_fields:
                following += _inner_models(candidate.model_fields[step].annotation)
            else:
                following.append(candidate)  # the step is an item of a list, or a key of a table of models
        models = following
    return models


def _keys_of(model: type[BaseModel], location: Location) -> list[str]:
    return sorted({name for candidate in _models_at(model, location) for name in candidate.model_fields})


def description_of(model: type[BaseModel], location: Location) -> str:
    """What a field's declaration says of it, or nothing."""
    for candidate in _models_at(model, location[:-1]):
        declared = candidate.model_fields.get(str(location[-1]))
        if declared is not None and declared.description:
            return declared.description
    return ""
