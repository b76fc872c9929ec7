"""The command line."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from ses_emulator import __version__
from ses_emulator.cli import main
from ses_emulator.operations import catalogue
from ses_emulator.wire import models

PORTS = ("--port", "--smtp-port", "--smtps-port", "--inbound-port")


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """What the command prints and exits with."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith("SES_EMULATOR_")}
    return subprocess.run(
        [sys.executable, "-m", "ses_emulator", *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        env=clean | environment,
    )


def test_version() -> None:
    done = run("--version")
    assert (done.returncode, done.stdout) == (0, f"ses-emulator {__version__}\n")


def test_operations() -> None:
    done = run("operations")
    assert done.returncode == 0
    rows = [line.split(maxsplit=3) for line in done.stdout.splitlines()]
    assert rows[0] == ["API", "operations", "implemented", "missing"]
    for row, service, registry in zip(
        rows[1:], ("ses", "sesv2"), (catalogue.v1, catalogue.v2), strict=True
    ):
        known = set(models.load(service).operations)
        missing = sorted(known - set(registry))
        counts = [str(len(known)), str(len(known) - len(missing))]
        assert row[1:] == [*counts, ", ".join(missing) or "none"]
    # A botocore newer than this version may know more; these are all that there were.
    assert (len(catalogue.v1), len(catalogue.v2)) == (71, 117)


def test_smtp_password() -> None:
    done = run("smtp-password", "some+secret+key", "eu-central-1")
    assert done.stdout == "BMXhUYlu5Z3gSXVQORxlVa7XPaz91aGWdfHxvkOZdWZ2\n"
    assert (done.returncode, done.stderr) == (0, "")


def test_missing_operations_are_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delitem(catalogue.v1, "SendBounce")
    monkeypatch.delitem(catalogue.v1, "SendEmail")
    assert main(["operations"]) == 0
    assert capsys.readouterr().out.splitlines()[1].split(maxsplit=3)[2:] == [
        "69",
        "SendBounce, SendEmail",
    ]


@pytest.mark.parametrize("option", PORTS)
def test_port_in_use_is_one_line(option: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        number = str(taken.getsockname()[1])
        others = dict.fromkeys(PORTS, "0") | {option: number}
        done = run(*(part for pair in others.items() for part in pair))
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr == (
        f"ses-emulator: {option} {number}: the port is in use on 127.0.0.1; choose another, "
        "or 0 for any free one\n"
    )


def test_more_connections_than_the_shell_allows_files() -> None:
    command = [sys.executable, "-m", "ses_emulator"]
    command += [part for option in PORTS for part in (option, "0")]
    limited = ["bash", "-c", 'ulimit -Sn 100 && exec "$@"', "bash", *command]
    with (
        subprocess.Popen(limited, stdout=subprocess.PIPE, text=True) as process,
        ExitStack() as kept,
    ):
        kept.callback(process.terminate)
        assert process.stdout is not None
        port = next(
            int(line.partition(" smtp 127.0.0.1:")[2].partition(",")[0])
            for line in process.stdout
            if " smtp " in line
        )
        for _ in range(200):
            client = kept.enter_context(socket.create_connection(("127.0.0.1", port), timeout=30))
            assert client.recv(3) == b"220"


def test_bad_values_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "other.db").write_bytes(b"this is no database, but it is long enough" * 100)
    for arguments, environment, words in (
        (["serve", "--account-id", "12"], {}, "--account-id '12': an account id has 12 digits"),
        ([], {"SES_EMULATOR_PORT": "many"}, "SES_EMULATOR_PORT is 'many': write a whole number"),
        (["--config", str(tmp_path / "none.yaml")], {}, "No such file"),
        (["--smtp-auth", "required"], {}, "give --access-key ID=SECRET, too"),
        (["--smtp-connections", "0"], {}, "at least one client must be let in"),
        (["--access-key", "secret"], {}, "--access-key, number 1: write ID=SECRET"),
        (["--tls-key", "key.pem"], {}, "--tls-key is given without --tls-cert"),
        (["--relay", "localhost:25"], {}, "--relay: write smtp://"),
        (["--release", "*"], {}, "--release is given without --relay"),
        (["--database", str(tmp_path / "other.db")], {}, "file is not a database"),
        (["--database", str(tmp_path / "no" / "ses.db")], {}, "unable to open database file"),
    ):
        done = run(*arguments, **environment)
        assert done.returncode == 1, done
        assert done.stderr.startswith("ses-emulator: ")
        assert words in done.stderr
        assert done.stderr.count("\n") == 1


def test_unknown_option_and_choice() -> None:
    done = run("--account", "strict")
    assert done.returncode == 2
    assert "choose from 'open', 'production', 'sandbox'" in done.stderr
