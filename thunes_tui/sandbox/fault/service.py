"""Trouble with the exchange and with Telegram, made by the stand-ins themselves."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from thunes_tui.sandbox import control
from thunes_tui.sandbox.fault.kind import Kind, Note, Order
from thunes_tui.sandbox.fault.scene import Scene

SLOW_S = 3.0
FLOOD_S = 30.0
Switches = dict[str, Any]


def _kind(
    service: str, name: str, does: str, wanted: Callable[[float], Switches], seconds: float = 0.0
) -> Kind:
    """A fault that switches of one stand-in make; with all of them back to nothing it is over."""

    def begin(order: Order) -> None:
        scene, switches = order.scene, wanted(order.seconds)
        scene.need_world()
        order.keep({"switches": switches})
        control.ask(scene.place, {service: switches})

    def end(scene: Scene, note: Note) -> str:
        if scene.world is not None:
            off = {switch: type(value)() for switch, value in note["switches"].items()}
            control.ask(scene.place, {service: off})
        return ""

    def lapsed(scene: Scene, note: Note) -> str:
        if scene.world is None:
            return "the stand-ins run no longer"
        found = control.ask(scene.place, {})[service]
        holds = all(found[switch] == value for switch, value in note["switches"].items())
        return "" if holds else f"the {service} was switched back by somebody else"

    return Kind(f"{service}-{name}", does, frozenset({service}), begin, end, lapsed, seconds)


KINDS = (
    _kind("exchange", "down", "the exchange's port refuses connections", lambda _s: {"down": True}),
    _kind("exchange", "slow", "the exchange answers seconds late", lambda s: {"slow_s": s}, SLOW_S),
    _kind(
        "exchange",
        "rate-limited",
        "the exchange answers 429, then 418, each with Retry-After",
        lambda _s: {"rate_limited": True},
    ),
    _kind("telegram", "down", "Telegram's port refuses connections", lambda _s: {"down": True}),
    _kind("telegram", "slow", "Telegram answers seconds late", lambda s: {"slow_s": s}, SLOW_S),
    _kind("telegram", "silent", "Telegram takes connections and never answers", lambda _s: {"silent": True}),
    _kind(
        "telegram",
        "rate-limited",
        "Telegram answers 429 with seconds to wait",
        lambda s: {"flood": math.ceil(s)},
        FLOOD_S,
    ),
)
