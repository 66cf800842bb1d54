#!/usr/bin/env bash
# Does the deployed bot live, and do its records agree? Ends with 0 when they do.

. "$(dirname "${BASH_SOURCE[0]}")/checkout.sh"

echo 'Post-deployment verification'

section '[1/3] Process'
python_checks <<'PYTHON'
import datetime, re
from src.config import LOG_FILE
from src.live.instance import running
found = running()
print("PASS" if len(found) == 1 else "FAIL", f"{len(found)} bot process(es): {found}")
last = None
if LOG_FILE.exists():
    with LOG_FILE.open(encoding="utf-8", errors="replace") as lines:
        for line in lines:
            if " heartbeat " in line and re.match(r"\d{4}-\d\d-\d\d ", line):
                last = line
if last is None:
    print("FAIL No heartbeat in the log")
else:
    age = (datetime.datetime.now() - datetime.datetime.fromisoformat(last[:19])).total_seconds()
    print("PASS" if age < 60 else "FAIL", f"Last heartbeat {age:.0f} s ago")
PYTHON

section '[2/3] Records'
python_checks <<'PYTHON'
import json, sqlite3
from src.config import AUDIT_FILE, DATABASE_FILE
try:
    with AUDIT_FILE.open(encoding="utf-8") as lines:
        print(f"PASS Audit trail: {len([json.loads(line) for line in lines])} valid records")
except (OSError, ValueError) as error:
    print(f"FAIL Audit trail: {error}")
try:
    connection = sqlite3.connect(f"file:{DATABASE_FILE}?mode=ro", uri=True)
    verdict = connection.execute("PRAGMA integrity_check").fetchone()[0]
    print("PASS" if verdict == "ok" else "FAIL", f"Database integrity: {verdict}")
except sqlite3.Error as error:
    print(f"FAIL Database: {error}")
PYTHON

section '[3/3] Positions'
if python scripts/reconcile_positions.py; then
    pass 'Positions agree with the exchange'
else
    fail 'Positions do not agree with the exchange'
fi

echo
if [ "$failed" -eq 0 ]; then
    echo '✅ POST-DEPLOYMENT VERIFICATION PASSED'
    exit 0
fi
echo '❌ POST-DEPLOYMENT VERIFICATION FAILED'
exit 1
