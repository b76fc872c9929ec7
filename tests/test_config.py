"""Options: what wins over what, and what is said of those that cannot be used."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import Any

import pytest

from ses_emulator.config import (
    ENVIRONMENT_PREFIX,
    ConfigError,
    Settings,
    add_arguments,
    flag,
    load,
    options,
)
from ses_emulator.option_values import Topic

OPTIONS = {option.name: option for option in options()}
ARN = "arn:aws:sns:eu-west-1:123456789012:mail"
TOPIC = f"{ARN}=http://localhost:3000/sns"
CODE = "arn:aws:lambda:eu-west-1:123456789012:function:mail"
FUNCTION = f"{CODE}=http://localhost:3000/mail"


def parse(*arguments: str) -> dict[str, Any]:
    """Arguments of the command line as load() takes them."""
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    return vars(parser.parse_args(arguments))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a file with options may be."""
    return tmp_path / "options.yaml"


def from_file(file: Path, text: str) -> Settings:
    """The settings of a file with this text."""
    file.write_text(text, "utf-8")
    return load({"config": str(file)}, {})


def other_value(name: str) -> Any:
    """A value that is not the default."""
    choices = OPTIONS[name].metadata["choices"]
    if choices:
        return choices[-1]
    if name == "account_id":
        return "012345678901"
    if name in ("clamd", "spamd"):
        return "localhost:3310"
    if name == "aws_endpoint":
        return ("sns=http://localhost:4566",)
    if name == "topic":
        return (TOPIC,)
    if name == "function":
        return (FUNCTION,)
    if name == "webhook":
        return ("https://example.com/events?a=b",)
    if name == "access_key":
        return ("AKIAIOSFODNN7EXAMPLE=secret+/key",)
    if name == "release":
        return ("*@example.com",)
    if name == "allowed_host":
        return ("ses.example.com",)
    if name == "ui_auth":
        return "ada:s3cret"
    return 4321 if OPTIONS[name].type is int else "other"


def test_defaults() -> None:
    assert load(parse(), {}) == load({}, {}) == Settings()


@pytest.mark.parametrize("name", OPTIONS)
def test_every_option_from_everywhere(file: Path, name: str) -> None:
    value = other_value(name)
    expected = dataclasses.replace(Settings(), **{name: value})
    assert expected != Settings()
    variable = ENVIRONMENT_PREFIX + name.upper()
    text = value[0] if isinstance(value, tuple) else str(value)
    assert load(parse(flag(name), text), {}) == expected
    assert load(parse(), {variable: text}) == expected
    for key in (name, name.replace("_", "-")):
        assert from_file(file, f'{key}: "{text}"\n') == expected


def test_several_values_from_everywhere(file: Path) -> None:
    one, two = "http://localhost:3000/a,b", "http://[::1]:3000/"
    expected = Settings(webhook=(one, two))
    assert load(parse("--webhook", one, "--webhook", two), {}) == expected
    assert load(parse(), {"SES_EMULATOR_WEBHOOK": f" {one}\n{two}"}) == expected
    assert from_file(file, f"webhook:\n- {one}\n- {two}\n") == expected
    for nothing in ("webhook:\n", "webhook: []\n"):
        assert from_file(file, nothing) == Settings()


def test_several_values_of_one_place_win(file: Path) -> None:
    file.write_text("webhook: [http://a/, http://b/]\n")
    environment = {"SES_EMULATOR_CONFIG": str(file)}
    assert load(parse("--webhook", "http://c/"), environment).webhook == ("http://c/",)


def test_aws_endpoints(file: Path) -> None:
    one, all_others = "http://[::1]:9911/a?b=c", "https://user:secret@localhost:4566"
    expected = {"sns": one, "": all_others}
    assert Settings(aws_endpoint=(f"sns={one}", all_others)).aws_endpoints == expected
    text = f"aws-endpoint:\n- {all_others}\n- sns={one}\n"
    assert from_file(file, text).aws_endpoints == expected
    assert Settings(aws_endpoint=(all_others,)).aws_endpoints == {"": all_others}
    assert Settings().aws_endpoints == {}


def test_topics(file: Path) -> None:
    plain, raw = "http://localhost:3000/sns?a=b", "https://user:secret@example.com"
    text = f"topic:\n  {ARN}: {plain}\n  {ARN}.fifo: {raw}#raw,signature=2,confirmed\n"
    settings = from_file(file, text)
    assert settings.topic == (
        f"{ARN}={plain}",
        f"{ARN}.fifo={raw}#raw,signature=2,confirmed",
    )
    assert settings.topics == {
        ARN: Topic(ARN, plain, raw=False, confirmed=False, signature_version="1"),
        f"{ARN}.fifo": Topic(f"{ARN}.fifo", raw, True, True, "2"),
    }
    assert Settings().topics == {}


def test_functions(file: Path) -> None:
    live = "http://[::1]:9000/2015-03-31/functions/function/invocations?a=b"
    text = f"function:\n  {CODE}: http://localhost:3000/mail\n  {CODE}:live: {live}\n"
    settings = from_file(file, text)
    assert settings.function == (FUNCTION, f"{CODE}:live={live}")
    assert settings.function_at(CODE) == "http://localhost:3000/mail"
    assert settings.function_at(f"{CODE}:live") == live
    assert settings.function_at(f"{CODE}:$LATEST") == "http://localhost:3000/mail"
    assert settings.function_at(f"{CODE}2") is None
    assert Settings().functions == {}


def test_what_wins(file: Path) -> None:
    file.write_text("port: 1\nsmtp_port: 1\nsmtps_port: 1\n")
    environment = {
        "SES_EMULATOR_CONFIG": str(file),
        "SES_EMULATOR_SMTP_PORT": "2",
        "SES_EMULATOR_SMTPS_PORT": "2",
    }
    settings = load(parse("--smtps-port", "3"), environment)
    ports = (settings.port, settings.smtp_port, settings.smtps_port, settings.inbound_port)
    assert ports == (1, 2, 3, 2525)


def test_file_of_the_command_line_wins(file: Path) -> None:
    file.write_text("port: 1\n")
    settings = load(parse("--config", str(file)), {"SES_EMULATOR_CONFIG": "/missing"})
    assert settings.port == 1


def test_zero_is_a_value() -> None:
    assert load(parse("--port", "0"), {"SES_EMULATOR_PORT": "1"}).port == 0


def test_empty_variable_is_none() -> None:
    assert load(parse(), {"SES_EMULATOR_PORT": "", "SES_EMULATOR_CONFIG": ""}) == Settings()


def test_other_variables_do_not_matter() -> None:
    assert load(parse(), {"SES_EMULATOR_UNKNOWN": "x", "PORT": "1"}) == Settings()


@pytest.mark.parametrize(
    ("text", "members"),
    [
        ("", {}),
        ("# nothing\n", {}),
        ("port: 1\naccount: sandbox\n", {"port": 1, "account": "sandbox"}),
        ('port: "1"\n', {"port": 1}),
        ("account-id: 123456789012\n", {"account_id": "123456789012"}),
        ("database: über.sqlite\n", {"database": "über.sqlite"}),
        ("account_id: 000000000007\n", {"account_id": "000000000007"}),
        ("region: no\n", {"region": "no"}),
        ("database:\nport:\n", {}),
        ('host: ""\n', {}),
    ],
)
def test_files(file: Path, text: str, members: dict[str, Any]) -> None:
    assert from_file(file, text) == Settings(**members)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("prot: 1\n", "no option is called 'prot'"),
        ("- port\n", "write options as `name: value` lines"),
        ("port 1\n", "write options as `name: value` lines"),
        ("1: 2\n", "no option is called '1'"),
        ("port: [1]\n", "port takes a single value"),
        ("host: {a: 1}\n", "host takes a single value"),
        ("webhook: [[http://a/]]\n", "webhook takes a value, or a list of values"),
        ("topic: {a: {b: c}}\n", "topic takes a value, or a list of values"),
        ("rules: {a: 1}\n", "rules takes a list"),
        ("rules: a\n", "rules takes a list"),
        ("- rules\n", "write options as `name: value` lines"),
        ("[a]: 1\n", "while constructing a mapping"),
        ("port: [1\n", "while parsing a flow sequence"),
        ("port: 1\n\tx: 2\n", "while scanning"),
        ("port: \x00\n", "unacceptable character"),
    ],
)
def test_files_that_cannot_be_used(file: Path, text: str, error: str) -> None:
    with pytest.raises(ConfigError) as refused:
        from_file(file, text)
    assert str(refused.value).startswith(f"--config {file}: {error}")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("value", ["eighty", "80.5", "true", "~", "0x50"])
def test_numbers_in_files(file: Path, value: str) -> None:
    with pytest.raises(ConfigError, match="write a whole number") as refused:
        from_file(file, f"smtp-port: {value}\n")
    assert str(refused.value).startswith(f"smtp-port in {file} is ")


def test_rules_of_a_file(file: Path) -> None:
    text = 'port: 1\nrules:\n  - effect: {latency: 0.5}\n    match: {account: "007", region: no}\n'
    settings = from_file(file, text)
    assert settings.port == 1
    assert settings.rules == [
        {"effect": {"latency": 0.5}, "match": {"account": "007", "region": False}}
    ]
    assert from_file(file, "rules:\n").rules == from_file(file, "rules: []\n").rules == ()


def test_file_that_cannot_be_read(tmp_path: Path, file: Path) -> None:
    with pytest.raises(ConfigError, match=r"^--config .*No such file or directory"):
        load({"config": str(tmp_path / "missing")}, {})
    with pytest.raises(ConfigError, match=r"^--config .*Is a directory"):
        load({"config": str(tmp_path)}, {})
    file.write_bytes(b"host: \xff\n")
    with pytest.raises(ConfigError, match=r"^--config .*can't decode byte 0xff"):
        load({"config": str(file)}, {})


def test_number_in_the_environment() -> None:
    with pytest.raises(ConfigError) as refused:
        load({}, {"SES_EMULATOR_SMTP_PORT": "many"})
    assert str(refused.value) == "SES_EMULATOR_SMTP_PORT is 'many': write a whole number"


@pytest.mark.parametrize(
    ("members", "error"),
    [
        ({"port": -1}, "--port -1: a port is a number from 0 to 65535"),
        ({"smtps_port": 65536}, "--smtps-port 65536: a port is a number from 0 to 65535"),
        ({"max_messages": -1}, "--max-messages -1: use 0 to keep all messages"),
        ({"pause_after": -1}, "--pause-after -1: use 0 to pause nobody"),
        ({"account": "Open"}, "--account 'Open': choose one of open, production, sandbox"),
        ({"verification": "x"}, "--verification 'x': choose one of auto, click"),
        ({"verification": ""}, "--verification is empty: leave it out for its default"),
        ({"host": ""}, "--host is empty: leave it out for its default"),
        ({"log_level": "x"}, "--log-level 'x': choose one of debug, info, warning, error"),
        ({"clamd": "localhost"}, "--clamd 'localhost': write HOST:PORT, such as localhost:3310"),
        ({"clamd": "a:99999"}, "--clamd 'a:99999': write HOST:PORT, such as localhost:3310"),
        ({"clamd": "::1:3310"}, "--clamd '::1:3310': write HOST:PORT, such as localhost:3310"),
        (
            {"webhook": ("ftp://localhost",)},
            "--webhook 'ftp://localhost': write a URL, such as http://localhost:3000/events",
        ),
        (
            {"aws_endpoint": ("http://localhost", "ses=http://localhost")},
            "--aws-endpoint 'ses=http://localhost': write URL, or SERVICE=URL with one of"
            " cloudwatch, eventbridge, firehose, lambda, s3, sns",
        ),
        (
            {"aws_endpoint": ("localhost:4566",)},
            "--aws-endpoint 'localhost:4566': write URL, or SERVICE=URL with one of"
            " cloudwatch, eventbridge, firehose, lambda, s3, sns",
        ),
        (
            {"topic": ("mail=http://localhost",)},
            "--topic 'mail=http://localhost': write ARN=URL, such as"
            " arn:aws:sns:us-east-1:000000000000:mail=http://localhost:3000/sns",
        ),
        (
            {"topic": (f"{TOPIC}#raw,fast",)},
            f"--topic '{TOPIC}#raw,fast': 'fast' is not known, use confirmed, raw, signature=1,"
            " signature=2",
        ),
        ({"topic": (TOPIC, f"{TOPIC}#raw")}, "--topic names a topic twice: give each one URL"),
        (
            {"function": ("mail=http://localhost",)},
            "--function 'mail=http://localhost': write ARN=URL, such as"
            " arn:aws:lambda:us-east-1:000000000000:function:mail=http://localhost:3000/mail",
        ),
        (
            {"function": (FUNCTION, f"{CODE}=http://localhost")},
            "--function names a function twice: give each one URL",
        ),
        (
            {"allowed_host": ("http://a.example",)},
            "--allowed-host 'http://a.example': write a name such as ses.example.com, or *",
        ),
        ({"ui_auth": "s3cret"}, "--ui-auth: write USER:PASSWORD"),
        ({"ui_auth": ":s3cret"}, "--ui-auth: write USER:PASSWORD"),
        ({"ui_auth": "ada:"}, "--ui-auth: write USER:PASSWORD"),
        ({"account_id": "1234"}, "--account-id '1234': an account id has 12 digits"),
        (
            {"account_id": "1" * 11 + "²"},
            f"--account-id '{'1' * 11}²': an account id has 12 digits",
        ),
    ],
)
def test_values_that_cannot_be_used(members: dict[str, Any], error: str) -> None:
    with pytest.raises(ConfigError) as refused:
        Settings(**members)
    assert str(refused.value) == error


@pytest.mark.parametrize("port", [0, 1, 65535])
def test_ports_that_can_be_used(port: int) -> None:
    assert Settings(inbound_port=port).inbound_port == port


def test_help_names_every_option(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "300")  # no line is broken
    with pytest.raises(SystemExit):
        parse("--help")
    text = " ".join(capsys.readouterr().out.split())
    for name, option in OPTIONS.items():
        assert f"{flag(name)} " in text
        assert f"(default {option.default or 'none'})" in text
