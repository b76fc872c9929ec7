"""The pytest plugin in a project of its own."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

OPTIONS = ("-p", "no:cacheprovider", "-W", "error")


def test_fixture(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import os
        import smtplib

        import boto3
        import pytest


        def send(subject):
            # No endpoint, credentials or region: the fixture has set the environment.
            boto3.client("sesv2").send_email(
                FromEmailAddress="from@example.com",
                Destination={"ToAddresses": ["to@example.com"]},
                Content={"Simple": {"Subject": {"Data": subject}, "Body": {"Text": {"Data": "t"}}}},
            )


        def test_environment(ses_emulator):
            assert os.environ["AWS_ENDPOINT_URL_SES"] == ses_emulator.url
            assert os.environ["AWS_ENDPOINT_URL_SESV2"] == ses_emulator.url
            send("One")
            [message] = ses_emulator.wait_for(to="to@example.com", from_="from@example.com")
            assert message["subject"] == "One"
            assert ses_emulator.message()["text"].strip() == "t"
            assert b"Subject: One" in ses_emulator.raw()
            boto3.client("ses").verify_email_identity(EmailAddress="a@example.com")


        def test_is_empty_again(ses_emulator):
            assert ses_emulator.messages() == []
            assert ses_emulator.client("ses").list_identities()["Identities"] == []


        def test_smtp(ses_emulator):
            with smtplib.SMTP(ses_emulator.smtp_host, ses_emulator.smtp_port) as smtp:
                smtp.sendmail("from@example.com", ["to@example.com"], "Subject: Two\\r\\n\\r\\nt")
            assert [each["subject"] for each in ses_emulator.messages()] == ["Two"]


        def test_many(ses_emulator):
            for number in range(120):
                send(f"Number {number}")
            assert len(ses_emulator.messages()) == 120
            assert len(ses_emulator.messages(limit=5)) == 5
            assert len(ses_emulator.wait_for(120)) == 120


        def test_receive(ses_emulator):
            ses = ses_emulator.client("ses")
            ses.create_receipt_rule_set(RuleSetName="set")
            rule = {"Name": "all", "Enabled": True, "Recipients": ["example.com"]}
            ses.create_receipt_rule(RuleSetName="set", Rule=rule)
            ses.set_active_receipt_rule_set(RuleSetName="set")
            raw = b"From: a@example.org\\r\\nTo: header@example.com\\r\\n\\r\\nt"
            [message] = ses_emulator.receive(raw)["messages"]
            assert message["receipt"]["recipients"] == ["header@example.com"]
            to = ["in@example.com", "no@example.net"]
            answer = ses_emulator.receive(raw, to=to, mail_from="<>", spam="FAIL")
            [message], [refused] = answer["messages"], answer["refused"]
            assert message["receipt"]["recipients"] == ["in@example.com"]
            assert refused["recipient"] == "no@example.net"
            assert ses_emulator.raw(message["id"]) == raw
            with pytest.raises(ValueError, match="colour"):
                ses_emulator.receive(raw, colour="red")


        def test_search(ses_emulator):
            for subject in ("One bill", "Two bills", "None"):
                send(subject)
            [found] = ses_emulator.wait_for(search="bill from:from@example.com -one")
            assert found["subject"] == "Two bills" and found["unread"]
            assert len(ses_emulator.messages(search="is:unread", failed=True)) == 3
            with pytest.raises(ValueError, match="'lost' is no value of status"):
                ses_emulator.messages(search="status:lost")


        def test_unknown_filter(ses_emulator):
            with pytest.raises(ValueError, match="colour"):
                ses_emulator.messages(colour="red")
            with pytest.raises(LookupError, match="unknown"):
                ses_emulator.message("unknown")


        def test_environment_is_restored():
            assert "AWS_ENDPOINT_URL_SES" not in os.environ
        """
    )
    result = pytester.runpytest_subprocess(*OPTIONS)
    result.assert_outcomes(passed=8)


def test_wait_for_tells_what_did_arrive(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import smtplib

        import pytest


        def test_missing(ses_emulator):
            with smtplib.SMTP(ses_emulator.smtp_host, ses_emulator.smtp_port) as smtp:
                smtp.sendmail(
                    "from@example.com",
                    ["to@example.com"],
                    "From: from@example.com\\r\\nSubject: Hello\\r\\n\\r\\nt",
                )
            ses_emulator.wait_for(2, timeout=0.1, subject="Welcome")


        def test_nothing(ses_emulator):
            ses_emulator.wait_for(timeout=0.1)


        def test_events(ses_emulator):
            with smtplib.SMTP(ses_emulator.smtp_host, ses_emulator.smtp_port) as smtp:
                smtp.sendmail(
                    "from@example.com",
                    ["bounce@simulator.amazonses.com"],
                    "From: from@example.com\\r\\nSubject: Hello\\r\\n\\r\\nt",
                )
            [bounce] = ses_emulator.wait_for_event("Bounce")
            assert bounce["document"]["bounce"]["bounceType"] == "Permanent"
            assert len(ses_emulator.events(message=bounce["message_id"])) == 2
            [seen] = ses_emulator.simulate(
                "open", message=bounce["message_id"], recipients=bounce["recipients"]
            )
            assert (seen["type"], seen["recipients"]) == ("Open", bounce["recipients"])
            with pytest.raises(ValueError, match="bounceType"):
                ses_emulator.simulate("bounce", bounceType="Hard")
            ses_emulator.wait_for_event("Open", timeout=0.1, recipient="a@example.com")
        """
    )
    result = pytester.runpytest_subprocess(*OPTIONS)
    result.assert_outcomes(failed=3)
    result.stdout.fnmatch_lines(
        [
            "*waited 0.1 s for 2 message(s) with subject='Welcome'; 0 came. In the emulator:",
            "*from@example.com -> to@example.com  'Hello'",
            "*waited 0.1 s for 1 message(s); 0 came. In the emulator:",
            "*nothing",
            "*waited 0.1 s for 1 Open event(s) with recipient='a@example.com'; 0 came. All:",
            "*Bounce  bounce@simulator.amazonses.com  0*",
        ]
    )
    result.stdout.no_fnmatch_line("*pytest_plugin.py:*")


def test_plugin_is_light(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        HEAVY = {"flask", "werkzeug", "botocore", "boto3", "uvicorn", "aiosmtpd", "yaml", "sqlite3"}


        def test_nothing_is_imported():
            assert "ses_emulator.pytest_plugin" in sys.modules
            assert HEAVY.isdisjoint(sys.modules)
        """
    )
    result = pytester.runpytest_subprocess("-p", "no:xdist", "-p", "no:hypothesispytest", *OPTIONS)
    result.assert_outcomes(passed=1)
