"""A SpamAssassin daemon of its own that asks nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.daemons import free_port, running
from tests.needs import needs_spamd

START_SECONDS = 60
RULES = ("body OFFER /buy these pills/", "score OFFER 20", "use_bayes 0")


@contextmanager
def spamd(folder: Path) -> Iterator[str]:
    """A daemon whose files are in a folder; HOST:PORT."""
    program = needs_spamd()
    port = free_port()
    command = [
        str(program),
        *("--local", "--nouser-config", "--max-children=1", "--syslog=stderr"),
        *("--listen=127.0.0.1", f"--port={port}", *(f"--cf={line}" for line in RULES)),
        *(f"--helper-home-dir={folder}", f"--pidfile={folder / 'pid'}"),
    ]
    with running(
        command,
        port,
        folder,
        ping=b"PING SPAMC/1.2\r\n\r\n",
        is_pong=lambda said: b" PONG" in said,
        seconds=START_SECONDS,
    ) as address:
        yield address
