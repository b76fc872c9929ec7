"""Configuration sets through both APIs."""

from __future__ import annotations

import pytest

from ses_emulator.pytest_plugin import SesEmulator
from tests.operations.support import client, refused, send_v2


def test_one_state_for_both_apis(ses_emulator: SesEmulator) -> None:
    v1, v2 = client(ses_emulator, "ses"), client(ses_emulator, "sesv2")
    v1.create_configuration_set(ConfigurationSet={"Name": "one"})
    tags = [{"Key": "team", "Value": "mail"}]
    v2.create_configuration_set(ConfigurationSetName="two", Tags=tags)
    assert v2.list_configuration_sets()["ConfigurationSets"] == ["one", "two"]
    assert v1.list_configuration_sets()["ConfigurationSets"] == [{"Name": "one"}, {"Name": "two"}]
    described = v1.describe_configuration_set(ConfigurationSetName="two")
    assert described["ConfigurationSet"] == {"Name": "two"}
    got = v2.get_configuration_set(ConfigurationSetName="two")
    assert got["Tags"] == tags
    assert got["SendingOptions"] == {"SendingEnabled": True}
    v1.delete_configuration_set(ConfigurationSetName="two")
    v2.delete_configuration_set(ConfigurationSetName="one")
    assert v2.list_configuration_sets()["ConfigurationSets"] == []


def test_refusals(ses_emulator: SesEmulator) -> None:
    v1, v2 = client(ses_emulator, "ses"), client(ses_emulator, "sesv2")
    missing = "Configuration set <x> does not exist."
    for call in (v1.delete_configuration_set, v1.describe_configuration_set):
        assert refused(call, ConfigurationSetName="x") == (
            "ConfigurationSetDoesNotExist",
            400,
            missing,
        )
    for call in (v2.delete_configuration_set, v2.get_configuration_set):
        assert refused(call, ConfigurationSetName="x") == ("NotFoundException", 404, missing)
    v2.create_configuration_set(ConfigurationSetName="x")
    exists = "Configuration set <x> already exists."
    assert refused(v1.create_configuration_set, ConfigurationSet={"Name": "x"}) == (
        "ConfigurationSetAlreadyExists",
        400,
        exists,
    )
    assert refused(v2.create_configuration_set, ConfigurationSetName="x") == (
        "AlreadyExistsException",
        400,
        exists,
    )


@pytest.mark.parametrize("service", ["ses", "sesv2"])
def test_pages(ses_emulator: SesEmulator, service: str) -> None:
    v2 = client(ses_emulator, "sesv2")
    for number in range(5):
        v2.create_configuration_set(ConfigurationSetName=f"set-{number}")
    size = {"ses": "MaxItems", "sesv2": "PageSize"}[service]
    found = 0
    token: dict[str, str | None] = {}
    for _ in range(3):
        page = client(ses_emulator, service).list_configuration_sets(**{size: 2}, **token)
        found += len(page["ConfigurationSets"])
        token = {"NextToken": page.get("NextToken")}
    assert found == 5
    assert token["NextToken"] is None


def test_message_names_its_set(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    ses.create_configuration_set(ConfigurationSetName="billing")
    id = send_v2(ses, ConfigurationSetName="billing")
    assert ses_emulator.message(id)["configuration_set"] == "billing"
    assert [each["id"] for each in ses_emulator.messages(configuration_set="billing")] == [id]
