"""Many clients in a process of their own: raw sockets and requests signed beforehand, so that it is never the bottleneck.

`python -m bench.client PORT CLIENTS SECONDS FILE` sends the requests of a file, each once, and prints what it measured.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

END = b"\r\n\r\n"
LENGTH = b"content-length:"


@dataclass
class Run:
    """What is sent, and what came back."""

    requests: Iterator[bytes]
    until: float
    spent: list[float] = field(default_factory=list)
    statuses: Counter[str] = field(default_factory=Counter)
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    open: int = 0
    last: float = 0.0


class Client(asyncio.Protocol):
    """One client: sends a request when the one before was answered."""

    def __init__(self, run: Run) -> None:
        self.run, self.began, self.received = run, 0.0, b""
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.run.open += 1
        self._next()

    def data_received(self, data: bytes) -> None:
        self.received += data
        head, found, rest = self.received.partition(END)
        if found and len(rest) >= _length(head):
            self.run.last = time.perf_counter()
            self.run.spent.append(self.run.last - self.began)
            self.run.statuses[head[9:12].decode()] += 1
            self.received = b""
            self._next()

    def connection_lost(self, _error: Exception | None) -> None:
        self.run.open -= 1
        if self.began:
            self.run.statuses["lost"] += 1
        if not self.run.open:
            self.run.ended.set()

    def _next(self) -> None:
        assert self.transport
        request = next(self.run.requests, None) if time.perf_counter() < self.run.until else None
        if request is None:
            self.began = 0.0
            self.transport.close()
            return
        self.began = time.perf_counter()
        self.transport.write(request)


def _length(head: bytes) -> int:
    lines = head.lower().split(b"\r\n")
    return next((int(line[len(LENGTH) :]) for line in lines if line.startswith(LENGTH)), 0)


async def measured(port: int, clients: int, seconds: float, requests: list[bytes]) -> dict[str, object]:
    """Throughput and percentiles of a run that ends with its time or its requests."""
    began = time.perf_counter()
    run = Run(iter(requests), began + seconds)
    loop = asyncio.get_running_loop()
    await asyncio.gather(*(loop.create_connection(lambda: Client(run), "127.0.0.1", port) for _ in range(clients)))
    await run.ended.wait()
    spent = sorted(run.spent)
    at = lambda share: round(spent[min(int(len(spent) * share), len(spent) - 1)] * 1000, 1)  # noqa: E731
    return {
        "count": len(spent), "rate": round(len(spent) / (run.last - began), 1), "p50": at(0.5), "p99": at(0.99),
        "worst": at(1), "statuses": dict(run.statuses),
    }  # fmt: skip


def main(port: str, clients: str, seconds: str, file: str) -> None:
    """Print the measures as JSON."""
    requests = [text.encode() for text in json.loads(Path(file).read_text(encoding="utf-8"))]
    sys.stdout.write(json.dumps(asyncio.run(measured(int(port), int(clients), float(seconds), requests))))


if __name__ == "__main__":
    main(*sys.argv[1:])
