"""The command: ``ses-emulator [serve]``, ``operations`` and ``smtp-password``."""

from __future__ import annotations

import argparse
import gc
import logging
import signal
import sys
import threading
from collections.abc import Sequence
from types import FrameType
from typing import TYPE_CHECKING

from ses_emulator import __version__
from ses_emulator.config import ConfigError, Settings, add_arguments, load

if TYPE_CHECKING:
    from ses_emulator.emulator import Emulator

log = logging.getLogger(__name__)

# Open files besides the connections of SMTP submission: those of HTTP, the database and the rest.
OTHER_FILES = 2000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; its exit status. What is wrong with its options is one line and 1 or 2."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or (given[0].startswith("-") and given[0] not in ("-h", "--help", "--version")):
        given.insert(0, "serve")
    options = _parser().parse_args(given)
    try:
        if options.command == "operations":
            return _operations()
        if options.command == "smtp-password":
            return _smtp_password(options.secret, options.region)
        return _serve(load(vars(options)))
    except ConfigError as error:
        return _fail(error)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ses-emulator",
        description="A local Amazon SES: every message is captured, nothing is delivered.",
        epilog="Without a command it serves; its options are those of `ses-emulator serve --help`,"
        " and each is an environment variable too, such as SES_EMULATOR_PORT.",
    )
    parser.add_argument("--version", action="version", version=f"ses-emulator {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    add_arguments(commands.add_parser("serve", help="start the emulator (the default)"))
    commands.add_parser(
        "operations", help="count the operations of SES, and name those that are missing"
    )
    password = commands.add_parser(
        "smtp-password", help="print the SMTP password that SES derives from a secret access key"
    )
    password.add_argument("secret", metavar="SECRET", help="the secret access key")
    password.add_argument("region", metavar="REGION", help="the region that it is for")
    return parser


def _serve(settings: Settings) -> int:
    from ses_emulator.emulator import Emulator
    from ses_emulator.errors import ListenError
    from ses_emulator.store.database import StoreError
    from ses_emulator.wire.models import ModelError

    logging.basicConfig(
        level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    if settings.log_level != "debug":
        # aiosmtpd tells every command under this name.
        logging.getLogger("mail.log").setLevel(logging.WARNING)
    _allow_files(settings.smtp_connections + OTHER_FILES)
    stopping = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    try:
        emulator = Emulator(settings)
        emulator.start()
    except (ListenError, StoreError, ModelError) as error:
        return _fail(error)
    gc.freeze()  # The models stay for good: a collection need not look at them again.
    try:
        print(_banner(emulator), flush=True)
        stopping.wait()
    finally:
        emulator.stop()
    return 0


def _allow_files(count: int) -> None:
    """Have the system let this process open so many files, if it may; many shells allow 1,024."""
    try:
        import resource
    except ImportError:  # Windows has no such limit
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        except (OSError, ValueError):  # the system has another limit, which it does not tell
            log.info("no more than %d files can be open at a time", soft)


def _banner(emulator: Emulator) -> str:
    settings, url, host = emulator.settings, emulator.url, emulator.settings.host
    smtp = [
        f"{name} {host}:{port}"
        for name, port in emulator.ports.items()
        if name != "http" and port is not None
    ]
    return "\n".join(
        [
            f"ses-emulator {__version__}",
            f"  inbox     {url}/",
            f"  AWS SDKs  AWS_ENDPOINT_URL_SES={url} AWS_ENDPOINT_URL_SESV2={url}",
            f"  mail      {', '.join(smtp)}",
            f"  account   {settings.account}, database {settings.database}",
        ]
    )


def _smtp_password(secret: str, region: str) -> int:
    from ses_emulator.smtp.credentials import smtp_password

    print(smtp_password(secret, region))
    return 0


def _operations() -> int:
    from ses_emulator.operations import catalogue
    from ses_emulator.wire import models

    print(f"{'API':5}{'operations':12}{'implemented':13}missing")
    for label, service, registry in (("v1", "ses", catalogue.v1), ("v2", "sesv2", catalogue.v2)):
        known = models.load(service).operations
        missing = sorted(set(known) - set(registry))
        names = ", ".join(missing) or "none"
        print(f"{label:5}{len(known):<12}{len(known) - len(missing):<13}{names}")
    return 0


def _fail(error: Exception) -> int:
    print(f"ses-emulator: {error}", file=sys.stderr)
    return 1
