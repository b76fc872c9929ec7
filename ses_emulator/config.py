"""The options: defaults < YAML file < environment < command line, as one frozen value."""

import argparse
import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import Field, dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any

from ses_emulator import option_values
from ses_emulator.option_values import WEB_ADDRESS, Topic
from ses_emulator.option_values import ConfigError as ConfigError

ENVIRONMENT_PREFIX = "SES_EMULATOR_"
LOG_LEVELS = ("debug", "info", "warning", "error")
ACCOUNT_MODES = ("open", "production", "sandbox")
VERIFICATIONS = ("auto", "click")
SMTP_AUTHS = ("any", "required")
# Options whose values are read by a function, which raises ConfigError.
WRITTEN: Mapping[str, Callable[[str], Any]] = {
    "aws_endpoint": option_values.endpoint,
    "function": option_values.function,
    "topic": option_values.topic,
}
# Options that name a daemon, with where it usually is.
DAEMONS = {"clamd": "localhost:3310", "spamd": "localhost:783"}
HOST_NAME = re.compile(r"\*|[\w.-]+", re.ASCII)
HOST_AND_PORT = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^\s:\[\]]+):([0-9]{1,5})")


def _option(
    default: Any, help: str, *, metavar: str | None = None, choices: Sequence[str] = ()
) -> Any:
    return field(
        default=default, metadata={"help": help, "metavar": metavar, "choices": tuple(choices)}
    )


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Every option of the command. A port of 0 is any free port.

    An option whose default is an empty tuple may be given several times. ``rules`` come from the
    YAML file only, as they stand there; mail/rules.py reads them.
    """

    host: str = _option("127.0.0.1", "address to listen on", metavar="ADDRESS")
    port: int = _option(8005, "HTTP: the AWS APIs, the inspection API and the inbox")
    smtp_port: int = _option(1025, "SMTP submission, with STARTTLS and AUTH")
    smtps_port: int = _option(1465, "SMTP submission over TLS")
    inbound_port: int = _option(2525, "SMTP for mail that the account receives")
    smtp_auth: str = _option(
        "any",
        "any lets everybody send over SMTP, required asks for TLS and a login, as SES does",
        choices=SMTP_AUTHS,
    )
    access_key: Sequence[str] = _option(
        (),
        "access key whose SMTP password may log in; may be repeated",
        metavar="ID=SECRET",
    )
    smtp_connections: int = _option(2000, "SMTP submission: answer 421 to more connections")
    tls_cert: str = _option(
        "",
        "certificate of the SMTP ports, as PEM; without it one is made and kept",
        metavar="FILE",
    )
    tls_key: str = _option(
        "", "private key of the certificate, if it is not in the same file", metavar="FILE"
    )
    relay: str = _option(
        "",
        "SMTP server that messages are released to: smtp:// or smtps://",
        metavar="URL",
    )
    release: Sequence[str] = _option(
        (),
        "recipients whose mail is always released, such as *@example.com; may be repeated",
        metavar="PATTERN",
    )
    allowed_host: Sequence[str] = _option(
        (),
        "name by which HTTP may be asked besides local ones, * is any; may be repeated",
        metavar="NAME",
    )
    ui_auth: str = _option(
        "", "user and password that the inbox and its API ask for", metavar="USER:PASSWORD"
    )
    database: str = _option(":memory:", "SQLite file to keep everything in", metavar="FILE")
    account: str = _option("open", "how strict: open, production or sandbox", choices=ACCOUNT_MODES)
    account_id: str = _option(
        "000000000000", "account of access keys that are not 12 digits", metavar="ID"
    )
    region: str = _option("us-east-1", "region of unsigned requests and of SMTP")
    verification: str = _option(
        "auto", "auto verifies an identity when it is created, click waits", choices=VERIFICATIONS
    )
    aws_endpoint: Sequence[str] = _option(
        (),
        "where other AWS services are: all of them, or one as SERVICE=URL; may be repeated",
        metavar="URL",
    )
    topic: Sequence[str] = _option(
        (),
        "post what is published to a topic to a URL, as SNS would; may be repeated",
        metavar="ARN=URL",
    )
    function: Sequence[str] = _option(
        (),
        "invoke a Lambda function by posting to a URL, which answers for it; may be repeated",
        metavar="ARN=URL",
    )
    webhook: Sequence[str] = _option(
        (), "post every event to a URL as JSON; may be repeated", metavar="URL"
    )
    public_url: str = _option(
        "", "URL of the links in mails; without it the one by which the sender came", metavar="URL"
    )
    clamd: str = _option(
        "",
        "ClamAV daemon that looks for viruses; without it only EICAR is one",
        metavar="HOST:PORT",
    )
    spamd: str = _option(
        "",
        "SpamAssassin daemon that looks at received mail; without it only GTUBE is spam",
        metavar="HOST:PORT",
    )
    zone: str = _option(
        "", "DNS records for the checks of received mail, as in a zone file of BIND", metavar="FILE"
    )
    pause_after: int = _option(
        0, "pause sending as SES does, judging rates of at least so many recipients; 0 never does"
    )
    max_messages: int = _option(0, "keep this many messages, delete older ones; 0 keeps all")
    log_level: str = _option("info", "debug, info, warning or error", choices=LOG_LEVELS)
    rules: Sequence[Any] = ()

    def __post_init__(self) -> None:
        for option in options():
            value = getattr(self, option.name)
            if value == "" != option.default:
                raise ConfigError(f"{flag(option.name)} is empty: leave it out for its default")
            for each in value if repeats(option) else [value]:
                _check(option.name, each, option.metadata["choices"])
        if len(self.topics) < len(self.topic):
            raise ConfigError("--topic names a topic twice: give each one URL")
        if len(self.functions) < len(self.function):
            raise ConfigError("--function names a function twice: give each one URL")

    @cached_property
    def topics(self) -> Mapping[str, Topic]:
        """The topics of ``--topic`` by their ARNs."""
        return {topic.arn: topic for topic in map(option_values.topic, self.topic)}

    @cached_property
    def functions(self) -> Mapping[str, str]:
        """The URLs of ``--function`` by the functions' ARNs."""
        return dict(map(option_values.function, self.function))

    def function_at(self, arn: str) -> str | None:
        """The URL of a function; that of all its versions if none is known of the ARN's own."""
        return self.functions.get(arn) or self.functions.get(":".join(arn.split(":")[:7]))

    @cached_property
    def aws_endpoints(self) -> Mapping[str, str]:
        """The URLs of ``--aws-endpoint`` by their services, such as ``sns``; "" is all others."""
        return dict(map(option_values.endpoint, self.aws_endpoint))


def _check(name: str, value: Any, choices: tuple[str, ...]) -> None:
    if choices and value not in choices:
        raise ConfigError(f"{flag(name)} {value!r}: choose one of {', '.join(choices)}")
    if name.endswith("port") and not 0 <= value <= 65535:
        raise ConfigError(f"{flag(name)} {value}: a port is a number from 0 to 65535")
    if name == "pause_after" and value < 0:
        raise ConfigError(f"{flag(name)} {value}: use 0 to pause nobody")
    if name == "smtp_connections" and value < 1:
        raise ConfigError(f"{flag(name)} {value}: at least one client must be let in")
    if name == "max_messages" and value < 0:
        raise ConfigError(f"{flag(name)} {value}: use 0 to keep all messages")
    if name == "account_id" and not (len(value) == 12 and value.isascii() and value.isdigit()):
        raise ConfigError(f"{flag(name)} {value!r}: an account id has 12 digits")
    if name in WRITTEN:
        WRITTEN[name](value)
    if name == "webhook" and not WEB_ADDRESS.fullmatch(value):
        raise ConfigError(
            f"{flag(name)} {value!r}: write a URL, such as http://localhost:3000/events"
        )
    if name == "allowed_host" and not HOST_NAME.fullmatch(value):
        raise ConfigError(f"{flag(name)} {value!r}: write a name such as ses.example.com, or *")
    if name == "ui_auth" and value and not all(value.partition(":")):
        raise ConfigError(f"{flag(name)}: write USER:PASSWORD")  # and never show it
    if name in DAEMONS and value and not _is_host_and_port(value):
        raise ConfigError(f"{flag(name)} {value!r}: write HOST:PORT, such as {DAEMONS[name]}")


def _is_host_and_port(value: str) -> bool:
    found = HOST_AND_PORT.fullmatch(value)
    return found is not None and 0 < int(found[2]) <= 65535


def options() -> list[Field[Any]]:
    """The members of Settings that are options of the command line."""
    return [member for member in fields(Settings) if member.metadata]


def repeats(option: Field[Any]) -> bool:
    """Whether an option may be given several times: a list in the file, words in its variable."""
    return option.default == ()


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
            action="append" if repeats(option) else "store",
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
            given = environment[variable]
            values[option.name] = (
                tuple(given.split()) if repeats(option) else _convert(variable, given, option.type)
            )
        if arguments.get(option.name) is not None:
            value = arguments[option.name]
            values[option.name] = tuple(value) if repeats(option) else value
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
        if repeats(known[name]):
            values[name] = _several(f"--config {path}: {key}", value)
            continue
        if not isinstance(value, str):
            raise ConfigError(f"--config {path}: {key} takes a single value")
        if value:
            values[name] = _convert(f"{key} in {path}", value, known[name].type)
    return values


def _several(source: str, given: Any) -> tuple[str, ...]:
    """The values of an option that repeats: one, a list, or a mapping of what stands around =."""
    if isinstance(given, str):
        return (given,) if given else ()
    values = list(given.values() if isinstance(given, dict) else given)
    if not all(isinstance(each, str) for each in values):
        raise ConfigError(f"{source} takes a value, or a list of values")
    return tuple(map("=".join, given.items()) if isinstance(given, dict) else values)
