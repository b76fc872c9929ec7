"""The yardstick for SMTP: aiosmtpd that takes every message; `... smtp_sink PORT`."""

from __future__ import annotations

import signal
import sys

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.benchmarks.servers import HOST


class Sink:
    """An aiosmtpd handler that keeps nothing."""

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Take the message."""
        return "250 OK"


def main() -> None:
    """Listen on the port of the command line until SIGTERM or SIGINT."""
    signals = {signal.SIGTERM, signal.SIGINT}
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    controller = Controller(Sink(), hostname=HOST, port=int(sys.argv[1]))
    controller.start()
    signal.sigwait(signals)
    controller.stop()


if __name__ == "__main__":
    main()
