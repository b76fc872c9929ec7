"""Other AWS services as a real process: moto's server, for the tests of what calls them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest

ADDRESS = re.compile(r"Running on (http://127\.0\.0\.1:[1-9]\d*)")
# Of the process alone: no settings of whoever runs the tests.
ENVIRONMENT = dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), os.devnull)


@dataclass(frozen=True)
class Neighbours:
    """A running server; ``url`` is the endpoint of every service."""

    url: str

    def client(self, service: str, region: str = "us-east-1") -> Any:
        """A boto3 client for a service."""
        make: Any = boto3.client
        return make(
            service,
            endpoint_url=self.url,
            region_name=region,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )


@pytest.fixture(scope="session")
def neighbours() -> Iterator[Neighbours]:
    """S3, SNS, SQS and others, empty at the start of the session and shared by its tests."""
    command = [sys.executable, "-u", "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
    with subprocess.Popen(
        command,
        env=os.environ | ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr
        try:
            yield Neighbours(_address(process.stderr))
        finally:
            process.terminate()


def _address(log: Any) -> str:
    """Where the server listens, from what it says when it does."""
    said = []
    for line in log:
        said.append(line)
        if found := ADDRESS.search(line):
            return found[1]
    pytest.fail("moto's server did not start:\n" + "".join(said))
