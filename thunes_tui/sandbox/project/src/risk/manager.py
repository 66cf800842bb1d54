"""The risk manager: the last word on every trade.

Its kill switch is shared by all processes and outlives them. A decision and its audit record are made under
one two-level lock (a thread lock and fcntl, see `src/risk/locking.py`), so that the audit trail never shows a
BUY approved behind an activation.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from src import circuit_breaker, logs
from src.alerts.telegram import TelegramAlert, kill_switch_text
from src.config import RISK_STATE_FILE, Settings, load
from src.models.position import PositionTracker, utc_now
from src.risk.audit import AuditTrail
from src.risk.kill_switch import KillSwitch, load_kill_switch, save_kill_switch
from src.risk.locking import TwoLevelLock

logger = logging.getLogger(__name__)

Rejection = tuple[str, str, dict[str, Any]]
"""Reason for the audit trail, message for people, and what else the record holds."""


class RiskManager:
    def __init__(
        self, position_tracker: PositionTracker | None = None, settings: Settings | None = None
    ) -> None:
        self.settings = settings or load()
        logs.configure(self.settings.log_level)
        self.positions = position_tracker or PositionTracker()
        self.audit = AuditTrail()
        self.telegram = TelegramAlert(self.settings)
        self._lock = TwoLevelLock(RISK_STATE_FILE.with_suffix(".lock"))

    @property
    def kill_switch_active(self) -> bool:
        return load_kill_switch().kill_switch_active

    @property
    def daily_pnl(self) -> float:
        """Realised since midnight UTC, in USDT."""
        return self.positions.realised_since(utc_now()[:10])

    @property
    def cool_down_remaining(self) -> float:
        """Minutes until new positions are allowed again after a loss; 0 when they are."""
        last = self.positions.last_loss_time()
        if last is None or self.settings.cool_down_minutes <= 0:
            return 0.0
        end = datetime.fromisoformat(last) + timedelta(minutes=self.settings.cool_down_minutes)
        return max(0.0, (end - datetime.now(UTC).replace(tzinfo=None)).total_seconds() / 60)

    def activate_kill_switch(self, reason: str) -> bool:
        """Block new positions, from now on and in every process. Returns whether the switch was off before.

        A repeat is recorded and alerted again: somebody wanted it, and must see that it worked.
        """
        with self._lock.held():
            was_active = self.kill_switch_active
            save_kill_switch(KillSwitch(True, reason, utc_now()))
            status = self.get_risk_status()
            self._record(
                "KILL_SWITCH_ACTIVATED",
                reason=reason,
                daily_pnl=status["daily_pnl"],
                daily_loss_limit=self.settings.max_daily_loss,
                open_positions=status["open_positions"],
                circuit_breaker_status=status["circuit_breaker_status"],
            )
        logger.critical(
            "🛑 KILL-SWITCH ACTIVATED 🛑\nReason: %s\n"
            "New positions blocked, exits allowed. Daily PnL %.2f USDT, limit %.2f USDT",
            reason,
            status["daily_pnl"],
            status["daily_loss_limit"],
        )
        text = kill_switch_text(
            reason, status["daily_pnl"], status["daily_loss_limit"], status["daily_loss_utilization"]
        )
        self.telegram.alert(text)
        return not was_active

    def deactivate_kill_switch(self, reason: str) -> bool:
        """Allow new positions again. Returns whether the switch was on before."""
        with self._lock.held():
            if not self.kill_switch_active:
                logger.warning("Kill-switch was not active, nothing to deactivate")
                return False
            save_kill_switch(KillSwitch(False, reason, utc_now()))
            self._record("KILL_SWITCH_DEACTIVATED", reason=reason, daily_pnl=self.daily_pnl)
        logger.warning("✅ KILL-SWITCH DEACTIVATED: %s", reason)
        return True

    def validate_trade(
        self, symbol: str, quote_qty: float, side: str, strategy_id: str = "unknown"
    ) -> tuple[bool, str]:
        """Whether the trade may be made, and why or why not. Each answer is in the audit trail.

        `quote_qty` is in USDT. A SELL reduces risk and is always allowed. Raises ValueError for a side or an
        amount that is none.
        """
        side = side.upper()
        if side not in ("BUY", "SELL") or not quote_qty > 0:
            raise ValueError(f"no such trade: {side} {symbol} {quote_qty}")
        trade = {"symbol": symbol, "side": side, "quote_qty": quote_qty, "strategy_id": strategy_id}
        with self._lock.held():
            rejection = self._rejection(symbol, float(quote_qty)) if side == "BUY" else None
            if rejection:
                reason, message, details = rejection
                self._record("TRADE_REJECTED", reason=reason, **trade, **details)
            elif self._record(
                "TRADE_APPROVED", **trade, daily_pnl=self.daily_pnl, open_positions=self._open()
            ):
                return True, "Trade approved" if side == "BUY" else "Trade approved: exits are always allowed"
            elif side == "SELL":
                return True, "Trade approved, but the audit trail could not be written"
            else:
                return False, "No new positions while the audit trail cannot be written"
        logger.warning("%s %s rejected: %s", side, symbol, message)
        if reason == "daily_loss_limit_exceeded":
            self.activate_kill_switch(message)
        return False, message

    def check_daily_loss(self) -> None:
        """Activate the kill switch when the day's loss has reached its limit."""
        if self.daily_pnl <= -self.settings.max_daily_loss and not self.kill_switch_active:
            self.activate_kill_switch(self._daily_loss_message())

    def get_risk_status(self) -> dict[str, Any]:
        pnl, held, cool_down = self.daily_pnl, self._open(), self.cool_down_remaining
        limit = self.settings.max_daily_loss
        return {
            "kill_switch_active": self.kill_switch_active,
            "daily_pnl": pnl,
            "daily_loss_limit": -limit,
            "daily_loss_utilization": max(0.0, -pnl) / limit * 100 if limit else 0.0,
            "open_positions": held,
            "max_positions": self.settings.max_positions,
            "position_slots_available": max(0, self.settings.max_positions - held),
            "cool_down_active": cool_down > 0,
            "cool_down_remaining_minutes": cool_down or None,
            "circuit_breaker_status": circuit_breaker.all_status(),
        }

    def _rejection(self, symbol: str, quote_qty: float) -> Rejection | None:
        """The first reason against a BUY, the kill switch before all others."""
        limits, pnl, held = self.settings, self.daily_pnl, self._open()
        cool_down, breakers = self.cool_down_remaining, circuit_breaker.all_status()
        at_stake = quote_qty * limits.stop_loss_percent / 100
        if self.kill_switch_active:
            return "kill_switch_active", "KILL-SWITCH ACTIVE: New positions blocked (exits allowed)", {}
        if pnl <= -limits.max_daily_loss:
            details = {"daily_pnl": pnl, "daily_loss_limit": limits.max_daily_loss}
            return "daily_loss_limit_exceeded", self._daily_loss_message(), details
        if at_stake > limits.max_loss_per_trade:
            message = (
                f"The loss at the stop would be {at_stake:.2f} USDT, the limit a trade is "
                f"{limits.max_loss_per_trade:.2f}"
            )
            return "per_trade_loss_limit_exceeded", message, {"max_loss_per_trade": limits.max_loss_per_trade}
        if self.positions.has_open_position(symbol):
            return "duplicate_position", f"A position in {symbol} is already open", {}
        if held >= limits.max_positions:
            details = {"open_positions": held, "max_positions": limits.max_positions}
            return "max_position_limit_reached", f"{held} positions are open, the limit is reached", details
        if cool_down > 0:
            message = f"Cooling down after a loss, {cool_down:.0f} minutes left"
            return "cool_down_active", message, {"cool_down_remaining_minutes": round(cool_down, 2)}
        if any(breaker["state"] == "open" for breaker in breakers.values()):
            return "circuit_breaker_open", "The exchange keeps failing", {"circuit_breaker_status": breakers}
        return None

    def _daily_loss_message(self) -> str:
        return f"Daily loss limit exceeded: {self.daily_pnl:.2f} of -{self.settings.max_daily_loss:.2f} USDT"

    def _open(self) -> int:
        return len(self.positions.get_open_positions())

    def _record(self, event: str, **details: Any) -> bool:
        """Audit; a trail that cannot be written is loud, and is the caller's to weigh."""
        try:
            self.audit.append(event, **details)
        except OSError as error:
            logger.critical("Audit trail not written, %s lost: %s", event, error)
            return False
        return True
