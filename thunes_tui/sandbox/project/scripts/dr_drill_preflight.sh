#!/usr/bin/env bash
# Is everything there that a disaster recovery drill needs? Eight sections, then one line with the answer.
# Ends with 0 when the drill may begin. A warning (⚠️) is to be read, it stops nothing.

. "$(dirname "${BASH_SOURCE[0]}")/checkout.sh"

printf 'DR drill pre-flight check, %s\n' "$(date '+%Y-%m-%d %H:%M:%S %Z')"

section '[1/8] Environment'
python_checks <<'PYTHON'
import os, sys
from src import config
version = ".".join(map(str, sys.version_info[:3]))
print("PASS" if sys.version_info >= (3, 11) else "FAIL", f"Python {version}")
if os.environ.get("VIRTUAL_ENV") or sys.prefix != sys.base_prefix:
    print("PASS Virtual environment is active")
else:
    print("FAIL Virtual environment is not active: source .venv/bin/activate")
print("PASS .env is there" if config.ENV_FILE.is_file() else "FAIL .env is missing: copy .env.template and fill it in")
try:
    config.load().require_testnet()
    print("PASS ENVIRONMENT is testnet, the exchange address is a testnet's, keys are set")
except config.ConfigError as error:
    print("FAIL", error)
PYTHON

section '[2/8] Telegram'
python_checks <<'PYTHON'
import time
from src.alerts.telegram import TelegramAlert, TelegramError
telegram = TelegramAlert()
if not telegram.settings.telegram_configured:
    print("FAIL Telegram is not configured: add TELEGRAM_BOT_TOKEN and TELEGRAM_CHAT_ID to .env")
else:
    try:
        bot = telegram.call("getMe")["username"]
        print(f"PASS Bot @{bot} answers")
        started = time.monotonic()
        telegram.send("🧪 DR Drill Pre-Flight Check: Telegram connectivity test")
        print(f"PASS Test message delivered in {time.monotonic() - started:.2f} s")
    except TelegramError as error:
        print(f"FAIL Telegram: {error}; check the token and the chat id in .env")
PYTHON

section '[3/8] Exchange'
python_checks <<'PYTHON'
from src.config import ConfigError, load
from src.exchange import Exchange, ExchangeError
settings = load()
try:
    exchange = Exchange(settings)
    price = exchange.price(settings.default_symbol)
    print(f"PASS Testnet answers, {settings.default_symbol} at {price:.2f}")
    held = {coin: amount for coin, amount in exchange.balances().items() if amount}
    usdt = held.get("USDT", 0)
    print("PASS API keys are valid for the testnet")
    print("PASS" if usdt >= 10 else "WARN", f"Balance {usdt:.2f} USDT")
except (ConfigError, ExchangeError) as error:
    print(f"FAIL Exchange: {error}; verify that the API keys are valid for the testnet")
PYTHON

section '[4/8] Position tracker'
python_checks <<'PYTHON'
import sqlite3
from src.models.position import PositionTracker
try:
    tracker = PositionTracker()
    connection = sqlite3.connect(f"file:{tracker.path}?mode=ro", uri=True)
    verdict = connection.execute("PRAGMA integrity_check").fetchone()[0]
    connection.close()
    print("PASS" if verdict == "ok" else "FAIL", f"Database integrity: {verdict}")
    held = tracker.get_open_positions()
    if held:
        print(f"PASS {len(held)} open: " + ", ".join(f"{position.symbol} {position.quantity}" for position in held))
    else:
        print("WARN No open position: create one, or plan to skip Test 1")
except sqlite3.Error as error:
    print(f"FAIL Database: {error}")
PYTHON

section '[5/8] Risk manager'
python_checks <<'PYTHON'
from src.risk.kill_switch import load_kill_switch
from src.risk.manager import RiskManager
status = RiskManager().get_risk_status()
switch = load_kill_switch()
if switch.kill_switch_active:
    print(f"FAIL Kill-switch is active ({switch.reason}): end that first, docs/OPERATIONAL-RUNBOOK.md says how")
else:
    print("PASS Kill-switch is inactive")
print(f"PASS Daily PnL {status['daily_pnl']:.2f} USDT, limit {status['daily_loss_limit']:.2f}")
slots = f"{status['open_positions']} of {status['max_positions']} positions open"
print("PASS" if status["position_slots_available"] else "WARN", slots)
if status["cool_down_active"]:
    print(f"WARN Cool-down, {status['cool_down_remaining_minutes']:.0f} minutes: a BUY will be refused in Test 2")
PYTHON

section '[6/8] Audit trail'
python_checks <<'PYTHON'
import json, os
from src.config import AUDIT_FILE
AUDIT_FILE.parent.mkdir(exist_ok=True)
if AUDIT_FILE.exists():
    bad = count = 0
    with AUDIT_FILE.open(encoding="utf-8", errors="replace") as lines:
        for count, line in enumerate(lines, 1):
            try:
                json.loads(line)
            except ValueError:
                bad += 1
                print(f"FAIL Line {count} of the audit trail is corrupted")
    if not bad:
        print(f"PASS {count} records, all of them valid")
    print("PASS Writable" if os.access(AUDIT_FILE, os.W_OK) else "FAIL Not writable")
else:
    writable = os.access(AUDIT_FILE.parent, os.W_OK)
    print("WARN No record yet, the first decision begins it" if writable else "FAIL logs/ is not writable")
PYTHON

section '[7/8] Required files'
required_files \
    scripts/disaster_recovery_drill.md scripts/reconcile_positions.py scripts/verify_telegram.py \
    src/live/paper_trader.py src/risk/manager.py src/models/position.py \
    docs/OPERATIONAL-RUNBOOK.md docs/PHASE-13-DEPLOYMENT-CHECKLIST.md docs/PHASE-13-DEPLOYMENT-RUNBOOK.md \
    docs/PHASE-13-PREDEPLOYMENT-PROGRESS-2025-10-09.md

section '[8/8] System resources'
python_checks <<'PYTHON'
import os, shutil
from src.live.instance import running
free = shutil.disk_usage(".").free / 2**20
print("PASS" if free >= 200 else "FAIL", f"Disk: {free:,.0f} MB free")
with open("/proc/meminfo", encoding="ascii") as lines:
    memory = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines}["MemAvailable"]
print("PASS" if memory >= 200 else "FAIL", f"Memory: {memory:,.0f} MB available")
print(f"PASS Load {os.getloadavg()[0]:.2f} on {os.cpu_count()} CPUs")
found = running()
if len(found) == 1:
    print(f"PASS One bot runs, pid {found[0]}")
elif found:
    print(f"FAIL {len(found)} bots run, pids {found}: stop all but one")
else:
    print("WARN No bot runs: start it before Test 3")
PYTHON

echo
if [ "$failed" -eq 0 ]; then
    echo '✅ PRE-FLIGHT CHECK PASSED'
    exit 0
fi
echo "$failed checks failed. Do not begin the drill before they pass."
echo '❌ PRE-FLIGHT CHECK FAILED'
exit 1
