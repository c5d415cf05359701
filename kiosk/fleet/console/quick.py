"""Makes NiceGUI's elements cheap: a page is some thousand of them.

For each element NiceGUI asks three times what arguments its own handler takes, by looking at the signature: a third of
all that an element costs. The answer is the same for every function of the same code, and is kept here.

The other third is Python looking for circles among all objects whenever some hundreds were made. What is there when the
console begins stays for good and need not be looked through; of what is made later, it is enough to look seldom.

What every browser loads before it shows anything is compressed once (:mod:`kiosk.fleet.console.assets`).
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from types import CodeType, FunctionType, MethodType
from typing import Any

from fastapi import FastAPI
from nicegui import helpers

from kiosk.fleet.console.assets import KeptAssets

SELDOM = (20_000, 20, 50)
"""Objects made, and rounds of them, after which Python looks for circles; 700, 10, 10 as it comes."""

_look: Callable[[Callable[..., Any]], bool] = helpers.expects_arguments
_known: dict[tuple[CodeType, bool], bool] = {}


def expects_arguments(func: Callable[..., Any]) -> bool:
    """As NiceGUI's own, which is asked once for each code."""
    plain, bound = (func.__func__, True) if isinstance(func, MethodType) else (func, False)
    if not isinstance(plain, FunctionType) or hasattr(plain, "__wrapped__") or hasattr(plain, "__signature__"):
        return _look(func)
    key = (plain.__code__, bound)
    if (found := _known.get(key)) is None:
        found = _known[key] = _look(func)
    return found


def quicken(api: FastAPI) -> None:
    """For this process and its application; once."""
    api.add_middleware(KeptAssets)
    helpers.expects_arguments = expects_arguments
    gc.collect()
    gc.freeze()
    gc.set_threshold(*SELDOM)
