"""The options: defaults < YAML file < environment < command line, as one frozen value."""

import argparse
import os
import re
from collections.abc import Mapping, Sequence
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

ENVIRONMENT_PREFIX = "SES_EMULATOR_"
LOG_LEVELS = ("debug", "info", "warning", "error")
ACCOUNT_MODES = ("open", "production", "sandbox")
VERIFICATIONS = ("auto", "click")
HOST_AND_PORT = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^\s:\[\]]+):([0-9]{1,5})")


class ConfigError(Exception):
    """An option cannot be used; the message names it, its value and the way out."""


def _option(
    default: Any, help: str, *, metavar: str | None = None, choices: Sequence[str] = ()
) -> Any:
    return field(
        default=default, metadata={"help": help, "metavar": metavar, "choices": tuple(choices)}
    )


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every option of the command. A port of 0 is any free port.

    ``rules`` come from the YAML file only, as they stand there; mail/rules.py reads them.
    """

    host: str = _option("127.0.0.1", "address to listen on", metavar="ADDRESS")
    port: int = _option(8005, "HTTP: the AWS APIs, the inspection API and the inbox")
    smtp_port: int = _option(1025, "SMTP submission, with STARTTLS and AUTH")
    smtps_port: int = _option(1465, "SMTP submission over TLS")
    inbound_port: int = _option(2525, "SMTP for mail that the account receives")
    database: str = _option(":memory:", "SQLite file to keep everything in", metavar="FILE")
    account: str = _option("open", "how strict: open, production or sandbox", choices=ACCOUNT_MODES)
    account_id: str = _option(
        "000000000000", "account of access keys that are not 12 digits", metavar="ID"
    )
    region: str = _option("us-east-1", "region of unsigned requests and of SMTP")
    verification: str = _option(
        "auto", "auto verifies an identity when it is created, click waits", choices=VERIFICATIONS
    )
    aws_endpoint: str = _option(
        "", "URL of other AWS services, such as S3 for import jobs", metavar="URL"
    )
    public_url: str = _option(
        "", "URL of the links in mails; without it the one by which the sender came", metavar="URL"
    )
    clamd: str = _option(
        "",
        "ClamAV daemon that looks for viruses; without it only EICAR is one",
        metavar="HOST:PORT",
    )
    max_messages: int = _option(0, "keep this many messages, delete older ones; 0 keeps all")
    log_level: str = _option("info", "debug, info, warning or error", choices=LOG_LEVELS)
    rules: Sequence[Any] = ()

    def __post_init__(self) -> None:
        for option in options():
            value = getattr(self, option.name)
            if value == "" != option.default:
                raise ConfigError(f"{flag(option.name)} is empty: leave it out for its default")
            _check(option.name, value, option.metadata["choices"])


def _check(name: str, value: Any, choices: tuple[str, ...]) -> None:
    if choices and value not in choices:
        raise ConfigError(f"{flag(name)} {value!r}: choose one of {', '.join(choices)}")
    if name.endswith("port") and not 0 <= value <= 65535:
        raise ConfigError(f"{flag(name)} {value}: a port is a number from 0 to 65535")
    if name == "max_messages" and value < 0:
        raise ConfigError(f"{flag(name)} {value}: use 0 to keep all messages")
    if name == "account_id" and not (len(value) == 12 and value.isascii() and value.isdigit()):
        raise ConfigError(f"{flag(name)} {value!r}: an account id has 12 digits")

    if name == "clamd" and value and not _is_host_and_port(value):
        raise ConfigError(f"{flag(name)} {value!r}: write HOST:PORT, such as localhost:3310")


def _is_host_and_port(value: str) -> bool:
    found = HOST_AND_PORT.fullmatch(value)
    return found is not None and 0 < int(found[2]) <= 65535


def options() -> list[Field[Any]]:
    """The members of Settings that are options of the command line."""
    return [member for member in fields(Settings) if member.metadata]


def flag(name: str) -> str:
    """The command-line spelling of an option."""
    return "--" + name.replace("_", "-")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Give ``parser`` a flag for every option, and ``--config``."""
    parser.add_argument("--config", metavar="FILE", help="YAML file with options by their names")
    for option in options():
        meta = option.metadata
        parser.add_argument(
            flag(option.name),
            type=int if option.type is int else str,
            metavar=meta["metavar"] or ("N" if option.type is int else option.name.upper()),
            choices=meta["choices"] or None,
            help=f"{meta['help']} (default {option.default or 'none'})",
        )


def load(arguments: Mapping[str, Any], environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings from parsed ``arguments`` (None is not given), environment and YAML file.

    Raises ConfigError.
    """
    path = arguments.get("config") or environment.get(f"{ENVIRONMENT_PREFIX}CONFIG")
    values = _from_file(Path(path)) if path else {}
    for option in options():
        variable = ENVIRONMENT_PREFIX + option.name.upper()
        if environment.get(variable):
            values[option.name] = _convert(variable, environment[variable], option.type)
        if arguments.get(option.name) is not None:
            values[option.name] = arguments[option.name]
    return Settings(**values)


def _convert(source: str, value: str, kind: Any) -> Any:
    if kind is not int:
        return value
    try:
        return int(value)
    except ValueError:
        raise ConfigError(f"{source} is {value!r}: write a whole number") from None


def _from_file(path: Path) -> dict[str, Any]:
    import yaml

    try:
        # Every value as it is written: an account id of digits is no number, `no` is no truth.
        text = path.read_text("utf-8")
        document = yaml.load(text, yaml.BaseLoader) or {}
        # But for what the rules say, whose numbers are numbers.
        given = yaml.safe_load(text) if "rules" in document else {}
    except (OSError, ValueError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise ConfigError(f"--config {path}: {reason}") from None
    known = {option.name: option for option in options()}
    if not isinstance(document, dict):
        raise ConfigError(f"--config {path}: write options as `name: value` lines")
    values: dict[str, Any] = {}
    if document.pop("rules", None):
        values["rules"] = given["rules"]
        if not isinstance(given["rules"], list):
            raise ConfigError(f"--config {path}: rules takes a list")
    for key, value in document.items():
        name = str(key).replace("-", "_")
        if name not in known:
            raise ConfigError(f"--config {path}: no option is called {key!r}")
        if not isinstance(value, str):
            raise ConfigError(f"--config {path}: {key} takes a single value")
        if value:
            values[name] = _convert(f"{key} in {path}", value, known[name].type)
    return values
