"""A SpamAssassin daemon of its own that asks nobody else."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.needs import needs_spamd

START_SECONDS = 60
RULES = ("body OFFER /buy these pills/", "score OFFER 20", "use_bayes 0")


@contextmanager
def spamd(folder: Path) -> Iterator[str]:
    """A daemon whose files are in a folder; HOST:PORT."""
    program = needs_spamd()
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    command = [
        str(program),
        *("--local", "--nouser-config", "--max-children=1", "--syslog=stderr"),
        *("--listen=127.0.0.1", f"--port={port}", *(f"--cf={line}" for line in RULES)),
        *(f"--helper-home-dir={folder}", f"--pidfile={folder / 'pid'}"),
    ]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + START_SECONDS
        while not _answers(port):
            told = (folder / "log").read_text()
            assert process.poll() is None and time.monotonic() < deadline, told
            time.sleep(0.05)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            connection.sendall(b"PING SPAMC/1.2\r\n\r\n")
            return b" PONG" in connection.recv(100)
    except OSError:
        return False
