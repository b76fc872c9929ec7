"""The calls of an application: what made a message, what was refused, and how to ask again."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any
from urllib.request import urlopen

import pytest
from botocore.exceptions import ClientError

from tests.clients.support import Emulator
from tests.clients.test_aws_cli import aws_command
from tests.server.document import check

SENDER, RECIPIENT = "shop@example.com", "ada@example.com"
SIMPLE = {
    "Simple": {"Subject": {"Data": "It's ‘quoted’"}, "Body": {"Text": {"Data": "a\n'b' \"c\""}}}
}
RAW = b"From: shop@example.com\r\nTo: ada@example.com\r\nSubject: Raw\r\n\r\n\x00\xff'\"\r\n"


def call(ses_emulator: Emulator, id: str) -> dict[str, Any]:
    with urlopen(f"{ses_emulator.url}/_ses/calls/{id}") as answer:
        found: dict[str, Any] = json.load(answer)
    check("GET", f"/_ses/calls/{id}", 200, "application/json", found)
    return found


def failed(ses_emulator: Emulator) -> list[dict[str, Any]]:
    with urlopen(f"{ses_emulator.url}/_ses/messages?status=failed") as answer:
        return json.load(answer)["messages"]  # type: ignore[no-any-return]


def send_v2(ses_emulator: Emulator, **content: Any) -> str:
    answer = ses_emulator.client("sesv2").send_email(
        FromEmailAddress=SENDER, Destination={"ToAddresses": [RECIPIENT]}, Content=content
    )
    return answer["MessageId"]  # type: ignore[no-any-return]


def send_v1(ses_emulator: Emulator) -> str:
    answer = ses_emulator.client("ses").send_email(
        Source=SENDER,
        Destination={"ToAddresses": [RECIPIENT], "CcAddresses": ["eve@example.com"]},
        Message={"Subject": {"Data": "One"}, "Body": {"Html": {"Data": "<p>Ünïcode"}}},
        Tags=[{"Name": "kind", "Value": "test"}],
    )
    return answer["MessageId"]  # type: ignore[no-any-return]


def test_the_call_of_a_message(ses_emulator: Emulator) -> None:
    id = send_v2(ses_emulator, **SIMPLE)
    found = call(ses_emulator, id)
    assert found["parameters"] == {
        "FromEmailAddress": SENDER,
        "Destination": {"ToAddresses": [RECIPIENT]},
        "Content": SIMPLE,
    }
    assert (found["service"], found["operation"]) == ("sesv2", "SendEmail")
    assert (found["method"], found["path"]) == ("POST", "/v2/email/outbound-emails")
    assert (found["status"], found["error"], found["messages"]) == (200, None, [id])
    assert found["user_agent"].startswith("Boto3/")
    assert found["access_key"]
    assert ses_emulator.message(id)["call"] == id


SENDS: dict[str, Callable[[Emulator], str]] = {
    "v1": send_v1,
    "simple": lambda ses_emulator: send_v2(ses_emulator, **SIMPLE),
    "raw": lambda ses_emulator: send_v2(ses_emulator, Raw={"Data": RAW}),
}


@pytest.mark.parametrize("send", SENDS.values(), ids=SENDS)
def test_its_program_sends_it_again(
    ses_emulator: Emulator, send: Callable[[Emulator], str]
) -> None:
    id = send(ses_emulator)
    subprocess.run([sys.executable, "-c", call(ses_emulator, id)["boto3"]], check=True)
    assert same(ses_emulator, id)


@pytest.mark.parametrize("send", [send_v1, SENDS["simple"]], ids=["v1", "simple"])
def test_its_command_sends_it_again(
    ses_emulator: Emulator, send: Callable[[Emulator], str]
) -> None:
    id = send(ses_emulator)
    command = call(ses_emulator, id)["cli"].replace(" aws ", f" {aws_command()} ", 1)
    subprocess.run(["sh", "-c", command], check=True)
    assert same(ses_emulator, id)


def same(ses_emulator: Emulator, id: str) -> bool:
    """Whether the last message is another one that was asked for in the same way."""
    latest = ses_emulator.message("latest")
    first, again = call(ses_emulator, id), call(ses_emulator, latest["id"])
    return latest["id"] != id and bool(first["parameters"] == again["parameters"])


def test_a_call_that_made_several(ses_emulator: Emulator) -> None:
    ses = ses_emulator.client("ses")
    ses.create_template(Template={"TemplateName": "t", "SubjectPart": "Hi {{n}}", "TextPart": "x"})
    answer = ses.send_bulk_templated_email(
        Source=SENDER,
        Template="t",
        DefaultTemplateData='{"n": 1}',
        Destinations=[{"Destination": {"ToAddresses": [f"r{n}@example.com"]}} for n in range(3)],
    )
    ids = [each["MessageId"] for each in answer["Status"]]
    assert {ses_emulator.message(id)["call"] for id in ids} == {ids[0]}
    assert call(ses_emulator, ids[2]) == call(ses_emulator, ids[0])
    assert call(ses_emulator, ids[0])["messages"] == ids


def test_a_refused_send(ses_emulator: Emulator) -> None:
    with pytest.raises(ClientError) as refused:
        ses_emulator.client("sesv2").send_email(
            FromEmailAddress=SENDER,
            Destination={"ToAddresses": [RECIPIENT]},
            Content=SIMPLE,
            ConfigurationSetName="nowhere",
        )
    error = refused.value.response
    assert ses_emulator.messages() == []
    [row] = failed(ses_emulator)
    assert row["id"] == error["ResponseMetadata"]["RequestId"]
    assert row["error"] == {"code": error["Error"]["Code"], "message": error["Error"]["Message"]}
    assert (row["from"], row["to"], row["subject"]) == (SENDER, [RECIPIENT], "It's ‘quoted’")
    assert (row["configuration_set"], row["operation"]) == ("nowhere", "SendEmail")
    assert error["Error"]["Message"] in row["snippet"]
    found = call(ses_emulator, row["id"])
    assert (found["status"], found["error"], found["messages"]) == (404, row["error"], [])
    again = subprocess.run([sys.executable, "-c", found["boto3"]], capture_output=True, text=True)
    assert error["Error"]["Message"] in again.stderr


def test_a_refused_raw_message_is_shown(ses_emulator: Emulator) -> None:
    with pytest.raises(ClientError):
        ses_emulator.client("ses").send_raw_email(
            RawMessage={"Data": RAW}, ConfigurationSetName="nowhere"
        )
    [row] = failed(ses_emulator)
    assert (row["from"], row["to"], row["subject"]) == (SENDER, [RECIPIENT], "Raw")
    with urlopen(f"{ses_emulator.url}/_ses/messages/{row['id']}/raw") as answer:
        assert answer.read() == RAW


def test_an_invalid_call_is_shown_as_it_came(ses_emulator: Emulator) -> None:
    with pytest.raises(ClientError):
        ses_emulator.client("sesv2").create_configuration_set(ConfigurationSetName="not a name")
    [row] = failed(ses_emulator)
    assert (row["operation"], row["subject"], row["to"]) == ("CreateConfigurationSet", "", [])
    found = call(ses_emulator, row["id"])
    assert found["parameters"] == {"ConfigurationSetName": "not a name"}


def test_a_long_body_is_not_kept(ses_emulator: Emulator) -> None:
    id = send_v2(ses_emulator, Raw={"Data": RAW + b"x\r\n" * 30_000})
    found = call(ses_emulator, id)
    assert found["length"] > 90_000
    assert (found["parameters"], found["boto3"], found["cli"]) == (None, None, None)


def test_refused_calls_are_no_messages(ses_emulator: Emulator) -> None:
    id = send_v2(ses_emulator, **SIMPLE)
    with pytest.raises(ClientError):
        ses_emulator.client("sesv2").get_email_identity(EmailIdentity="nobody.example")
    assert ses_emulator.message("latest")["id"] == id
    assert [each["id"] for each in ses_emulator.messages()] == [id]
    with urlopen(f"{ses_emulator.url}/_ses/statistics") as answer:
        assert json.load(answer)["total"]["sends"] == 1
