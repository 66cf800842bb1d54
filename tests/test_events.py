"""Events are frozen plain data, registered, and every kind that was ever written stays readable."""

from __future__ import annotations

import dataclasses
import inspect
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.event_samples import SAMPLES
from thunes_tui.drill.apply import FOLDS
from thunes_tui.events import base
from thunes_tui.events.base import REGISTRY, Event, Unknown, encode
from thunes_tui.events.registry import MODULES, decode
from thunes_tui.journal.reader import records

GOLDEN = Path(__file__).parent / "journal" / "golden" / "v1"
BY_KIND = {sample.KIND: sample for sample in SAMPLES}
ACTOR = "ann"
"""`by` in every golden record, as the hub writes it beside the event's own members."""


def plain(event: Event) -> Any:
    return json.loads(json.dumps(encode(event)))


def kept(old: Any, new: Any) -> Any:
    """Of the new value what the old one has: what a later version adds, at any depth, is left out."""
    if isinstance(old, dict) and isinstance(new, dict):
        return {name: kept(old[name], new[name]) for name in old if name in new}
    return new


def test_every_kind_has_one_sample() -> None:
    assert Counter(sample.KIND for sample in SAMPLES) == dict.fromkeys(REGISTRY, 1)


def test_every_kind_has_a_golden_journal() -> None:
    """A new kind needs its file; make its line with `tests.journal.test_golden.golden` and look at it."""
    missing = [kind for kind in REGISTRY if not (GOLDEN / f"{kind}.jsonl").exists()]
    assert missing == []


def test_every_golden_journal_is_of_a_kind_that_is_known() -> None:
    """A kind that is given up stays registered as long as its recordings are to be shown."""
    assert {p.stem for p in GOLDEN.glob("*.jsonl")} - {"journal"} == set(REGISTRY)


@pytest.mark.parametrize("kind", sorted(REGISTRY))
def test_a_golden_event_decodes_to_the_expected_one_and_encodes_to_the_same(kind: str) -> None:
    lines = list(records(GOLDEN / f"{kind}.jsonl"))
    assert {line.kind for line in lines} == {kind}
    decoded = [decode(line.kind, line.data) for line in lines]
    assert all(type(event) is REGISTRY[kind] for event in decoded)
    assert decoded[-1] == BY_KIND[kind]
    assert {"by": ACTOR, **plain(decoded[-1])} == lines[-1].data, "a member was added: add a line to the file"
    for line, event in zip(lines, decoded, strict=True):
        again = {"by": ACTOR, **plain(event)}
        assert kept(line.data, again) == line.data, "a member was lost or has changed"


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.KIND)
def test_a_sample_leaves_no_member_at_its_default(sample: Event) -> None:
    """Else a member that is lost on the way would not be missed."""
    for field in dataclasses.fields(sample):
        default = field.default
        if field.default_factory is not dataclasses.MISSING:
            default = field.default_factory()
        if default is not dataclasses.MISSING and field.name != "redaction":
            assert getattr(sample, field.name) != default, field.name


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.KIND)
def test_an_event_is_frozen_plain_and_comes_back_from_json(sample: Event) -> None:
    assert decode(sample.KIND, plain(sample)) == sample
    name = dataclasses.fields(sample)[0].name
    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(sample, name, getattr(sample, name))
    assert not hasattr(sample, "__dict__")


@pytest.mark.parametrize("kind", sorted(REGISTRY))
def test_no_member_takes_the_place_of_a_records_own(kind: str) -> None:
    """The hub writes the actor as `by` beside them; a member of that name would hide who did it."""
    assert "by" not in {field.name for field in dataclasses.fields(REGISTRY[kind])}


@pytest.mark.parametrize("kind", sorted(REGISTRY))
def test_a_member_that_a_later_version_adds_is_passed_over_and_a_misfit_is_kept(kind: str) -> None:
    data = plain(BY_KIND[kind])
    assert decode(kind, {**data, "of_tomorrow": [1]}) == BY_KIND[kind]
    for name in data:
        broken = {**data, name: {"no": {"such": "thing"}} if not isinstance(data[name], dict) else 5}
        assert decode(kind, broken) == Unknown(kind, broken)


def test_an_unknown_kind_is_kept_word_for_word() -> None:
    data = {"x": [1, {"y": None}], "by": "eve"}
    event = decode("kind.of_tomorrow", data)
    assert isinstance(event, Unknown)
    assert encode(event) == data
    assert "kind.of_tomorrow" not in REGISTRY


def test_the_registry_holds_every_event_class_and_nothing_else() -> None:
    classes = {
        cls
        for module in MODULES
        for _, cls in inspect.getmembers(module, inspect.isclass)
        if issubclass(cls, Event) and cls.__module__ == module.__name__
    }
    assert set(REGISTRY.values()) == classes
    assert all(kind == cls.KIND for kind, cls in REGISTRY.items())
    assert base.Unknown not in classes


def test_every_event_says_what_it_is_for() -> None:
    silent = [
        cls.__name__
        for cls in REGISTRY.values()
        if (cls.__doc__ or f"{cls.__name__}(").startswith(f"{cls.__name__}(")
    ]
    assert silent == []


def test_only_bulk_is_no_decision() -> None:
    assert {k for k, cls in REGISTRY.items() if not cls.DECISION} == {
        "shell.output",
        "source.lines",
        "source.span",
        "process.sampled",
    }


NO_STATE = {"checkpoint.written", "gap", "process.sampled"}
"""Kinds that the state need not know: marks of the journal, and samples that pass by."""


def test_every_other_kind_changes_the_state() -> None:
    assert set(FOLDS) == {cls for kind, cls in REGISTRY.items() if kind not in NO_STATE}


@given(st.sampled_from(sorted(REGISTRY)), st.dictionaries(st.text(max_size=5), st.none() | st.integers()))
def test_any_data_for_a_kind_gives_an_event(kind: str, data: dict[str, Any]) -> None:
    event = decode(kind, data)
    assert type(event) in (REGISTRY[kind], Unknown)
