"""The servers that are measured, each a process of its own on a free port."""

from __future__ import annotations

import http.client
import importlib.util
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from tests.benchmarks.results import Unavailable

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
HOST = "127.0.0.1"
START_SECONDS = 60.0
STOP_SECONDS = 10.0
AUTHORIZATION = (
    "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/us-east-1/ses/aws4_request, "
    "SignedHeaders=host;x-amz-date, Signature=" + "0" * 64
)


@dataclass(frozen=True)
class Server:
    """A server that answers. `seconds` is the time from its start to its first answer."""

    name: str
    port: int
    seconds: float
    process: int

    @property
    def url(self) -> str:
        """The address of its HTTP API, without a slash at the end."""
        return f"http://{HOST}:{self.port}"

    def call(self, method: str, path: str, body: object = None) -> Any:
        """The JSON answer to one request; an exception unless its status is 2xx."""
        request = urllib.request.Request(
            self.url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Authorization": AUTHORIZATION},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())

    def stored(self) -> int:
        """How many messages ses-emulator has captured."""
        return int(self.call("GET", "/_ses/messages?limit=1")["total"])

    def delivered(self) -> int:
        """How many events ses-emulator has delivered."""
        return int(self.call("GET", "/_ses/deliveries?status=delivered&limit=1")["total"])

    def memory(self) -> float:
        """The most memory that the process has had so far, in MB."""
        try:
            status = Path(f"/proc/{self.process}/status").read_text()
        except FileNotFoundError:
            raise Unavailable("the memory of a process is told by Linux only") from None
        [line] = [line for line in status.splitlines() if line.startswith("VmHWM:")]
        return int(line.split()[1]) / 1024

    def reset(self) -> None:
        """Make ses-emulator forget all messages."""
        self.call("POST", "/_ses/reset")

    def smtp_port(self) -> int:
        """The port of ses-emulator's SMTP door."""
        return int(self.call("GET", "/_ses/health")["ports"]["smtp"])


def ses_emulator(logs: Path, *options: str) -> AbstractContextManager[Server]:
    """The server of this repository as it comes, but for its ports, warnings only and `options`."""
    port = free_port()
    command = [sys.executable, "-m", "ses_emulator", "--host", HOST, "--port", str(port)]
    command += ["--smtp-port", "0", "--smtps-port", "0", "--inbound-port", "0"]
    command += ["--log-level", "warning", *options]
    return _running("ses-emulator", command, port, logs, path="/_ses/health")


def maildev(logs: Path) -> AbstractContextManager[Server]:
    """The npm package of that name as it starts, with its pages, as ses-emulator has its own."""
    port = free_port()
    command = [*_node_script("maildev", "dist", "bin", "maildev.js"), "--ip", HOST]
    command += ["--smtp", str(port), "--web", str(free_port())]
    return _running("MailDev", command, port, logs, path=None)


def aws_ses_v2_local(logs: Path) -> AbstractContextManager[Server]:
    """The npm package of that name, from the node_modules in this folder."""
    port = free_port()
    command = [*_node_script("aws-ses-v2-local", "dist", "cli.js"), "--host", HOST]
    command += ["--port", str(port)]
    return _running("aws-ses-v2-local", command, port, logs, path="/health-check")


def ministack(logs: Path) -> AbstractContextManager[Server]:
    """The PyPI package of that name, told to log warnings only, as ses-emulator does."""
    _need_module("ministack", "ministack")
    port = free_port()
    command = [sys.executable, "-m", "ministack"]
    return _running(
        "ministack",
        command,
        port,
        logs,
        path="/_ministack/health",
        GATEWAY_PORT=str(port),
        BIND_HOST=HOST,
        LOG_LEVEL="WARNING",
    )


def moto(logs: Path) -> AbstractContextManager[Server]:
    """moto's server (the PyPI package moto[server])."""
    _need_module("moto.server", "moto[server]")
    _need_module("flask_cors", "moto[server]")
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", HOST, "-p", str(port)]
    return _running("moto", command, port, logs, path="/moto-api/data.json")


def create_topic(sns: Server) -> str:
    """The ARN of a new SNS topic of moto's server."""
    client: Any = boto3.client(
        "sns",
        "us-east-1",
        endpoint_url=sns.url,
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    return str(client.create_topic(Name="events")["TopicArn"])


def smtp_sink(logs: Path) -> AbstractContextManager[Server]:
    """A bare aiosmtpd that takes every message and keeps none."""
    _need_module("aiosmtpd", "aiosmtpd")
    port = free_port()
    command = [sys.executable, "-m", "tests.benchmarks.smtp_sink", str(port)]
    return _running("aiosmtpd", command, port, logs, path=None)


def free_port() -> int:
    """A port that nothing listens on at this moment."""
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port: int = listener.getsockname()[1]
        return port


def _node_script(*path: str) -> list[str]:
    """The command of a script of the npm packages in this folder. Raises Unavailable."""
    node = shutil.which("node")
    if node is None:
        raise Unavailable("node is not installed")
    script = HERE.joinpath("node_modules", *path)
    if not script.exists():
        raise Unavailable(f"run `npm install` in {HERE.relative_to(ROOT).as_posix()}")
    return [node, str(script)]


@contextmanager
def _running(
    name: str, command: Sequence[str], port: int, logs: Path, path: str | None, **environment: str
) -> Iterator[Server]:
    """Run `command` until the end of the block; ready when GET `path` is 200.

    Without a `path` it is ready when it greets whoever connects.
    """
    log = logs / f"{name}-{port}.log"
    with log.open("wb") as output:
        started = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=_clean(os.environ) | environment,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        while not _answers(port, path):
            if process.poll() is not None:
                raise Unavailable(f"{name} ended at its start: {_last_line(log)}")
            if time.perf_counter() - started > START_SECONDS:
                raise Unavailable(f"{name} was not ready in {START_SECONDS:.0f} s")
            time.sleep(0.005)
        yield Server(name, port, time.perf_counter() - started, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(port: int, path: str | None) -> bool:
    try:
        if path is None:
            with socket.create_connection((HOST, port), timeout=1) as connection:
                return connection.recv(3) == b"220"
        connection_ = http.client.HTTPConnection(HOST, port, timeout=5)
        try:
            connection_.request("GET", path)
            return connection_.getresponse().status == 200
        finally:
            connection_.close()
    except (OSError, http.client.HTTPException):
        return False


def _clean(environment: Mapping[str, str]) -> dict[str, str]:
    """`environment` without what would set options of the servers."""
    ours = ("SES_EMULATOR_", "AWS_", "MINISTACK_", "MOTO_", "SMTP_")
    return {name: value for name, value in environment.items() if not name.startswith(ours)}


def _last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").split("\n")
    return next((line for line in reversed(lines) if line.strip()), "it printed nothing")


def _need_module(module: str, package: str) -> None:
    """Raise Unavailable unless `module`, which `package` brings, can be imported."""
    try:
        found = importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        found = False
    if not found:
        raise Unavailable(f"run `pip install '{package}'`")
