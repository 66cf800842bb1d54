#!/usr/bin/env bash
# May this checkout be deployed? The code, the limits, the documents and the drill's result.
# Ends with 0 when nothing speaks against it.

. "$(dirname "${BASH_SOURCE[0]}")/checkout.sh"

echo 'Pre-deployment validation'

section '[1/4] Code'
python_checks <<'PYTHON'
import pathlib
bad = 0
for path in sorted([*pathlib.Path("src").rglob("*.py"), *pathlib.Path("scripts").glob("*.py")]):
    try:
        compile(path.read_text(encoding="utf-8"), str(path), "exec")
    except SyntaxError as error:
        bad += 1
        print(f"FAIL {path}: {error}")
if not bad:
    print("PASS Every module compiles")
import unittest
result = unittest.TextTestRunner(stream=open("/dev/null", "w")).run(unittest.defaultTestLoader.discover("tests", top_level_dir="."))
print("PASS" if result.wasSuccessful() and result.testsRun else "FAIL", f"{result.testsRun} smoke tests")
PYTHON

section '[2/4] Configuration and limits'
python_checks <<'PYTHON'
from src.config import ConfigError, load
settings = load()
try:
    settings.require_testnet()
    print("PASS Testnet only")
except ConfigError as error:
    print("FAIL", error)
print("PASS" if settings.telegram_configured else "FAIL", "Telegram is configured")
print("PASS" if 0 < settings.max_daily_loss <= 100 else "FAIL", f"Daily loss limit {settings.max_daily_loss:.2f} USDT")
print("PASS" if 0 < settings.max_positions <= 10 else "FAIL", f"At most {settings.max_positions} positions")
PYTHON

section '[3/4] Documents'
required_files \
    docs/OPERATIONAL-RUNBOOK.md docs/PHASE-13-DEPLOYMENT-RUNBOOK.md docs/PHASE-13-DEPLOYMENT-CHECKLIST.md \
    scripts/disaster_recovery_drill.md scripts/post_deployment_verification.sh

section '[4/4] Disaster recovery drill'
python_checks <<'PYTHON'
import pathlib, re
text = pathlib.Path("docs/PHASE-13-DEPLOYMENT-CHECKLIST.md").read_text(encoding="utf-8")
done = re.search(r"- \[x\] \*\*B\.3 ", text)
print("PASS Item B.3 is ticked" if done else "FAIL Item B.3, the disaster recovery validation, is not ticked yet")
PYTHON

echo
if [ "$failed" -eq 0 ]; then
    echo '✅ PRE-DEPLOYMENT VALIDATION PASSED'
    exit 0
fi
echo '❌ PRE-DEPLOYMENT VALIDATION FAILED'
exit 1
