"""Keeps a served model reachable: what waits is limited and ends, and only known host names are answered.

Cupel copies this file into bundles beside serve.py, which uses it: it imports nothing of Cupel.
"""

from __future__ import annotations

import asyncio
import ipaddress
import math
from collections.abc import Awaitable, Callable, Collection, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.responses import JSONResponse
from uvicorn import Config
from uvicorn.protocols.http.auto import AutoHTTPProtocol

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
# Requests that are predicted at once; further ones are told to come again.
_AT_WORK = 64
_Message = MutableMapping[str, Any]
_App = Callable[
    [_Message, Callable[[], Awaitable[_Message]], Callable[[_Message], Awaitable[None]]], Awaitable[None]
]


@dataclass(frozen=True, slots=True)
class Waiting:
    """How long clients may keep the server waiting, and how many connections may.

    Attributes
    ----------
    header_s : float
        Until the headers of a request are whole, from the connection on or from their first byte.
    body_s : float
        Between two pieces of a body.
    idle_s : float
        Between two requests.
    of_address, in_all : int
        Connections of one address, and of all. With one more that which was silent for longest is closed, where it
        waits for its client; so clients that hold connections shut out only their own.
    """

    header_s: float = 10.0
    body_s: float = 20.0
    idle_s: float = 15.0
    of_address: int = 64
    in_all: int = 192


class GuardedConfig(Config):
    """What uvicorn is told, with limits for what waits; worker processes get it whole.

    Parameters
    ----------
    app : ASGI application, or how worker processes import one
    waiting : Waiting
    **more : object
        What uvicorn takes.
    """

    def __init__(self, app: Any, waiting: Waiting, **more: Any) -> None:
        super().__init__(
            app,
            http=Guarded,
            # Of a protocol that is not served there is nothing to guard.
            ws="none",
            timeout_keep_alive=math.ceil(waiting.idle_s),
            limit_concurrency=waiting.in_all + _AT_WORK,
            **more,
        )
        self.waiting = waiting


# Typed as anything, as its two implementations have no type in common that tells what is used of them here.
_Protocol: Any = AutoHTTPProtocol


class Guarded(_Protocol):
    """A connection as uvicorn has it; it is closed where its client keeps it waiting."""

    def connection_made(self, transport: asyncio.Transport) -> None:
        """See `asyncio.Protocol`."""
        super().connection_made(transport)
        self.limits: Waiting = self.config.waiting
        self.timer: asyncio.TimerHandle | None = None
        self.heard = self.loop.time()
        _make_room(self.connections, self, self.limits)
        self.wait(self.limits.header_s)

    def connection_lost(self, exc: Exception | None) -> None:
        """See `asyncio.Protocol`."""
        self.stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """See `asyncio.Protocol`."""
        self.heard = self.loop.time()
        before = self.cycle
        super().data_received(data)
        if self.is_in_body:
            self.wait(self.limits.body_s)
        elif self.cycle is not before or not self.is_waiting:
            self.stop()
        elif self.timer is None:
            # Of headers the first byte counts, not the last.
            self.wait(self.limits.header_s)

    @property
    def is_in_body(self) -> bool:
        """Whether the rest of a body is to come."""
        return self.cycle is not None and self.cycle.more_body and not self.cycle.response_complete

    @property
    def is_waiting(self) -> bool:
        """Whether the client has the next word."""
        return self.cycle is None or self.cycle.response_complete or self.is_in_body

    def wait(self, seconds: float) -> None:
        """Close the connection where the client has not gone on by then."""
        self.stop()
        self.timer = self.loop.call_later(seconds, self.give_up)

    def stop(self) -> None:
        """Wait no longer."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None

    def give_up(self) -> None:
        """Close the connection, if it is still the client's turn."""
        self.timer = None
        if self.is_waiting:
            self.transport.close()


def _make_room(held: Collection[Any], newest: Any, limits: Waiting) -> None:
    """Close the connections that were silent for longest where there are too many."""
    address = newest.client and newest.client[0]
    same = [one for one in held if (one.client and one.client[0]) == address]
    for group, most in ((same, limits.of_address), (held, limits.in_all)):
        left = [one for one in group if not one.transport.is_closing()]
        others = [one for one in left if one is not newest and one.is_waiting]
        for one in sorted(others, key=lambda one: one.heard)[: max(len(left) - most, 0)]:
            one.transport.close()


@dataclass(frozen=True, slots=True)
class HostNames:
    """The names by which a server is known; a page on the web can reach it by no other, whatever name it has resolved.

    Attributes
    ----------
    names : tuple of str
    addresses : bool
        Whether any address of a machine is known, too: no page can have one of another machine.
    """

    names: tuple[str, ...]
    addresses: bool

    @classmethod
    def of(cls, host: str, further: Sequence[str]) -> HostNames:
        """Return those of a server at an address: of loopback ones the names of loopback, elsewhere every address.

        Parameters
        ----------
        host : str
            It listens at.
        further : sequence of str
            ``*`` for all, ``*.example.com`` for all of a domain.
        """
        is_loopback = host == "localhost" or (_is_address(host) and ipaddress.ip_address(host).is_loopback)
        names = (*LOOPBACK_NAMES, host) if is_loopback else LOOPBACK_NAMES
        return cls(tuple(dict.fromkeys([*names, *(name.lower() for name in further)])), not is_loopback)

    def __str__(self) -> str:
        """Return them as they are said at the start."""
        return ", ".join(self.names) + (" and every IP address" if self.addresses else "")

    def knows(self, header: str) -> bool:
        """Return whether the header ``Host`` of a request has one of the names."""
        name = header.strip().lower()
        name = name[1:].partition("]")[0] if name.startswith("[") else name.rpartition(":")[0] or name
        name = name.rstrip(".")
        if _is_address(name):
            return self.addresses or name in self.names or "*" in self.names
        return any(
            one in ("*", name) or (one.startswith("*.") and name.endswith(one[1:])) for one in self.names
        )


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


class HostCheck:
    """Refuses requests for other host names; an ASGI middleware."""

    def __init__(self, app: _App, known: HostNames) -> None:
        self._app, self._known = app, known

    async def __call__(
        self,
        scope: _Message,
        receive: Callable[[], Awaitable[_Message]],
        send: Callable[[_Message], Awaitable[None]],
    ) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            found = [value.decode("latin-1") for key, value in scope["headers"] if key == b"host"]
            if len(found) != 1 or not self._known.knows(found[0]):
                text = "This server has another name; start it with --allow-host NAME to be known by that one, too."
                await JSONResponse({"error": text, "problems": []}, 400)(scope, receive, send)
                return
        await self._app(scope, receive, send)
