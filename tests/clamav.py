"""A ClamAV daemon of its own that knows one virus: EICAR."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ses_emulator.mail.virus import EICAR
from tests.needs import needs_clamd

START_SECONDS = 30
LARGEST = 1024 * 1024
NAME = "Test.Eicar.UNOFFICIAL"


@contextmanager
def clamd(folder: Path) -> Iterator[str]:
    """A daemon whose files are in a folder; HOST:PORT. It takes messages up to LARGEST."""
    program = needs_clamd()
    database = folder / "database"
    database.mkdir()
    # Name, any type of file, anywhere in it, the bytes: ClamAV's manual, "Body-based signatures".
    (database / "eicar.ndb").write_text(f"Test.Eicar:0:*:{EICAR.hex()}\n")
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    configuration = folder / "clamd.conf"
    configuration.write_text(
        f"DatabaseDirectory {database}\nTCPAddr 127.0.0.1\nTCPSocket {port}\n"
        f"StreamMaxLength {LARGEST}\nForeground yes\n"
    )
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [program, f"--config-file={configuration}"], stdout=log, stderr=log
        )
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
            connection.sendall(b"zPING\0")
            return connection.recv(10) == b"PONG\0"
    except OSError:
        return False
