"""The wheel and the sdist that pyproject.toml builds, and what the Dockerfile takes for granted."""

from __future__ import annotations

import configparser
import json
import os
import re
import subprocess
import sys
import tarfile
import urllib.request
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path

import pytest

from ses_emulator.config import ENVIRONMENT_PREFIX, Settings
from tests.clients.support import Emulator

ROOT = Path(__file__).parent.parent
WHEEL_DATA = ("py.typed", "store/schema.sql", "server/openapi.yaml", "web/index.html", "web/app.js")
ANY_PORTS = [f"--{name}port=0" for name in ("", "smtp-", "smtps-", "inbound-")]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel and the sdist."""
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return folder


@pytest.fixture(scope="module")
def wheel(built: Path) -> zipfile.ZipFile:
    """The wheel, open."""
    [path] = built.glob("*.whl")
    return zipfile.ZipFile(path)


@pytest.fixture
def installed(wheel: zipfile.ZipFile, tmp_path: Path) -> Path:
    """A folder for PYTHONPATH in which the wheel is installed."""
    wheel.extractall(tmp_path / "site")
    return tmp_path / "site"


def sources(*folders: str) -> set[str]:
    """The files of folders of the checkout, as their names in it; nothing that Python caches."""
    return {
        path.relative_to(ROOT).as_posix()
        for folder in folders
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }


def test_wheel_holds_the_package_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    names = {name for name in wheel.namelist() if ".dist-info/" not in name}
    web = {f"ses_emulator/{name}" for name in sources("web")}
    assert names == sources("ses_emulator") | web
    assert {f"ses_emulator/{name}" for name in WHEEL_DATA} <= names


def test_wheel_metadata(wheel: zipfile.ZipFile) -> None:
    [name] = [name for name in wheel.namelist() if name.endswith("/entry_points.txt")]
    points = configparser.ConfigParser()
    points.read_string(wheel.read(name).decode())
    assert dict(points["console_scripts"]) == {"ses-emulator": "ses_emulator.cli:main"}
    assert dict(points["pytest11"]) == {"ses_emulator": "ses_emulator.pytest_plugin"}
    [metadata] = [name for name in wheel.namelist() if name.endswith("/METADATA")]
    assert "Description-Content-Type: text/markdown" in wheel.read(metadata).decode()


def test_sdist_builds_the_same_and_can_be_tested(built: Path) -> None:
    [path] = built.glob("*.tar.gz")
    with tarfile.open(path) as sdist:
        names = {name.partition("/")[2] for name in sdist.getnames()}
    assert sources("ses_emulator", "web") <= names
    assert {"pyproject.toml", "README.md", "LICENSE", "Makefile", "Dockerfile"} <= names
    assert "tests/test_package.py" in names
    assert not [name for name in names if "node_modules" in name]


def test_wheel_serves_the_inbox(installed: Path, tmp_path: Path) -> None:
    environment = os.environ | {"PYTHONPATH": str(installed)}
    where = [sys.executable, "-c", "import ses_emulator; print(ses_emulator.__file__)"]
    file = subprocess.check_output(where, env=environment, cwd=tmp_path, text=True).strip()
    assert Path(file).is_relative_to(installed)
    with serving(environment, tmp_path) as url:
        page = get(f"{url}/")
        assert page == (ROOT / "web/index.html").read_bytes()
        assert get(f"{url}/web/app.js") == (ROOT / "web/app.js").read_bytes()


@contextmanager
def serving(environment: dict[str, str], cwd: Path) -> Iterator[str]:
    """The command on free ports until the end of the block; its URL."""
    command = [sys.executable, "-m", "ses_emulator", *ANY_PORTS]
    with subprocess.Popen(
        command,
        env=environment,
        cwd=cwd,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout
        try:
            said = []
            for line in process.stdout:
                said.append(line)
                if found := re.search(r"http://127\.0\.0\.1:[1-9]\d*", line):
                    yield found[0]
                    break
            else:
                pytest.fail("".join(said))
        finally:
            process.terminate()


def get(url: str) -> bytes:
    """The body of the answer, whose status is 200."""
    with urllib.request.urlopen(url, timeout=30) as answer:
        assert answer.status == 200
        body: bytes = answer.read()
        return body


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions and their arguments, continued lines joined."""
    text = (ROOT / "Dockerfile").read_text("utf-8")
    lines = re.sub(r"\\\n\s*", "", re.sub(r"(?m)^#.*\n", "", text)).splitlines()
    return [(line.split(" ", 1)[0], line.split(" ", 1)[1]) for line in lines if line.strip()]


def arguments(name: str) -> list[str]:
    """The arguments of all instructions of that name."""
    found = [rest for instruction, rest in instructions() if instruction == name]
    assert found, f"the Dockerfile has no {name}"
    return found


def test_image_is_pinned_and_not_root() -> None:
    assert all(re.match(r"python:3\.\d+-slim\b", image) for image in arguments("FROM"))
    [user] = arguments("USER")
    assert user not in ("root", "0")
    assert arguments("STOPSIGNAL") == ["SIGTERM"]
    assert arguments("VOLUME") == ["/data"]
    assert arguments("ENTRYPOINT") == ['["ses-emulator"]']


def test_image_options_and_ports_exist() -> None:
    options = {f"{ENVIRONMENT_PREFIX}{option.name.upper()}" for option in fields(Settings)}
    text = (ROOT / "Dockerfile").read_text("utf-8")
    used = set(re.findall(rf"{ENVIRONMENT_PREFIX}\w+", text))
    assert f"{ENVIRONMENT_PREFIX}HOST" in used
    assert used <= options
    settings = Settings()
    [exposed] = arguments("EXPOSE")
    ports = (settings.port, settings.smtp_port, settings.smtps_port, settings.inbound_port)
    assert exposed.split() == [str(port) for port in ports]


def test_image_is_given_what_it_copies() -> None:
    """Copied are files that exist, that .dockerignore lets through and that the wheel needs."""
    copied = {source for rest in arguments("COPY") for source in rest.split()[:-1]}
    let_in = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    assert let_in[0] == "*"
    assert copied == {line[1:] for line in let_in if line.startswith("!")}
    assert all((ROOT / source).exists() for source in copied)
    assert {"pyproject.toml", "README.md", "LICENSE", "ses_emulator", "web"} == copied


def test_image_health_check(ses_emulator: Emulator) -> None:
    [check] = arguments("HEALTHCHECK")
    command = json.loads(check[check.index("CMD ") + 4 :])
    assert command[0] == "python"
    port = ses_emulator.url.rpartition(":")[2]
    run = [sys.executable, *command[1:]]
    answer = subprocess.run(run, env=os.environ | {"SES_EMULATOR_PORT": port}, timeout=30)
    assert answer.returncode == 0
    closed = os.environ | {"SES_EMULATOR_PORT": "1"}
    assert subprocess.run(run, env=closed, capture_output=True, timeout=30).returncode == 1


def test_targets_that_are_named_exist() -> None:
    """The README and CI call only what the Makefile has."""
    targets = set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8")))
    for file in (".ci/run", "README.md"):
        text = (ROOT / file).read_text("utf-8")
        named = set(re.findall(r"\bmake (?!\.)([a-z-]+)\b", text))
        assert named, file
        assert named <= targets
