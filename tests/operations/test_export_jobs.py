"""Export jobs: the messages and the metrics of an account as files."""

from __future__ import annotations

import csv
import io
import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from time import monotonic
from typing import Any

import pytest

from ses_emulator.emulator import Emulator
from ses_emulator.operations.jobs import DELAY
from ses_emulator.pytest_plugin import SesEmulator
from ses_emulator.store.account import DAY
from tests.operations.captured import PERMANENT, capture
from tests.operations.support import TOO_MANY_JOBS, Clock, client, refused, running

PATIENCE = 30.0
# Midnight.
START = 1_800_000_000.0 // DAY * DAY
HEADER = (
    '"messageid","sendtimestamp","isp","fromaddress","destination","subject",'
    '"last_delivery_event","last_engagement_event","last_delivery_event_timestamp",'
    '"last_engagement_event_timestamp","bounce_sub_type","diagnostic_code",'
)


def insights(**more: Any) -> dict[str, Any]:
    return {"MessageInsightsDataSource": {"StartDate": START, "EndDate": START + DAY, **more}}


def metrics(dimensions: dict[str, list[str]], *names: str, **more: Any) -> dict[str, Any]:
    source = {
        "Namespace": "VDM",
        "Dimensions": dimensions,
        "Metrics": [
            dict(zip(("Name", "Aggregation"), each.split(), strict=True)) for each in names
        ],
        "StartDate": START,
        "EndDate": START + DAY,
    }
    return {"MetricsDataSource": source | more}


class Exporter:
    """An emulator with a clock of its own that exports."""

    def __init__(self, emulator: Emulator, clock: Clock) -> None:
        self.emulator = emulator
        self.clock = clock
        self.ses = client(emulator, "sesv2")

    def create(self, source: dict[str, Any], format: str = "CSV") -> str:
        destination = {"DataFormat": format}
        job = self.ses.create_export_job(ExportDataSource=source, ExportDestination=destination)
        return str(job["JobId"])

    def run(self, source: dict[str, Any], format: str = "CSV") -> Any:
        """A job that is done."""
        id = self.create(source, format)
        self.clock.now += DELAY
        end = monotonic() + PATIENCE
        while monotonic() < end:
            job = self.ses.get_export_job(JobId=id)
            if job["JobStatus"] not in ("CREATED", "PROCESSING"):
                return job
        return pytest.fail(f"the job is still {job['JobStatus']}")

    def file(self, source: dict[str, Any], format: str = "CSV") -> str:
        """The file of a job that is done."""
        return download(self.run(source, format)["ExportDestination"]["S3Url"])


def download(url: str) -> str:
    with urllib.request.urlopen(url, timeout=10) as answer:
        body: bytes = answer.read()
        return body.decode()


@pytest.fixture
def exporter() -> Iterator[Exporter]:
    clock = Clock(START + 60.5)
    with running(clock) as emulator:
        yield Exporter(emulator, clock)


def test_messages_as_csv(exporter: Exporter) -> None:
    delivered = capture(exporter.emulator, "a@gmail.com", "Delivery", "Open", subject='"Hi", he')
    bounced = capture(exporter.emulator, "b@example.com", ("Bounce", PERMANENT))
    job = exporter.run(insights())
    assert job["ExportSourceType"] == "MESSAGE_INSIGHTS"
    assert job["Statistics"] == {"ProcessedRecordsCount": 2, "ExportedRecordsCount": 2}
    assert job["CompletedTimestamp"].timestamp() == exporter.clock.now
    text = download(job["ExportDestination"]["S3Url"])
    assert text.splitlines()[0] == HEADER
    first, second = csv.DictReader(io.StringIO(text))
    assert first["messageid"] == delivered
    assert first["sendtimestamp"].endswith("00:01:00.500 UTC")
    assert first["isp"] == "Gmail"
    assert first["fromaddress"] == "shop@example.com"
    assert first["destination"] == "a@gmail.com"
    assert first["subject"] == '"Hi", he'
    assert first["last_delivery_event"] == "DELIVERY"
    assert first["last_engagement_event"] == "OPEN"
    assert second["messageid"] == bounced
    assert second["last_delivery_event"] == "PERMANENT_BOUNCE"
    assert second["last_engagement_event"] == ""
    assert second["bounce_sub_type"] == "General"
    assert second["diagnostic_code"] == "smtp; 550 5.1.1 user unknown"


def test_messages_as_json(exporter: Exporter) -> None:
    id = capture(exporter.emulator, "a@example.com", "Delivery")
    [row] = json.loads(exporter.file(insights(), "JSON"))
    assert row["messageid"] == id
    assert row["last_delivery_event"] == "DELIVERY"
    assert "last_engagement_event" not in row


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, "abc"),
        ({"Include": {"Destination": ["A@example.com", "c@gmail.com"]}}, "ac"),
        ({"Exclude": {"Destination": ["a@example.com"]}}, "bc"),
        ({"Include": {"Isp": ["Gmail"]}}, "c"),
        ({"Include": {"Subject": ["off"]}}, "b"),
        ({"Include": {"FromEmailAddress": ["shop@example.com"]}}, "abc"),
        ({"Include": {"LastDeliveryEvent": ["DELIVERY"]}}, "a"),
        ({"Include": {"LastDeliveryEvent": ["PERMANENT_BOUNCE", "SEND"]}}, "bc"),
        ({"Include": {"LastEngagementEvent": ["OPEN"]}}, "a"),
        ({"Include": {"TenantName": ["acme"]}}, "b"),
        ({"Exclude": {"TenantName": ["acme"]}}, "ac"),
        ({"MaxResults": 2}, "ab"),
        ({"StartDate": START + 3600}, ""),
    ],
)
def test_filters(exporter: Exporter, filters: dict[str, Any], found: str) -> None:
    capture(exporter.emulator, "a@example.com", "Delivery", "Open")
    capture(
        exporter.emulator,
        "b@example.com",
        ("Bounce", PERMANENT),
        subject="10% off",
        tenant="acme",
    )
    capture(exporter.emulator, "c@gmail.com")
    rows = json.loads(exporter.file(insights(**filters), "JSON"))
    assert "".join(row["destination"][0] for row in rows) == found
    assert not any("tenant" in row for row in rows)  # the files have no such column


def test_metrics_as_csv(exporter: Exporter) -> None:
    for to, happened in (("a@gmail.com", "Delivery"), ("b@gmail.com", ("Bounce", PERMANENT))):
        capture(exporter.emulator, to, happened, configuration_set="billing")
    capture(exporter.emulator, "c@example.com", "Delivery")
    source = metrics({"ISP": ["*"]}, "SEND VOLUME", "DELIVERY RATE")
    assert exporter.file(source).splitlines() == [
        "ISP,SEND_VOLUME,DELIVERY_RATE",
        "Gmail,2.0000,0.5000",
        "UNKNOWN_ISP,1.0000,1.0000",
    ]
    source = metrics({"CONFIGURATION_SET": ["billing"], "ISP": ["Gmail"]}, "SEND VOLUME")
    assert exporter.file(source).splitlines()[1:] == ["billing,Gmail,2.0000"]


def test_metrics_as_json(exporter: Exporter) -> None:
    exporter.ses.create_email_identity(EmailIdentity="example.com")
    capture(exporter.emulator, "a@gmail.com", "Delivery")
    source = metrics({"EMAIL_IDENTITY": ["*"]}, "SEND VOLUME")
    assert json.loads(exporter.file(source, "JSON")) == [
        {"email_identity": "example.com", "metrics": {"SEND_VOLUME": 1}}
    ]


def test_states_and_cancelling(exporter: Exporter) -> None:
    id = exporter.create(insights())
    job = exporter.ses.get_export_job(JobId=id)
    assert job["JobStatus"] == "CREATED"
    assert "S3Url" not in job["ExportDestination"]
    exporter.ses.cancel_export_job(JobId=id)
    done = exporter.run(insights())
    assert done["JobStatus"] == "COMPLETED"
    assert exporter.ses.get_export_job(JobId=id)["JobStatus"] == "CANCELLED"
    for job, status in ((id, "CANCELLED"), (done["JobId"], "COMPLETED")):
        assert refused(exporter.ses.cancel_export_job, JobId=job) == (
            "BadRequestException",
            400,
            f"Cannot cancel an export job that has a <{status}> status.",
        )
    with pytest.raises(urllib.error.HTTPError, match="404"):
        download(f"{exporter.emulator.url}/_ses/exports/{id}")


def test_list(exporter: Exporter) -> None:
    done = exporter.run(insights())["JobId"]
    waiting = exporter.create(metrics({"ISP": ["*"]}, "SEND VOLUME"))

    def listed(**given: Any) -> set[str]:
        return {each["JobId"] for each in exporter.ses.list_export_jobs(**given)["ExportJobs"]}

    assert listed() == {done, waiting}
    assert listed(ExportSourceType="METRICS_DATA") == {waiting}
    assert listed(JobStatus="COMPLETED") == {done}
    assert listed(JobStatus="FAILED") == set()
    first = exporter.ses.list_export_jobs(PageSize=1)
    second = exporter.ses.list_export_jobs(PageSize=1, NextToken=first["NextToken"])
    assert len(first["ExportJobs"] + second["ExportJobs"]) == 2


@pytest.mark.parametrize(
    ("source", "destination", "words"),
    [
        ({}, {}, "One data source must be provided"),
        (
            insights() | metrics({"ISP": ["*"]}, "SEND VOLUME"),
            {},
            "One data source must be provided",
        ),
        (insights(), {"S3Url": "s3://a/b"}, "Providing a custom S3 URL is not supported"),
        (insights(EndDate=START), {}, "Invalid date range"),
        (
            metrics({"ISP": ["*"]}, "SEND VOLUME", EndDate=START + 1),
            {},
            "To get daily aggregated data you must not specify partial-day timestamps. "
            "Please make your interval go from midnight to midnight UTC.",
        ),
        (
            metrics({"ISP": ["*"], "CONFIGURATION_SET": ["a", "b"]}, "SEND VOLUME"),
            {},
            "If one dimension has the value *, the others can have only one value.",
        ),
    ],
)
def test_refusals(
    ses_emulator: SesEmulator, source: dict[str, Any], destination: dict[str, Any], words: str
) -> None:
    ses = client(ses_emulator, "sesv2")
    given = {"DataFormat": "CSV", **destination}
    assert refused(ses.create_export_job, ExportDataSource=source, ExportDestination=given) == (
        "BadRequestException",
        400,
        words,
    )


def test_unknown_job(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    for call in (ses.get_export_job, ses.cancel_export_job):
        assert refused(call, JobId="x") == (
            "NotFoundException",
            404,
            "Export job x does not exist.",
        )


def test_virtual_deliverability_manager_must_be_enabled() -> None:
    with running(account="production") as emulator:
        ses = client(emulator, "sesv2")
        job = {"ExportDataSource": insights(), "ExportDestination": {"DataFormat": "CSV"}}
        assert refused(ses.create_export_job, **job) == (
            "BadRequestException",
            400,
            "To use this feature you must enable Virtual Deliverability Manager",
        )
        ses.put_account_vdm_attributes(VdmAttributes={"VdmEnabled": "ENABLED"})
        assert ses.create_export_job(**job)["JobId"]


def test_too_many_at_a_time(exporter: Exporter) -> None:
    for _ in range(20):
        exporter.create(insights())
    assert refused(exporter.create, insights()) == TOO_MANY_JOBS
