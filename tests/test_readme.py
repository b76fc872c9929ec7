"""The README is true: its snippets are run, its tables are held against the code."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from ses_emulator.config import ENVIRONMENT_PREFIX, Settings, flag, load, options, repeats
from ses_emulator.mail.rules import check_file
from ses_emulator.server.search import OPERATORS
from tests.clients.support import Emulator
from tests.needs import CLIENTS, needs_node

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
DEFAULTS = Settings()
HTTP = f"http://localhost:{DEFAULTS.port}"
RUN_SECONDS = 60


def sections() -> dict[str, str]:
    """The README's text by its headings; what looks like one within a code block is none."""
    found: dict[str, str] = {}
    heading, code = "", False
    for line in README.splitlines(keepends=True):
        code ^= line.startswith("```")
        if line.startswith("#") and not code:
            heading = line.strip("# \n")
        found[heading] = found.get(heading, "") + line
    return found


SECTIONS = sections()


def snippets(heading: str, language: str) -> list[str]:
    """The code blocks of a language under a heading."""
    found = re.findall(rf"(?ms)^```{language}\n(.*?)^```", SECTIONS[heading])
    assert found, f"no {language} under {heading}"
    return found


def table(heading: str) -> list[list[str]]:
    """The cells of the table under a heading, without its head."""
    rows = [line for line in SECTIONS[heading].splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


def aimed(snippet: str, emulator: Emulator) -> str:
    """A snippet with the emulator's ports in place of the default ones."""
    return (
        snippet.replace(HTTP, emulator.url)
        .replace('"localhost"', f'"{emulator.smtp_host}"')
        .replace(str(DEFAULTS.smtp_port), str(emulator.smtp_port))
    )


def run(
    command: list[str], code: str, emulator: Emulator, cwd: Path
) -> subprocess.CompletedProcess[str]:
    """Run `code`, given on stdin, with the README's environment and none of this process's AWS."""
    [exports] = snippets("Environment variables", "bash")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    environment |= dict(re.findall(r"(?m)^export (\w+)=(.*)$", aimed(exports, emulator)))
    # The AWS CLI of this environment, and no settings of whoever runs the tests.
    environment["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment |= dict.fromkeys(("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"), os.devnull)
    return subprocess.run(
        command,
        input=aimed(code, emulator),
        env=environment,
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS,
    )


def check_sent(done: subprocess.CompletedProcess[str], emulator: Emulator) -> None:
    """The one message of a snippet was captured."""
    assert done.returncode == 0, done.stdout + done.stderr
    [message] = emulator.messages()
    assert message["from"] == "shop@example.com"
    assert message["to"] == ["ada@example.com"]
    assert message["subject"] == "Hello"
    assert emulator.message(message["id"])["text"].strip() == "It works"


def every(*headings: str, language: str) -> list[Any]:
    """A parameter for each snippet of a language under the headings."""
    return [
        pytest.param(code, id=f"{heading}-{number}")
        for heading in headings
        for number, code in enumerate(snippets(heading, language), 1)
    ]


@pytest.mark.parametrize("code", every("boto3", "smtplib", language="python"))
def test_python(ses_emulator: Emulator, tmp_path: Path, code: str) -> None:
    check_sent(run([sys.executable, "-"], code, ses_emulator, tmp_path), ses_emulator)


@pytest.mark.parametrize("code", every("AWS CLI", language="bash"))
def test_aws_cli(ses_emulator: Emulator, tmp_path: Path, code: str) -> None:
    check_sent(run(["bash", "-eu"], code, ses_emulator, tmp_path), ses_emulator)


@pytest.mark.parametrize("code", every("JavaScript", "nodemailer", language="js"))
def test_javascript(ses_emulator: Emulator, code: str) -> None:
    command = [str(needs_node()), "--input-type=module", "-"]
    check_sent(run(command, code, ses_emulator, CLIENTS), ses_emulator)


def test_pytest_fixture(ses_emulator: Emulator, tmp_path: Path) -> None:
    [code] = snippets("pytest", "python")
    (tmp_path / "test_snippet.py").write_text(code)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(tmp_path)]
    done = run(command, "", ses_emulator, tmp_path)
    assert "1 passed" in done.stdout, done.stdout + done.stderr
    assert ses_emulator.messages() == []


def test_pytest_table(ses_emulator: Emulator) -> None:
    names = [name for row in table("pytest") for name in re.findall(r"`(\w+)", row[0])]
    public = {name for name in dir(ses_emulator) if not name.startswith("_")}
    assert set(names) == public


def test_django_settings(tmp_path: Path) -> None:
    smtp, ses = (settings(code, tmp_path) for code in snippets("Django", "python"))
    assert smtp["EMAIL_PORT"] == DEFAULTS.smtp_port
    assert ses["AWS_SES_REGION_ENDPOINT_URL"] == HTTP
    assert ses["AWS_SES_REGION_NAME"] == DEFAULTS.region


def settings(code: str, folder: Path) -> dict[str, Any]:
    """The names that a settings module defines."""
    file = folder / "settings.py"
    file.write_text(code)
    return {name: value for name, value in runpy.run_path(str(file)).items() if name.isupper()}


@pytest.mark.parametrize("heading", ["Java", "Go", "PHP", "Ruby"])
def test_other_languages(heading: str) -> None:
    """They are not run here; they name the endpoint or leave it to the environment."""
    [code] = snippets(heading, heading.lower())
    assert code.count("localhost") == code.count(HTTP)
    assert "shop@example.com" in code
    assert "ada@example.com" in code


def test_ports() -> None:
    ports = (DEFAULTS.port, DEFAULTS.smtp_port, DEFAULTS.smtps_port, DEFAULTS.inbound_port)
    assert [row[0] for row in table("ses-emulator")] == [str(port) for port in ports]
    published = re.findall(r"-p (\d+):(\d+)", SECTIONS["ses-emulator"])
    assert published == [(str(port), str(port)) for port in ports[:3]]


def test_options() -> None:
    expected = [
        [
            f"`{flag(option.name)}`",
            f"`{ENVIRONMENT_PREFIX}{option.name.upper()}`",
            f"`{'' if repeats(option) else option.default}`",
            option.metadata["help"],
        ]
        for option in options()
    ]
    [*rows, config] = table("Configuration")
    assert rows == expected
    assert config[:2] == ["`--config`", f"`{ENVIRONMENT_PREFIX}CONFIG`"]


def test_rules(tmp_path: Path) -> None:
    [snippet] = snippets("Rules", "yaml")
    file = tmp_path / "options.yaml"
    file.write_text(snippet)
    rules = load({"config": str(file)}, {}).rules
    assert len(rules) == snippet.count("effect:")
    check_file(rules)


def test_topics(tmp_path: Path) -> None:
    [snippet] = snippets("Topics", "yaml")
    file = tmp_path / "options.yaml"
    file.write_text(snippet)
    settings = load({"config": str(file)}, {})
    assert len(settings.topics) == snippet.count("arn:")
    assert len(settings.webhook) == snippet.count("webhook")
    [command] = re.findall(r"--topic (\S+)", SECTIONS["Topics"])
    assert Settings(topic=[command]).topics


def test_endpoints() -> None:
    api = yaml.safe_load((ROOT / "ses_emulator/server/openapi.yaml").read_text("utf-8"))
    [server] = api["servers"]
    described = [
        f"`{method.upper()} {server['url']}{path}`"
        for path, item in api["paths"].items()
        for method in item
        if method != "parameters"
    ]
    assert [row[0] for row in table("Inspection API")] == described


def test_house() -> None:
    """The layout names every room of the package, and no other."""
    [house] = re.findall(r"(?ms)^```\n(.*?)^```", SECTIONS["The house"])
    [rooms] = re.findall(r"(?m)^ses_emulator/\n((?:  .*\n)+)", house)
    named = re.findall(r"(?m)^  (\w+(?:/|\.py)) ", rooms)
    there = {
        f"{path.parent.name}/" if path.name == "__init__.py" else path.name
        for pattern in ("*.py", "*/__init__.py")
        for path in (ROOT / "ses_emulator").glob(pattern)
    }
    assert sorted(named) == sorted(there - {"ses_emulator/", "__main__.py"})


def test_operators_of_the_search() -> None:
    cells = " ".join(row[0] for row in table("Search"))
    assert re.findall(r"`(\w+):(?:\w*)`", cells) == sorted(
        [*OPERATORS, "is", "is"], key=lambda name: cells.index(f"`{name}:")
    )
