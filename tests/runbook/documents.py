"""Drill documents in the shapes that the parser must take."""

from __future__ import annotations

from pathlib import Path

SANDBOX = Path(__file__).parents[2] / "thunes_tui" / "sandbox" / "project"

BOLD = """\
# Drill of the relay

**Date**: [Not yet executed]

## Prerequisites

- [ ] **Two people** at the keys
- [x] A spare phone

---

## Test 1: Kill-Switch Activation (30 minutes)

### Objective

Stop it,
and see it stop.

### Prerequisites

- The bot runs
- [ ] The phone is at hand

### Procedure

**Step 1: Look** (10 min)

First look, then leap.

```bash
# Test 9: a comment is no heading
cat logs/paper_trader.log | less
```

**Expected output**:
```
BTCUSDT 0.5 ...
```

**Step 2: Press the button**
```bash
python -c "
from src.risk.manager import RiskManager
RiskManager().activate_kill_switch(reason='DRILL: by hand')
"
```

**Expected**: Should see the event with:
- `event: "KILL_SWITCH_ACTIVATED"`
- `reason: "DRILL: by hand"`

**Step 3: Wait for the phone**

Record actual delivery time: _____ seconds (expected: <5 seconds)

### Success Criteria

- [ ] Telegram alert arrives within 3 seconds
- [x] BUY orders rejected
      with the right message
- [ ] Operators stay calm (optional)

### Results

- **Start time**: _____ UTC
- **Data loss**: [ ] NONE [ ] MINOR [ ] SIGNIFICANT (choose one)
- **Passed**: Yes [ ] No [ ]
- Name: ________ Contact: ________
- Day __ of 7
- `KEY=________`
- Recovered in \\_\\_\\_\\_ min

## Post-Drill Summary

| Test | Result | Time |
|------|:------:|------|
| Activation | [ ] PASS [ ] FAIL | _____ min |

### Key Learnings

1. ______
2. ______

### Action Items

1. **Issue**: ____
   **Action**: ____
2. **Issue**: ____
   **Priority**: [ ] HIGH [ ] LOW
"""

HEADINGS = """\
Wiederanlauf – Übung
====================

#### Test 2 - Neustart (1 hour)

**Objective**: Der Bot kommt zurück.

**Prerequisites**: Bot läuft

##### Step 2.1: Töte ihn (5 minutes)

~~~sh
kill -9 "$(pgrep -f paper_trader)"
~~~

Then:

~~~
gone ✅
~~~

##### Step 2.2: Starte ihn (~2-3 min)

###### Note

Still part of the step: ____ %

```bash
python src/live/paper_trader.py --symbol BTCUSDT &   # Expected: PID 1234
# Expected output: `started`
```

**Success Criteria**:

1. Prozess ist tot
2. Prozess lebt wieder

**Results**:

* Recovery time: ___ seconds

#### Test 3: Later

##### Step 1: By hand

Look at it.
"""

CHECKBOXES = """\
# Deployment

### Test 4: Rollout (45 min)

- [ ] **Stop the bot**
  ```bash
  pkill -TERM -f paper_trader
  cat <<EOF
    keep this indentation
  EOF
  ```
- [ ] Look at the log (5 min)

  It must be quiet.

  ```bash
  tail -f logs/paper_trader.log
  ```
- [ ] Shake hands

#### Acceptance Criteria

- [ ] Bot is gone
- [ ] YES [ ] NO

#### Results

[ ] PASS [ ] FAIL [ ] PARTIAL
"""

TRICKY = """\
# Tricky

````markdown
## Test 1: In a template
```bash
echo no step
```
````

```
Test 2: a recording sheet
**Step 1: none**
- Start time: _____
```

<!-- ## Test 3: hidden
**Step 1: hidden** -->

## Test 5: Real

> ```bash
> rm -rf quoted
> ```

**Step 1: Two blocks**

```bash
echo one
```

If that fails:

```bash
echo two
```

```python
print("three")
```

Step 2: not bold

**Step 3: Unclosed**

```bash
echo runs to nowhere

**Step 4: After it**

```bash
echo four
```

1. a numbered item with a block

   ```bash
   echo five
   ```

## Test 5: Again

**Step 1: Twice**

## Cleanup

**Step 9: Outside**

```bash
rm -rf /tmp/drill
```
"""

ALL = {"bold": BOLD, "headings": HEADINGS, "checkboxes": CHECKBOXES, "tricky": TRICKY}


def sandbox_drill() -> bytes:
    """The drill document of the bot that the sandbox drills."""
    return (SANDBOX / "scripts" / "disaster_recovery_drill.md").read_bytes()


def every() -> dict[str, bytes]:
    """Every document, by name, the sandbox's own included."""
    return {**{name: text.encode() for name, text in ALL.items()}, "sandbox": sandbox_drill()}
