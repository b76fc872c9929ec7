"""A ClamAV daemon of its own that knows one virus: EICAR."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ses_emulator.mail.virus import EICAR
from tests.daemons import free_port, running
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
    port = free_port()
    configuration = folder / "clamd.conf"
    configuration.write_text(
        f"DatabaseDirectory {database}\nTCPAddr 127.0.0.1\nTCPSocket {port}\n"
        f"StreamMaxLength {LARGEST}\nForeground yes\n"
    )
    with running(
        [str(program), f"--config-file={configuration}"],
        port,
        folder,
        ping=b"zPING\0",
        is_pong=lambda said: said == b"PONG\0",
        seconds=START_SECONDS,
    ) as address:
        yield address
