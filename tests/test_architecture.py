"""The house: which room may import which, how large a module may be, what the plugin loads."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = "ses_emulator"
ROOT = Path(__file__).parent.parent
LONGEST = 350

# A room imports from itself and from the layers before its own, never from its neighbours.
LAYERS = (
    ("errors", "loops", "option_values"),
    ("config",),
    ("neighbours",),
    ("wire", "store"),
    ("certificates", "mail"),
    ("events",),
    ("inbound",),
    ("operations",),
    ("smtp", "server"),
    ("emulator",),
    ("cli", "pytest_plugin"),
    ("__main__",),
)
LAYER_OF = {room: number for number, rooms in enumerate(LAYERS) for room in rooms}

MODULES = sorted((ROOT / PACKAGE).rglob("*.py"))


def broken_rules(source: str, file: str, room: str, package: str) -> list[str]:
    """What the imports of a module are not allowed to be, each with file, line and the rule.

    ``room`` is the module's first name under the package ("" for the package itself), ``package``
    the dotted name of the package that it is in.
    """
    if room and room not in LAYER_OF:
        return [f"{file}:1: {room} is no room of the house: give it a place in LAYERS"]
    broken = []
    for line, other in imports(ast.parse(source, file), package):
        if other == room:
            continue
        if other not in LAYER_OF:
            rule = f"{other} is no room of the house"
        elif not room:
            rule = f"{PACKAGE}/__init__.py imports nothing of ours"
        elif LAYER_OF[other] >= LAYER_OF[room]:
            before = " ".join(name for layer in LAYERS[: LAYER_OF[room]] for name in layer)
            rule = f"{room} may import from {before or 'nothing of ours'}, not from {other}"
        else:
            continue
        broken.append(f"{file}:{line}: {rule}")
    return list(dict.fromkeys(broken))


def imports(tree: ast.Module, package: str) -> Iterator[tuple[int, str]]:
    """Line and room of every import from our own package, those in functions included."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parents, base]).rstrip(".")
            names = [f"{base}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            top, _, rest = name.partition(".")
            room = rest.partition(".")[0]
            if top == PACKAGE and room != "__version__" and room:
                yield node.lineno, room


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_imports_and_size(path: Path) -> None:
    file = path.relative_to(ROOT).as_posix()
    source = path.read_text("utf-8")
    inside = path.relative_to(ROOT).with_suffix("").parts[1:]
    room = "" if inside == ("__init__",) else inside[0]
    package = ".".join(path.parent.relative_to(ROOT).parts)
    broken = broken_rules(source, file, room, package)
    length = len(source.splitlines())
    if length > LONGEST:
        broken.append(f"{file}:{LONGEST}: {length} lines; a room above {LONGEST} is two rooms")
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize(
    ("source", "room", "package"),
    [
        ("import ses_emulator.server.aws", "mail", "ses_emulator.mail"),
        ("from ses_emulator.smtp import listener", "server", "ses_emulator.server"),
        ("from ses_emulator import emulator", "store", "ses_emulator.store"),
        ("from ..server import aws", "wire", "ses_emulator.wire"),
        ("from .config import Settings", "errors", "ses_emulator"),
        ("def late():\n    from ses_emulator import cli", "emulator", "ses_emulator"),
        ("from ses_emulator.cupboard import x", "cli", "ses_emulator"),
        ("from ses_emulator.errors import AwsError", "", "ses_emulator"),
        ("x = 1", "cupboard", "ses_emulator.cupboard"),
    ],
)
def test_the_rules_find_what_breaks_them(source: str, room: str, package: str) -> None:
    [rule] = broken_rules(source, "file.py", room, package)
    line = len(source.splitlines())
    assert rule.startswith(f"file.py:{line}: ")


@pytest.mark.parametrize(
    ("source", "room", "package"),
    [
        ("from ses_emulator import __version__", "server", "ses_emulator.server"),
        ("from ses_emulator.mail import addresses\nimport json", "mail", "ses_emulator.mail"),
        ("from . import addresses", "mail", "ses_emulator.mail"),
        ("from ses_emulator.errors import AwsError", "pytest_plugin", "ses_emulator"),
    ],
)
def test_the_rules_let_the_rest_pass(source: str, room: str, package: str) -> None:
    assert broken_rules(source, "file.py", room, package) == []


def test_loading_the_pytest_plugin_is_cheap() -> None:
    """A project that never uses the fixture does not pay for a web server and AWS's models."""
    heavy = ("aiosmtpd", "boto3", "botocore", "flask", "uvicorn", "werkzeug", "yaml")
    code = (
        f"import sys, {PACKAGE}.pytest_plugin\n"
        f"print(*(name for name in {heavy!r} if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == []
