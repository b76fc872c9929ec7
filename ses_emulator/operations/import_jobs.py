"""Import jobs: contacts or suppressed addresses from a file in S3; only v2 has them."""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice

from ses_emulator.errors import AwsError, Exists, Missing, SesError
from ses_emulator.mail.profile import profile_of
from ses_emulator.neighbours import NoNeighbour
from ses_emulator.operations import contacts, suppression
from ses_emulator.operations.import_records import BadRecord, Record, records
from ses_emulator.operations.jobs import JobFailed, Step, create_job
from ses_emulator.operations.paging import page
from ses_emulator.operations.refusals import invalid
from ses_emulator.operations.registry import Request, Result, v2
from ses_emulator.store.account import Account
from ses_emulator.store.documents import Collection, Document

KIND = "ImportJob"
# By destination and action. Source: the guide, "Service quotas in Amazon SES".
MOST_RECORDS = {
    ("SUPPRESSION_LIST", "PUT"): 100_000,
    ("SUPPRESSION_LIST", "DELETE"): 10_000,
    ("CONTACT_LIST", "PUT"): 1_000_000,
    ("CONTACT_LIST", "DELETE"): 1_000_000,
}
# In one transaction, so that sends need not wait for a whole job.
BATCH = 200
PROGRESS = ("ProcessedRecordsCount", "FailedRecordsCount", "FailureInfo")


@v2("CreateImportJob")
def create_import_job(account: Account, request: Request) -> Result:
    destination = request["ImportDestination"]
    if len(destination) != 1:
        raise invalid(
            "ImportDestination must have one of SuppressionListDestination and "
            "ContactListDestination."
        )
    if not profile_of(account).production:
        raise invalid("To import addresses in bulk your account must have production access.")
    if "ContactListDestination" in destination:
        name = destination["ContactListDestination"]["ContactListName"]
        if account.collection("ContactList").find(name) is None:
            raise AwsError("NotFoundException", f"ContactList <{name}> doesn't exist")
    counts = {"ProcessedRecordsCount": 0, "FailedRecordsCount": 0}
    return {"JobId": create_job(account, KIND, request | counts)}


@v2("GetImportJob")
def get_import_job(account: Account, request: Request) -> Result:
    return _jobs(account).get(request["JobId"])


@v2("ListImportJobs")
def list_import_jobs(account: Account, request: Request) -> Result:
    wanted = request.get("ImportDestinationType")
    return page(
        _jobs(account),
        request,
        "ImportJobs",
        lambda id, job: job,
        lambda job: wanted in (None, _target(job)[0]),
    )


def import_file(account: Account, job: Document, step: Step) -> None:
    """Do an import job. Records that SES would refuse are counted and passed over.

    What was done of it before a restart is not done again. Raises JobFailed.
    """
    target = _target(job)
    content = _read(account, job["ImportDataSource"]["S3Url"])
    format = job["ImportDataSource"]["DataFormat"]

    def every() -> Iterator[Record]:
        return records(content, format, target[0] == "CONTACT_LIST")

    most = MOST_RECORDS[target]
    try:
        count = sum(1 for _ in islice(every(), most + 1))
    except BadRecord as error:
        raise JobFailed(str(error)) from None
    if count > most:
        raise JobFailed(f"The file has more than {most} records.")
    put = _put(account, job)
    rest = islice(every(), job["ProcessedRecordsCount"], None)
    while batch := list(islice(rest, BATCH)):
        step(partial(_import, job, batch, put))


def _import(job: Document, batch: list[Record], put: Callable[[Request], object]) -> Document:
    """Take in some records; the members of the job after them."""
    for number, record in batch:
        job["ProcessedRecordsCount"] += 1
        try:
            if isinstance(record, BadRecord):
                raise record
            put(record)
        except (BadRecord, SesError) as error:
            if isinstance(error, Missing) and error.kind == "ContactList":
                raise JobFailed(f"ContactList <{error.name}> doesn't exist") from None
            job["FailedRecordsCount"] += 1
            job.setdefault("FailureInfo", {"ErrorMessage": f"Record {number}: {error}"})
    return {name: job.get(name) for name in PROGRESS}


def _put(account: Account, job: Document) -> Callable[[Request], object]:
    """What is done with each record of a job."""
    type, action = _target(job)
    if type == "SUPPRESSION_LIST":
        if action == "DELETE":
            return lambda request: suppression.delete_suppressed_destination(account, request)
        return lambda request: _suppress(account, request)
    name = job["ImportDestination"]["ContactListDestination"]["ContactListName"]
    if action == "DELETE":
        return lambda request: contacts.delete_contact(account, request | {"ContactListName": name})
    return lambda request: _put_contact(account, request | {"ContactListName": name})


def _suppress(account: Account, request: Request) -> None:
    if "Reason" not in request:
        raise BadRecord("reason is missing.")
    suppression.put_suppressed_destination(account, request)


def _put_contact(account: Account, request: Request) -> None:
    """Replace what is known of the contact, if it is there."""
    try:
        contacts.create_contact(account, request)
    except Exists:
        contacts.update_contact(account, request)


def _read(account: Account, url: str) -> bytes:
    """The object at ``s3://bucket/key``. Raises JobFailed."""
    bucket, _, key = url.removeprefix("s3://").partition("/")
    try:
        s3 = account.instance.neighbours.client(account.settings, "s3", account.id, account.region)
    except NoNeighbour as error:
        raise JobFailed(str(error)) from None
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        content: bytes = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    except (BotoCoreError, ClientError) as error:
        raise JobFailed(f"{url} cannot be read: {error}") from None
    return content


def _target(job: Document) -> tuple[str, str]:
    """The type of a job's destination and its action, ``PUT`` or ``DELETE``."""
    destination = job["ImportDestination"]
    if "ContactListDestination" in destination:
        return "CONTACT_LIST", destination["ContactListDestination"]["ContactListImportAction"]
    chosen = destination["SuppressionListDestination"]
    return "SUPPRESSION_LIST", chosen["SuppressionListImportAction"]


def _jobs(account: Account) -> Collection:
    return account.collection(KIND)
