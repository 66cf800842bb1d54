"""The pause: nothing begins, what runs is left alone, and its time belongs to no duration."""

from __future__ import annotations

from tests.drill.playbook import BOB, Playbook, like
from thunes_tui import intents
from thunes_tui import observations as seen
from thunes_tui.drill.next import next_action
from thunes_tui.drill.results import results
from thunes_tui.drill.timeline import pace, rows
from thunes_tui.events import steps, stops

INCIDENT = intents.PauseDrill("a market event")


def test_nothing_begins_while_it_lasts_and_all_goes_on_after_it(play: Playbook) -> None:
    play.ready_for("T1")
    play.ask(INCIDENT).gives(like(stops.DrillPaused, reason="a market event"))
    play.ask(intents.RunStep("T1.S1")).refused("ann paused the drill: a market event")
    play.ask(intents.EndTest("T1")).refused("paused")
    assert next_action(play.state).label == "paused"
    play.ask(intents.ResumeDrill()).gives(stops.DrillResumed)
    play.do("T1.S1")
    assert play.status("T1.S1") == "done"
    play.prove()


def test_what_runs_is_left_alone(play: Playbook) -> None:
    play.ready_for("T1").launch("T1.S1")
    play.ask(INCIDENT).gives(stops.DrillPaused)
    play.finish("T1.S1").holds(steps.StepEnded)
    assert play.status("T1.S1") == "done"


def test_a_step_that_was_asked_for_does_not_start_in_it(play: Playbook) -> None:
    play.ready_for("T1").ask(intents.RunStep("T1.S1"))
    play.ask(INCIDENT)
    play.see(seen.GuardSpoke("T1.S1#1", True, token="t0")).holds(
        like(steps.StepAborted, reason="...paused the drill")
    )


def test_it_is_the_drivers_and_needs_its_reason(play: Playbook) -> None:
    play.ready_for("T1")
    play.ask(INCIDENT, BOB).refused("a witness may not")
    play.ask(intents.PauseDrill("  ")).refused("needs its reason")
    play.ask(intents.ResumeDrill()).refused("not paused")
    play.ask(INCIDENT)
    play.ask(INCIDENT).refused("paused the drill")
    play.ask(intents.ResumeDrill(), BOB).refused("a witness may not")


def test_its_time_is_out_of_every_duration(play: Playbook) -> None:
    play.ready_for("T1").launch("T1.S1")
    play.wait(5)
    play.ask(INCIDENT)
    play.wait(3600)
    play.ask(intents.ResumeDrill())
    play.wait(5)
    assert pace(play.state, play.now).endswith("ahead")
    play.finish("T1.S1")
    told = results(play.state, "")
    duration = told["tests"][0]["steps"][0]["duration_s"]
    assert 10 <= duration < 11
    play.ask(intents.SkipTest("T1", "x"))
    assert told["pauses"][0]["reason"] == "a market event"
    assert told["pauses"][0]["ended"] is not None
    late = [row.late_min for row in rows(play.state) if row.late_min is not None]
    assert max(late) < 1


def test_two_pauses_add_up_and_one_outside_a_span_counts_not(play: Playbook) -> None:
    play.ready()
    for _ in range(2):
        play.ask(INCIDENT)
        play.wait(100)
        play.ask(intents.ResumeDrill())
    play.begin("T1")
    begun = play.state.tests["T1"].started
    assert begun is not None
    play.ask(INCIDENT)
    play.wait(50)
    lasting = play.now
    assert round(play.state.stops.paused(begun, lasting)) == 50
    assert play.state.stops.lasted(begun, lasting) < 1
    assert play.state.opened is not None
    assert round(play.state.stops.paused(play.state.opened, lasting)) == 250


def test_one_that_nobody_ended_is_seen_in_the_results(play: Playbook) -> None:
    play.ready()
    play.ask(INCIDENT)
    play.wait(60)
    play.ask(intents.EndDrill(early=True, reason="gone home"))
    (told,) = results(play.state, "")["pauses"]
    assert (told["by"], told["reason"], told["ended"]) == ("ann", "a market event", None)
    play.prove()
