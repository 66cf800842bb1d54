"""An alert's latency: from the activation's own time, never flattering; by a person, a person's word."""

from __future__ import annotations

import pytest

from tests.drill.conftest import Make
from tests.drill.playbook import Playbook, like
from thunes_tui import intents
from thunes_tui.clock import to_iso
from thunes_tui.drill.effects import SetDeadline
from thunes_tui.events import box, steps

SENSED = steps.CriterionSensed


@pytest.fixture
def activating(play: Playbook) -> Playbook:
    play.ready_for("T1")
    play.launch("T1.S2")
    return play


def on_phone(play: Playbook) -> tuple[str, float]:
    known = play.state.criteria["T1.C3"]
    assert known.evidence is not None
    return known.verdict, round((known.evidence.latency_ms or 0) / 1000, 1)


def test_counts_from_the_audits_own_time_also_when_the_audit_is_read_late(activating: Playbook) -> None:
    stamp = to_iso(activating.now.t)[:-1]
    activating.wait(4)
    activating.audit("KILL_SWITCH_ACTIVATED", reason="DRILL", timestamp=stamp)
    activating.wait(2)
    activating.alert()
    assert on_phone(activating) == ("FAIL", 6.0)


def test_before_the_audit_is_read_counts_from_the_step(activating: Playbook) -> None:
    activating.wait(3)
    activating.alert().gives(like(box.AlertSeen), like(SENSED, criterion="T1.C3", verdict="PASS"))
    assert on_phone(activating) == ("PASS", 3.0)
    activating.audit("KILL_SWITCH_ACTIVATED", reason="DRILL").holds(like(SENSED, criterion="T1.C6"))


@pytest.mark.parametrize("timestamp", ["", "yesterday", "2020-01-01T00:00:00", "2099-01-01T00:00:00"])
def test_a_time_that_cannot_be_the_activations_counts_from_the_step(
    activating: Playbook, timestamp: str
) -> None:
    activating.wait(3)
    activating.audit("KILL_SWITCH_ACTIVATED", reason="DRILL", timestamp=timestamp)
    activating.wait(3)
    activating.alert()
    assert on_phone(activating) == ("FAIL", 6.0)


def test_an_alert_that_arrived_before_its_step_is_another_ones(activating: Playbook) -> None:
    activating.alert(late_s=2).gives(like(box.AlertSeen, latency_s=None))


def test_an_alert_that_arrived_before_this_activation_is_an_earlier_ones(activating: Playbook) -> None:
    activating.wait(5)
    activating.audit("KILL_SWITCH_ACTIVATED", reason="DRILL")
    activating.alert(late_s=3).lacks(SENSED)
    activating.alert().holds(like(SENSED, verdict="PASS"))


def test_another_message_settles_and_times_nothing(activating: Playbook) -> None:
    activating.audit("KILL_SWITCH_ACTIVATED", reason="DRILL")
    activating.alert().holds(SENSED)
    took = activating.state.alert_latency_s
    activating.wait(60)
    activating.alert("Position closed").gives(like(box.AlertSeen, latency_s=None))
    assert activating.state.alert_latency_s == took


def test_an_old_activation_does_not_lengthen_the_next_attempt(activating: Playbook) -> None:
    activating.audit("KILL_SWITCH_ACTIVATED", reason="DRILL")
    activating.finish("T1.S2", "ACTIVATED")
    activating.wait(600)
    activating.launch("T1.S2", again=True)
    activating.wait(1)
    activating.alert()
    assert on_phone(activating) == ("PASS", 1.0)


def test_seen_by_a_person_is_that_persons_decision_and_nothing_sensed(make: Make) -> None:
    play = make(phone=False).ready_for("T1")
    play.launch("T1.S2")
    play.audit("KILL_SWITCH_ACTIVATED", reason="DRILL")
    play.wait(3)
    play.ask(intents.SeeAlert()).gives(
        like(box.AlertSeen, by_person=True),
        like(steps.CriterionDecided, criterion="T1.C3", verdict="PASS", reason="seen after 3.0 s of 5"),
    )
    known = play.state.criteria["T1.C3"]
    assert (known.decided_by, known.sensed, known.evidence) == ("ann", "", None)
    play.ask(intents.SeeAlert()).gives(box.AlertSeen)


def test_seen_too_late_by_a_person_is_a_fail(make: Make) -> None:
    play = make(phone=False).ready_for("T1")
    play.launch("T1.S2")
    play.wait(9)
    play.ask(intents.SeeAlert()).gives(
        box.AlertSeen, like(steps.CriterionDecided, verdict="FAIL", reason="seen after 9.0 s, 5 allowed")
    )


def test_where_a_person_must_look_their_clock_gives_no_verdict(make: Make) -> None:
    play = make(phone=False).ready_for("T1")
    play.launch("T1.S2")
    play.alert().gives(box.AlertSeen)
    ended = play.finish("T1.S2", "ACTIVATED")
    assert [d.seconds for d in ended.of(SetDeadline) if d.criterion == "T1.C3"] == [60.0]
    play.time_out(ended)
    assert play.verdict("T1.C3") == ""
    play.ask(intents.EndTest("T1")).holds(like(SENSED, criterion="T1.C3", verdict="NOT VERIFIED"))


def test_a_person_at_the_sandboxs_phone_fakes_nothing(activating: Playbook) -> None:
    activating.ask(intents.SeeAlert()).gives(like(box.AlertSeen, by_person=True))
    assert activating.verdict("T1.C3") == ""


def test_with_nothing_to_time_it_is_only_noted(play: Playbook) -> None:
    play.ready().ask(intents.SeeAlert()).gives(like(box.AlertSeen, latency_s=None))
