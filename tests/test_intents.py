"""Intents: a closed set, plain on the wire, and one table of who may ask what."""

from __future__ import annotations

import contextlib
import dataclasses
import inspect
import json
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thunes_tui import emergency_observations, intents, observations
from thunes_tui.drill.decide import ASKED, SEEN
from thunes_tui.events.base import REGISTRY as EVENTS
from thunes_tui.intents import REGISTRY, Intent, Role, decode, encode, may

MATRIX = {
    "abort": "d", "abort_leave": "d", "abort_open": "d", "alert_seen": "d", "bookmark": "dw",
    "criterion": "d", "deviation": "d", "document": "d", "emergency_close": "d", "emergency_confirm": "d",
    "emergency_item": "d", "emergency_open": "d", "emergency_skip": "d", "emergency_tick": "d", "end": "d",
    "explain": "d", "field": "d",
    "hold": "dw", "left_safe": "d", "note": "dw", "pass_keys": "d", "pause": "d", "position": "d",
    "preflight": "d", "prepare": "d", "prerequisite": "d", "release": "dw", "request_keys": "dw",
    "resize": "d", "resume": "d", "seek": "r", "shell_open": "d", "sign_off": "dw", "signal": "d",
    "signal_confirm": "d", "signal_leave": "d", "step": "d", "step_confirm": "d", "step_finish": "d",
    "step_edit": "d", "step_fill": "d", "step_skip": "d", "stop": "dr", "test": "d", "test_end": "d",
    "test_skip": "d", "undo": "d",
}  # fmt: skip
"""Design 9, by hand: driver all but moving in time, witness six, replay only moving in time and stopping."""


def sample(kind: type[Intent]) -> Intent:
    values: dict[str, Any] = {"str": "x", "int": 3, "bool": True, "float": 1.5, "tuple[str, ...]": ("x",)}
    return kind(**{field.name: values[str(field.type)] for field in dataclasses.fields(kind)})


@pytest.mark.parametrize("kind", sorted(REGISTRY))
def test_who_may_ask_it(kind: str) -> None:
    asked = sample(REGISTRY[kind])
    allowed = {role[0] for role in get_args(Role) if may(role, asked)}
    assert allowed == set(MATRIX[kind])


def test_the_table_knows_every_intent() -> None:
    assert set(MATRIX) == set(REGISTRY)


@pytest.mark.parametrize("kind", sorted(REGISTRY))
def test_an_intent_crosses_the_wire(kind: str) -> None:
    asked = sample(REGISTRY[kind])
    assert decode(kind, json.loads(json.dumps(encode(asked)))) == asked
    with pytest.raises((AttributeError, TypeError)):
        asked.KIND = "x"  # type: ignore[misc]  # that it cannot be set is the point
    assert REGISTRY[kind].__doc__ is not None


def test_what_does_not_fit_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="no intent is called 'rm'"):
        decode("rm", {})
    with pytest.raises(ValueError, match=r"RunStep\.step: is missing"):
        decode("step", {})
    with pytest.raises(ValueError, match=r"PassKeys\.client: a whole number"):
        decode("pass_keys", {"client": "1"})


@given(st.sampled_from(sorted(REGISTRY)), st.dictionaries(st.text(max_size=8), st.none() | st.text()))
def test_any_frame_is_an_intent_or_a_value_error(kind: str, data: dict[str, Any]) -> None:
    with contextlib.suppress(ValueError):
        assert type(decode(kind, data)) is REGISTRY[kind]


def test_intents_and_events_never_share_a_type_or_a_name() -> None:
    assert not set(REGISTRY.values()) & set(EVENTS.values())
    assert not {cls.__name__ for cls in REGISTRY.values()} & {cls.__name__ for cls in EVENTS.values()}


def test_every_intent_and_observation_is_decided() -> None:
    """Moving about in time is the replay's own; it has no drill."""
    assert set(ASKED) == set(REGISTRY.values()) - {intents.Seek}
    assert set(SEEN) == {
        cls
        for module in (observations, emergency_observations)
        for _, cls in inspect.getmembers(module, inspect.isclass)
        if issubclass(cls, observations.Observation) and cls is not observations.Observation
    }
