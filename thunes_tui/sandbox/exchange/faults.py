"""The stand-in's troubles, switched on from outside: down, slow, rate-limited."""

from __future__ import annotations

from dataclasses import asdict, dataclass

PATH = "/_sandbox/faults"
"""Where the switches are; no real venue has such a path."""

_SLOWEST_S = 600.0


@dataclass(slots=True)
class Faults:
    """What is wrong with the venue at the moment. All off in the beginning."""

    down: bool = False
    """Connections are cut without an answer."""
    slow_s: float = 0.0
    """Seconds that each answer is held back."""
    rate_limited: bool = False
    """Every request is answered 429, and 418 for who goes on asking, as if the weight were used up."""

    def to_dict(self) -> dict[str, object]:
        return asdict(self)

    def update(self, wanted: object) -> None:
        """Sets the named switches and leaves the rest. Raises ValueError, changing nothing, for another."""
        if not isinstance(wanted, dict):
            raise ValueError("faults are a JSON object")
        for name, value in wanted.items():
            if name == "slow_s":
                good = (
                    isinstance(value, int | float)
                    and not isinstance(value, bool)
                    and 0 <= value <= _SLOWEST_S
                )
            else:
                good = name in {"down", "rate_limited"} and isinstance(value, bool)
            if not good:
                raise ValueError(
                    f"no fault {name!r} with value {value!r}; there are down, slow_s and rate_limited"
                )
        for name, value in wanted.items():
            setattr(self, name, value)
