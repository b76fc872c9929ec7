"""Import jobs: a file in S3 becomes contacts or suppressed addresses."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from ses_emulator.emulator import Emulator
from ses_emulator.operations.jobs import DELAY
from ses_emulator.pytest_plugin import SesEmulator
from tests.neighbours import Neighbours
from tests.operations.support import TOO_MANY_JOBS, Clock, client, refused, running

PATIENCE = 30.0
SPORTS = [
    {"TopicName": name, "DisplayName": name, "DefaultSubscriptionStatus": "OPT_OUT"}
    for name in ("Sports", "Cycling")
]
SUPPRESS = {"SuppressionListDestination": {"SuppressionListImportAction": "PUT"}}
FORGIVE = {"SuppressionListDestination": {"SuppressionListImportAction": "DELETE"}}


def contact_list(action: str, name: str = "news") -> dict[str, Any]:
    chosen = {"ContactListName": name, "ContactListImportAction": action}
    return {"ContactListDestination": chosen}


class Importer:
    """An emulator with a clock of its own, and files for it to import."""

    def __init__(self, emulator: Emulator, clock: Clock, s3: Any) -> None:
        self.emulator = emulator
        self.clock = clock
        self.ses = client(emulator, "sesv2")
        self._s3 = s3
        self._bucket = f"imports-{uuid.uuid4()}"
        s3.create_bucket(Bucket=self._bucket)

    def create(self, content: str | bytes, destination: Any, format: str = "CSV") -> str:
        """Put a file into S3 and make a job for it; the JobId."""
        self._s3.put_object(Bucket=self._bucket, Key="folder/file", Body=content)
        source = {"S3Url": f"s3://{self._bucket}/folder/file", "DataFormat": format}
        answer = self.ses.create_import_job(ImportDestination=destination, ImportDataSource=source)
        return str(answer["JobId"])

    def run(self, content: str | bytes, destination: Any, format: str = "CSV") -> Any:
        """A job that is done."""
        id = self.create(content, destination, format)
        self.clock.now += DELAY
        return ended(self.ses, id)

    def suppressed(self) -> dict[str, str]:
        """The suppression list: addresses and reasons."""
        listed = self.ses.list_suppressed_destinations()["SuppressedDestinationSummaries"]
        return {each["EmailAddress"]: each["Reason"] for each in listed}


def ended(ses: Any, id: str) -> Any:
    """The job once it is neither waiting nor under way."""
    end = monotonic() + PATIENCE
    while monotonic() < end:
        job = ses.get_import_job(JobId=id)
        if job["JobStatus"] not in ("CREATED", "PROCESSING"):
            return job
    return pytest.fail(f"the job is still {job['JobStatus']}")


def counts(job: Any) -> tuple[str, int, int]:
    return job["JobStatus"], job["ProcessedRecordsCount"], job["FailedRecordsCount"]


@pytest.fixture
def importer(neighbours: Neighbours) -> Iterator[Importer]:
    clock = Clock()
    with running(clock, aws_endpoint=[neighbours.url]) as emulator:
        yield Importer(emulator, clock, neighbours.client("s3"))


def test_suppression_list_from_csv(importer: Importer) -> None:
    job = importer.run("a@example.com,BOUNCE\nb@Example.com, COMPLAINT\n\n", SUPPRESS)
    assert counts(job) == ("COMPLETED", 2, 0)
    assert "FailureInfo" not in job
    assert importer.suppressed() == {"a@example.com": "BOUNCE", "b@example.com": "COMPLAINT"}
    job = importer.run("a@example.com\nunknown@example.com\n", FORGIVE)
    assert counts(job) == ("COMPLETED", 2, 1)
    assert importer.suppressed() == {"b@example.com": "COMPLAINT"}


def test_suppression_list_from_json(importer: Importer) -> None:
    lines = [
        {"emailAddress": "a@example.com", "reason": "COMPLAINT"},
        {"emailAddress": "b@example.com", "reason": "BOUNCE"},
    ]
    job = importer.run("\n".join(map(json.dumps, lines)), SUPPRESS, "JSON")
    assert counts(job) == ("COMPLETED", 2, 0)
    assert importer.suppressed() == {"a@example.com": "COMPLAINT", "b@example.com": "BOUNCE"}


def test_contacts_from_csv(importer: Importer) -> None:
    """The example of the guide, "Using list management"."""
    importer.ses.create_contact_list(ContactListName="news", Topics=SPORTS)
    header = "emailAddress,unsubscribeAll,attributesData,topicPreferences.Sports"
    job = importer.run(
        f"{header},topicPreferences.Cycling\n"
        'ann@example.com,false,{"Name": "Ann"},OPT_IN,OPT_OUT\n'
        "bob@example.com,true,,OPT_OUT,\n",
        contact_list("PUT"),
    )
    assert counts(job) == ("COMPLETED", 2, 0)
    ann = importer.ses.get_contact(ContactListName="news", EmailAddress="ann@example.com")
    assert ann["AttributesData"] == '{"Name": "Ann"}'
    assert not ann["UnsubscribeAll"]
    assert ann["TopicPreferences"] == [
        {"TopicName": "Sports", "SubscriptionStatus": "OPT_IN"},
        {"TopicName": "Cycling", "SubscriptionStatus": "OPT_OUT"},
    ]
    bob = importer.ses.get_contact(ContactListName="news", EmailAddress="bob@example.com")
    assert bob["UnsubscribeAll"]
    assert bob["TopicPreferences"] == [{"TopicName": "Sports", "SubscriptionStatus": "OPT_OUT"}]
    job = importer.run("emailAddress\nann@example.com\n", contact_list("DELETE"))
    assert counts(job) == ("COMPLETED", 1, 0)
    left = importer.ses.list_contacts(ContactListName="news")["Contacts"]
    assert [each["EmailAddress"] for each in left] == ["bob@example.com"]


def test_contact_is_replaced(importer: Importer) -> None:
    importer.ses.create_contact_list(ContactListName="news", Topics=SPORTS)
    preference = {"topicName": "Sports", "subscriptionStatus": "OPT_IN"}
    for line in (
        {"emailAddress": "a@example.com", "attributesData": "x", "topicPreferences": [preference]},
        {"emailAddress": "a@example.com", "unsubscribeAll": True},
    ):
        job = importer.run(json.dumps(line), contact_list("PUT"), "JSON")
        assert counts(job) == ("COMPLETED", 1, 0)
    contact = importer.ses.get_contact(ContactListName="news", EmailAddress="a@example.com")
    assert contact["UnsubscribeAll"]
    assert contact["TopicPreferences"] == []
    assert "AttributesData" not in contact


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("[]", "The record is no JSON object."),
        ("{", "The record is no JSON object."),
        ("{}", "emailAddress is missing or no string."),
        ('{"emailAddress": "example.com"}', "EmailAddress <example.com> is invalid"),
        (
            '{"emailAddress": "b@example.com", "unsubscribeAll": "maybe"}',
            "unsubscribeAll is 'maybe', neither true nor false.",
        ),
        (
            '{"emailAddress": "b@example.com", "topicPreferences": "Sports"}',
            "topicPreferences is no list.",
        ),
        (
            '{"emailAddress": "b@example.com", "topicPreferences": [{"topicName": "Chess",'
            ' "subscriptionStatus": "OPT_IN"}]}',
            "List: news doesn't contain Topic: Chess",
        ),
        (
            '{"emailAddress": "b@example.com", "topicPreferences": [{"topicName": "Sports",'
            ' "subscriptionStatus": "IN"}]}',
            "subscriptionStatus is 'IN': use OPT_IN or OPT_OUT.",
        ),
    ],
)
def test_record_that_is_refused(importer: Importer, line: str, reason: str) -> None:
    importer.ses.create_contact_list(ContactListName="news", Topics=SPORTS)
    job = importer.run(
        f'{{"emailAddress": "a@example.com"}}\n{line}\n', contact_list("PUT"), "JSON"
    )
    assert counts(job) == ("COMPLETED", 2, 1)
    assert job["FailureInfo"] == {"ErrorMessage": f"Record 2: {reason}"}
    [contact] = importer.ses.list_contacts(ContactListName="news")["Contacts"]
    assert contact["EmailAddress"] == "a@example.com"


@pytest.mark.parametrize(
    ("content", "destination", "reason"),
    [
        (b"\xff\xfe", SUPPRESS, "The file is not UTF-8: invalid start byte."),
        ("a@example.com\n", contact_list("PUT"), "The first line is no header with emailAddress."),
        ("a@example.com\n" * 10_001, FORGIVE, "The file has more than 10000 records."),
    ],
)
def test_file_that_is_refused(
    importer: Importer, content: str | bytes, destination: Any, reason: str
) -> None:
    importer.ses.create_contact_list(ContactListName="news", Topics=SPORTS)
    job = importer.run(content, destination)
    assert counts(job) == ("FAILED", 0, 0)
    assert job["FailureInfo"] == {"ErrorMessage": reason}
    assert job["CompletedTimestamp"].timestamp() == importer.clock.now


def test_object_that_is_not_there(importer: Importer) -> None:
    source = {"S3Url": "s3://no-such-bucket/key", "DataFormat": "CSV"}
    ses = importer.ses
    id = ses.create_import_job(ImportDestination=SUPPRESS, ImportDataSource=source)["JobId"]
    importer.clock.now += DELAY
    job = ended(ses, id)
    assert job["JobStatus"] == "FAILED"
    assert "NoSuchBucket" in job["FailureInfo"]["ErrorMessage"]


def test_without_an_endpoint_nothing_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_S3"):
        monkeypatch.delenv(name, raising=False)
    clock = Clock()
    with running(clock) as emulator:
        ses = client(emulator, "sesv2")
        source = {"S3Url": "s3://bucket/key", "DataFormat": "CSV"}
        id = ses.create_import_job(ImportDestination=SUPPRESS, ImportDataSource=source)["JobId"]
        clock.now += DELAY
        job = ended(ses, id)
        assert job["FailureInfo"] == {
            "ErrorMessage": "No endpoint of s3 is known: set --aws-endpoint or AWS_ENDPOINT_URL_S3."
        }


def test_endpoint_from_the_environment(
    ses_emulator: SesEmulator, neighbours: Neighbours, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", neighbours.url)
    s3 = neighbours.client("s3")
    s3.create_bucket(Bucket="from-the-environment")
    s3.put_object(Bucket="from-the-environment", Key="a", Body="a@example.com,BOUNCE")
    ses = client(ses_emulator, "sesv2")
    source = {"S3Url": "s3://from-the-environment/a", "DataFormat": "CSV"}
    id = ses.create_import_job(ImportDestination=SUPPRESS, ImportDataSource=source)["JobId"]
    assert counts(ended(ses, id)) == ("COMPLETED", 1, 0)


def test_states(importer: Importer) -> None:
    id = importer.create("a@example.com,BOUNCE\n", SUPPRESS)
    job = importer.ses.get_import_job(JobId=id)
    assert counts(job) == ("CREATED", 0, 0)
    assert job["CreatedTimestamp"].timestamp() == importer.clock.now
    assert "CompletedTimestamp" not in job
    assert importer.suppressed() == {}
    importer.clock.now += DELAY
    assert ended(importer.ses, id)["JobStatus"] == "COMPLETED"
    assert importer.suppressed() == {"a@example.com": "BOUNCE"}


def test_list(importer: Importer) -> None:
    importer.ses.create_contact_list(ContactListName="news")
    ids = {importer.create("", SUPPRESS), importer.create("", SUPPRESS)}
    other = importer.create("emailAddress\n", contact_list("PUT"))
    listed = importer.ses.list_import_jobs
    first = listed(ImportDestinationType="SUPPRESSION_LIST", PageSize=1)
    second = listed(
        ImportDestinationType="SUPPRESSION_LIST", PageSize=1, NextToken=first["NextToken"]
    )
    assert {each["JobId"] for each in first["ImportJobs"] + second["ImportJobs"]} == ids
    assert "NextToken" not in second
    [found] = listed(ImportDestinationType="CONTACT_LIST")["ImportJobs"]
    assert found["JobId"] == other
    assert found["ImportDestination"] == contact_list("PUT")


def test_refusals(ses_emulator: SesEmulator) -> None:
    ses = client(ses_emulator, "sesv2")
    source = {"S3Url": "s3://bucket/key", "DataFormat": "CSV"}
    for destination in ({}, SUPPRESS | contact_list("PUT")):
        assert refused(
            ses.create_import_job, ImportDestination=destination, ImportDataSource=source
        ) == (
            "BadRequestException",
            400,
            "ImportDestination must have one of SuppressionListDestination and "
            "ContactListDestination.",
        )
    assert refused(
        ses.create_import_job, ImportDestination=contact_list("PUT"), ImportDataSource=source
    ) == ("NotFoundException", 404, "ContactList <news> doesn't exist")
    assert refused(ses.get_import_job, JobId="x") == (
        "NotFoundException",
        404,
        "Import job x does not exist.",
    )


def test_sandbox() -> None:
    with running(account="sandbox") as emulator:
        ses = client(emulator, "sesv2")
        source = {"S3Url": "s3://bucket/key", "DataFormat": "CSV"}
        assert refused(
            ses.create_import_job, ImportDestination=SUPPRESS, ImportDataSource=source
        ) == (
            "BadRequestException",
            400,
            "To import addresses in bulk your account must have production access.",
        )


def test_too_many_at_a_time() -> None:
    with running(Clock()) as emulator:
        ses = client(emulator, "sesv2")
        source = {"S3Url": "s3://bucket/key", "DataFormat": "CSV"}
        job = {"ImportDestination": SUPPRESS, "ImportDataSource": source}
        for _ in range(20):
            ses.create_import_job(**job)
        assert refused(ses.create_import_job, **job) == TOO_MANY_JOBS


def test_job_is_done_after_a_restart(neighbours: Neighbours, tmp_path: Path) -> None:
    clock = Clock()
    options = {"database": str(tmp_path / "ses.db"), "aws_endpoint": [neighbours.url]}
    with running(clock, **options) as emulator:
        importer = Importer(emulator, clock, neighbours.client("s3"))
        id = importer.create("a@example.com,BOUNCE\n", SUPPRESS)
    clock.now += DELAY
    with running(clock, **options) as emulator:
        ses = client(emulator, "sesv2")
        assert counts(ended(ses, id)) == ("COMPLETED", 1, 0)


def test_reset_leaves_no_job(importer: Importer) -> None:
    importer.create("a@example.com,BOUNCE\n", SUPPRESS)
    importer.emulator.clear()
    importer.clock.now += DELAY
    # What is asked for now is done after what was asked for before.
    assert importer.run("b@example.com,BOUNCE\n", SUPPRESS)["JobStatus"] == "COMPLETED"
    assert importer.suppressed() == {"b@example.com": "BOUNCE"}
