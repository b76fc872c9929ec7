"""What becomes of a message after its send, the whole way from a client to the mails and lists."""

from __future__ import annotations

import json
import smtplib
from email import message_from_bytes
from typing import Any
from urllib.request import Request, urlopen

import pytest
from botocore.exceptions import ClientError

from tests.clients.support import Emulator, header

SIMULATOR = "simulator.amazonses.com"
ADA, BEA = "ada@example.org", "bea@example.org"


def send(ses_emulator: Emulator, *to: str, **options: Any) -> str:
    """SendEmail of v2; the id."""
    simple = {"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "Text"}}}
    answer = ses_emulator.client("sesv2").send_email(
        FromEmailAddress="Shop <shop@example.com>",
        Destination={"ToAddresses": list(to)},
        Content={"Simple": simple},
        **options,
    )
    return str(answer["MessageId"])


def let(ses_emulator: Emulator, id: str, **event: Any) -> None:
    """Let an event happen by hand."""
    body = json.dumps(event).encode()
    url = f"{ses_emulator.url}/_ses/messages/{id}/events"
    with urlopen(Request(url, body, {"Content-Type": "application/json"})) as answer:
        assert answer.status == 201


def events(ses_emulator: Emulator, id: str) -> list[tuple[str, list[str]]]:
    """What happened to a message besides Send: types and recipients."""
    found = ses_emulator.message(id)["events"]
    assert found[0]["type"] == "Send"
    return [(event["type"], event["recipients"]) for event in found[1:]]


def notices(ses_emulator: Emulator) -> list[dict[str, Any]]:
    """The mails that SES sent itself, the newest first, whole."""
    found = [each for each in ses_emulator.messages() if each["api"] == "ses"]
    return [ses_emulator.message(each["id"]) for each in found]


def suppressed(ses_emulator: Emulator, **options: Any) -> dict[str, str]:
    listing = ses_emulator.client("sesv2").list_suppressed_destinations(**options)
    return {
        entry["EmailAddress"]: entry["Reason"]
        for entry in listing["SuppressedDestinationSummaries"]
    }


@pytest.mark.parametrize(
    ("name", "types", "status", "mails"),
    [
        ("success", ["Delivery"], "delivered", []),
        ("bounce", ["Bounce"], "bounced", ["Bounce"]),
        ("ooto", ["Delivery"], "delivered", ["AutomaticReply"]),
        ("complaint", ["Delivery", "Complaint"], "complained", ["Complaint"]),
        ("suppressionlist", ["Bounce"], "suppressed", ["Bounce"]),
    ],
)
def test_the_mailbox_simulator(
    ses_emulator: Emulator, name: str, types: list[str], status: str, mails: list[str]
) -> None:
    recipient = f"{name}+label@{SIMULATOR}"
    id = send(ses_emulator, recipient, FeedbackForwardingEmailAddress="back@example.com")
    assert events(ses_emulator, id) == [(type, [recipient]) for type in types]
    assert ses_emulator.message(id)["status"] == status
    found = notices(ses_emulator)
    assert [each["operation"] for each in found] == mails
    for each in found:
        assert each["to"] == each["envelope"]["rcpt_to"] == ["back@example.com"]
        assert header(each, "In-Reply-To") == [f"<{id}@email.amazonses.com>"]
        assert each["original"] == id
    assert suppressed(ses_emulator) == {}


def test_a_bounce_of_the_simulator(ses_emulator: Emulator) -> None:
    """As the guide describes it: 550 5.1.1, in a report that programs can read."""
    send(ses_emulator, f"bounce+a@{SIMULATOR}", f"bounce+b@{SIMULATOR}", ADA)
    [notice] = notices(ses_emulator)
    report: Any = message_from_bytes(ses_emulator.raw(notice["id"]))
    assert report.get_content_type() == "multipart/report"
    [_, status, original] = report.get_payload()
    [about, *recipients] = [dict(block.items()) for block in status.get_payload()]
    assert about["Reporting-MTA"].startswith("dns; ")
    assert [each["Final-Recipient"] for each in recipients] == [
        f"rfc822; bounce+a@{SIMULATOR}",
        f"rfc822; bounce+b@{SIMULATOR}",
    ]
    assert {(each["Action"], each["Status"], each["Diagnostic-Code"]) for each in recipients} == {
        ("failed", "5.1.1", "smtp; 550 5.1.1 user unknown")
    }
    assert original.get_payload()[0]["Subject"] == "Hello"


def test_notices_go_to_mail_from(ses_emulator: Emulator) -> None:
    mail = f"From: shop@example.com\r\nTo: bounce@{SIMULATOR}\r\nSubject: Hi\r\n\r\nText"
    with smtplib.SMTP(ses_emulator.smtp_host, ses_emulator.smtp_port) as smtp:
        smtp.sendmail("bounces@example.com", [f"bounce@{SIMULATOR}"], mail)
    [notice] = notices(ses_emulator)
    assert notice["to"] == ["bounces@example.com"]
    assert notice["envelope"]["mail_from"] == ""


def test_notices_go_to_return_path(ses_emulator: Emulator) -> None:
    """Of a raw message without Source to its Return-Path, else to its From."""
    ses = ses_emulator.client("ses")
    mail = f"From: shop@example.com\r\nTo: complaint@{SIMULATOR}\r\n\r\nText"
    ses.send_raw_email(RawMessage={"Data": f"Return-Path: <back@example.com>\r\n{mail}"})
    ses.send_raw_email(RawMessage={"Data": mail})
    assert [each["to"] for each in notices(ses_emulator)] == [
        ["shop@example.com"],
        ["back@example.com"],
    ]


def test_no_quota_counts_notices(ses_emulator: Emulator) -> None:
    send(ses_emulator, f"bounce@{SIMULATOR}", ADA)
    quota = ses_emulator.client("ses").get_send_quota()
    assert quota["SentLast24Hours"] == 1


def test_who_is_suppressed(ses_emulator: Emulator) -> None:
    sesv2 = ses_emulator.client("sesv2")
    sesv2.put_suppressed_destination(EmailAddress=ADA, Reason="BOUNCE")
    sesv2.put_suppressed_destination(EmailAddress=BEA, Reason="COMPLAINT")
    id = send(ses_emulator, "Ada@Example.org", BEA, "cid@example.org")
    message = ses_emulator.message(id)
    assert message["status"] == "suppressed"
    assert events(ses_emulator, id) == [
        ("Delivery", ["cid@example.org"]),
        ("Bounce", ["Ada@example.org"]),
        ("Complaint", [BEA]),
    ]
    [bounce, complaint] = [event["detail"] for event in message["events"][2:]]
    assert (bounce["bounceType"], bounce["bounceSubType"]) == (
        "Permanent",
        "OnAccountSuppressionList",
    )
    assert complaint["complaintSubType"] == "OnAccountSuppressionList"
    assert [each["operation"] for each in notices(ses_emulator)] == ["Complaint", "Bounce"]


def test_for_which_reasons(ses_emulator: Emulator) -> None:
    """The account's, or else the configuration set's; its empty list suppresses nobody."""
    sesv2 = ses_emulator.client("sesv2")
    sesv2.create_configuration_set(ConfigurationSetName="all")
    sesv2.put_configuration_set_suppression_options(
        ConfigurationSetName="all", SuppressedReasons=[]
    )
    sesv2.put_suppressed_destination(EmailAddress=ADA, Reason="BOUNCE")
    assert events(ses_emulator, send(ses_emulator, ADA)) == [("Bounce", [ADA])]
    id = send(ses_emulator, ADA, ConfigurationSetName="all")
    assert events(ses_emulator, id) == [("Delivery", [ADA])]
    let(ses_emulator, id, type="complaint")
    assert suppressed(ses_emulator) == {ADA: "BOUNCE"}
    sesv2.put_account_suppression_attributes(SuppressedReasons=["COMPLAINT"])
    id = send(ses_emulator, ADA, BEA)
    assert events(ses_emulator, id) == [("Delivery", [ADA, BEA])]
    let(ses_emulator, id, type="bounce", recipients=[BEA])
    assert suppressed(ses_emulator) == {ADA: "BOUNCE"}


def test_a_scope_alone_leaves_the_reasons(ses_emulator: Emulator) -> None:
    sesv2 = ses_emulator.client("sesv2")
    sesv2.create_configuration_set(ConfigurationSetName="all")
    sesv2.put_configuration_set_suppression_options(
        ConfigurationSetName="all", SuppressionScope="ACCOUNT"
    )
    sesv2.put_suppressed_destination(EmailAddress=ADA, Reason="BOUNCE")
    id = send(ses_emulator, ADA, ConfigurationSetName="all")
    assert events(ses_emulator, id) == [("Bounce", [ADA])]


def test_who_is_put_on_the_list(ses_emulator: Emulator) -> None:
    sesv2 = ses_emulator.client("sesv2")
    id = send(ses_emulator, ADA, BEA)
    let(ses_emulator, id, type="bounce", recipients=[ADA])
    let(ses_emulator, id, type="complaint", recipients=[BEA])
    assert suppressed(ses_emulator) == {ADA: "BOUNCE", BEA: "COMPLAINT"}
    entry = sesv2.get_suppressed_destination(EmailAddress=ADA)["SuppressedDestination"]
    assert entry["Attributes"]["MessageId"] == id
    assert entry["Attributes"]["FeedbackId"].endswith("-000000")
    again = send(ses_emulator, ADA)
    assert events(ses_emulator, again) == [("Bounce", [ADA])]
    sesv2.delete_suppressed_destination(EmailAddress=ADA)
    assert events(ses_emulator, send(ses_emulator, ADA)) == [("Delivery", [ADA])]


def test_the_list_of_a_tenant(ses_emulator: Emulator) -> None:
    sesv2 = ses_emulator.client("sesv2")
    sesv2.create_email_identity(EmailIdentity="example.com")
    arn = "arn:aws:ses:us-east-1:000000000000:identity/example.com"
    sesv2.create_tenant(
        TenantName="acme",
        SuppressionAttributes={"SuppressedReasons": ["BOUNCE"], "SuppressionScope": "TENANT"},
    )
    sesv2.create_tenant_resource_association(TenantName="acme", ResourceArn=arn)
    id = send(ses_emulator, ADA, TenantName="acme")
    let(ses_emulator, id, type="bounce")
    assert suppressed(ses_emulator) == {}
    assert suppressed(ses_emulator, TenantName="acme") == {ADA: "BOUNCE"}
    assert events(ses_emulator, send(ses_emulator, ADA)) == [("Delivery", [ADA])]
    id = send(ses_emulator, ADA, TenantName="acme")
    detail = ses_emulator.message(id)["events"][-1]["detail"]
    assert detail["bounceSubType"] == "OnTenantSuppressionList"


def test_forwarding(ses_emulator: Emulator) -> None:
    """Off, it is on all the same as long as nothing else tells of what bounces."""
    sesv2, ses = ses_emulator.client("sesv2"), ses_emulator.client("ses")
    sesv2.create_email_identity(EmailIdentity="example.com")
    sesv2.put_email_identity_feedback_attributes(
        EmailIdentity="example.com", EmailForwardingEnabled=False
    )
    send(ses_emulator, f"bounce@{SIMULATOR}")
    assert len(notices(ses_emulator)) == 1
    topic = "arn:aws:sns:us-east-1:000000000000:bounces"
    ses.set_identity_notification_topic(
        Identity="example.com", NotificationType="Bounce", SnsTopic=topic
    )
    send(ses_emulator, f"bounce@{SIMULATOR}")
    assert len(notices(ses_emulator)) == 1
    send(ses_emulator, f"ooto@{SIMULATOR}")
    assert len(notices(ses_emulator)) == 2


def test_a_bulk_send(ses_emulator: Emulator) -> None:
    sesv2 = ses_emulator.client("sesv2")
    sesv2.create_email_template(
        TemplateName="hi", TemplateContent={"Subject": "Hi {{name}}", "Text": "Hello"}
    )
    sesv2.put_suppressed_destination(EmailAddress=ADA, Reason="BOUNCE")
    to = [ADA, BEA, f"complaint@{SIMULATOR}"]
    answer = sesv2.send_bulk_email(
        FromEmailAddress="shop@example.com",
        DefaultContent={"Template": {"TemplateName": "hi", "TemplateData": '{"name": "you"}'}},
        BulkEmailEntries=[{"Destination": {"ToAddresses": [address]}} for address in to],
    )
    results = answer["BulkEmailEntryResults"]
    assert [each["Status"] for each in results] == ["SUCCESS"] * 3
    statuses = [ses_emulator.message(each["MessageId"])["status"] for each in results]
    assert statuses == ["suppressed", "delivered", "complained"]
    assert [each["subject"] for each in notices(ses_emulator)] == [
        "FW:Hi you",
        "Delivery Status Notification (Failure)",
    ]


def test_a_bounce_by_hand_is_no_bounce_of_another(ses_emulator: Emulator) -> None:
    """SendBounce is a mail of the account, with the same kind of report."""
    id = send(ses_emulator, ADA)
    ses_emulator.client("ses").send_bounce(
        OriginalMessageId=id,
        BounceSender="mailer-daemon@example.com",
        BouncedRecipientInfoList=[{"Recipient": ADA, "BounceType": "DoesNotExist"}],
    )
    [newest, *_] = ses_emulator.messages()
    assert (newest["api"], newest["operation"]) == ("v1", "SendBounce")
    assert newest["to"] == ["shop@example.com"]
    assert suppressed(ses_emulator) == {}


def test_an_unknown_message(ses_emulator: Emulator) -> None:
    with pytest.raises(Exception, match="404"):
        let(ses_emulator, "nope", type="bounce")
    with pytest.raises(ClientError, match="NotFoundException"):
        ses_emulator.client("sesv2").get_suppressed_destination(EmailAddress=ADA)
