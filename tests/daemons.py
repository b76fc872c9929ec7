"""Daemons that listen on a port of their own while a test needs them."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

ANSWER_SECONDS = 5


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@contextmanager
def running(
    command: Sequence[str],
    port: int,
    folder: Path,
    *,
    ping: bytes,
    is_pong: Callable[[bytes], bool],
    seconds: float,
) -> Iterator[str]:
    """A daemon that gives the right answer to ``ping`` before ``seconds`` are over: HOST:PORT.

    Its log is in the folder.
    """
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + seconds
        while not _answers(port, ping, is_pong):
            told = (folder / "log").read_text()
            assert process.poll() is None and time.monotonic() < deadline, told
            time.sleep(0.05)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


def _answers(port: int, ping: bytes, is_pong: Callable[[bytes], bool]) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=ANSWER_SECONDS) as connection:
            connection.sendall(ping)
            return is_pong(connection.recv(100))
    except OSError:
        return False
