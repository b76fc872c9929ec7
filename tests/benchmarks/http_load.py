"""Load over HTTP with wrk, the same for every server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.results import Unavailable
from tests.benchmarks.servers import AUTHORIZATION, HERE, Server

CONNECTIONS = 8


@dataclass(frozen=True)
class Request:
    """What is sent again and again: a file to POST, its type, and where to.

    Another script of this folder than post.lua may make other requests of it.
    """

    path: str
    body: Path
    type: str
    script: str = "post.lua"


def measure(server: Server, request: Request, seconds: float) -> float:
    """Requests a second that `server` answers with 2xx over CONNECTIONS connections.

    An answer of another status, or a broken connection, is a RuntimeError.
    """
    wrk = shutil.which("wrk")
    if wrk is None:
        raise Unavailable("wrk is not installed (the package wrk of Debian and Homebrew)")
    command = [wrk, "-t1", f"-c{CONNECTIONS}", f"-d{max(1, round(seconds))}s", "--timeout", "20s"]
    done = subprocess.run(
        [*command, "-s", str(HERE / request.script), server.url + request.path],
        env=os.environ
        | {
            "BENCH_BODY": str(request.body),
            "BENCH_FOLDER": str(HERE),
            "BENCH_TYPE": request.type,
            "BENCH_AUTHORIZATION": AUTHORIZATION,
        },
        capture_output=True,
        text=True,
    )
    if done.returncode != 0:
        raise RuntimeError(f"wrk: {done.stderr.strip() or done.stdout.strip()}")
    total = json.loads(done.stdout.strip().rsplit("\n", 1)[-1])
    if total["refused"] or total["broken"]:
        raise RuntimeError(
            f"{server.name} refused {total['refused']} and broke {total['broken']} "
            f"of {total['requests']} requests"
        )
    return float(total["requests"] / total["microseconds"] * 1e6)
