"""Orders for trouble to the stand-ins' process, on a socket of its own: their ports may be closed.

One line of JSON asks (`{"exchange": {"down": true}}`), one answers with all that is wrong, or with `error`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from thunes_tui import localsocket
from thunes_tui.errors import Unusable
from thunes_tui.sandbox.place import Place

ANSWER_S = 5.0
Trouble = Callable[[Mapping[str, Any]], Awaitable[Mapping[str, Any]]]


async def obey(place: Place, services: Mapping[str, Trouble]) -> asyncio.AbstractServer:
    """Take orders until closed; `services` maps each stand-in's name to what makes its trouble."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            wanted = json.loads(await reader.readline())
            said: Any = {name: await make(wanted.get(name, {})) for name, make in services.items()}
        except (ValueError, TypeError, AttributeError, OSError) as error:
            said = {"error": str(error)}
        writer.write(json.dumps(said).encode() + b"\n")
        try:
            await writer.drain()
        except OSError:
            pass  # who asked did not wait
        writer.close()

    return await asyncio.start_unix_server(answer, sock=localsocket.listen(place.control))


def ask(place: Place, wanted: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Set the named troubles, none with an empty order, and learn all of them. Raises Unusable."""
    try:
        with localsocket.connect(place.control) as link, link.makefile("rb") as answers:
            link.settimeout(ANSWER_S)
            link.sendall(json.dumps(wanted).encode() + b"\n")
            said: dict[str, dict[str, Any]] = json.loads(answers.readline())
    except (OSError, ValueError) as error:
        raise Unusable(
            f"the sandbox's exchange and phone take no orders ({error}): thunes-tui sandbox down, then up"
        ) from error
    if "error" in said:
        raise Unusable(f"the sandbox's exchange and phone refused the order: {said['error']}")
    return said
