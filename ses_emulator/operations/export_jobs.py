"""Export jobs: the messages or the metrics of an account as a file; only v2 has them.

The file is a document of the kind ExportFile, which is served at ``/_ses/exports/{id}``.
"""

from ses_emulator.operations.export_files import ANY, messages_file, metrics_file
from ses_emulator.operations.jobs import UNFINISHED, Step, create_job
from ses_emulator.operations.metrics import check_vdm
from ses_emulator.operations.paging import page
from ses_emulator.operations.refusals import invalid
from ses_emulator.operations.registry import Request, Result, v2
from ses_emulator.store.account import DAY, Account
from ses_emulator.store.documents import Collection, Document

KIND = "ExportJob"
FILE_KIND = "ExportFile"
TYPES = {"MetricsDataSource": "METRICS_DATA", "MessageInsightsDataSource": "MESSAGE_INSIGHTS"}


@v2("CreateExportJob")
def create_export_job(account: Account, request: Request) -> Result:
    source = request["ExportDataSource"]
    if len(source) != 1:
        raise invalid("One data source must be provided")
    if "S3Url" in request["ExportDestination"]:
        raise invalid("Providing a custom S3 URL is not supported")
    check_vdm(account, "BadRequestException")
    [(name, data)] = source.items()
    if data["StartDate"] >= data["EndDate"]:
        raise invalid("Invalid date range")
    if name == "MetricsDataSource" and (data["StartDate"] % DAY or data["EndDate"] % DAY):
        raise invalid(
            "To get daily aggregated data you must not specify partial-day timestamps. "
            "Please make your interval go from midnight to midnight UTC."
        )
    if name == "MetricsDataSource":
        _check_dimensions(data["Dimensions"])
    return {"JobId": create_job(account, KIND, request | {"ExportSourceType": TYPES[name]})}


@v2("GetExportJob")
def get_export_job(account: Account, request: Request) -> Result:
    job = _jobs(account).get(request["JobId"])
    if job["JobStatus"] == "COMPLETED":
        settings = account.settings
        endpoint = account.endpoint or f"http://{settings.host}:{settings.port}"
        url = f"{endpoint}/_ses/exports/{job['JobId']}"
        job["ExportDestination"] = job["ExportDestination"] | {"S3Url": url}
    return job


@v2("ListExportJobs")
def list_export_jobs(account: Account, request: Request) -> Result:
    source, status = request.get("ExportSourceType"), request.get("JobStatus")
    return page(
        _jobs(account),
        request,
        "ExportJobs",
        lambda id, job: job,
        lambda job: (
            source in (None, job["ExportSourceType"]) and status in (None, job["JobStatus"])
        ),
    )


@v2("CancelExportJob")
def cancel_export_job(account: Account, request: Request) -> None:
    job = _jobs(account).get(request["JobId"])
    if job["JobStatus"] not in UNFINISHED:
        raise invalid(f"Cannot cancel an export job that has a <{job['JobStatus']}> status.")
    _jobs(account).update(job["JobId"], JobStatus="CANCELLED", CompletedTimestamp=account.now())


def export_file(account: Account, job: Document, step: Step) -> None:
    """Do an export job."""
    format = job["ExportDestination"]["DataFormat"]
    [(name, data)] = job["ExportDataSource"].items()
    write = metrics_file if name == "MetricsDataSource" else messages_file
    file = write(account, data, format)

    def keep() -> Document:
        type = "text/csv" if format == "CSV" else "application/json"
        document = {"Content": file.content, "Type": type}
        account.collection(FILE_KIND).put(job["JobId"], document)
        return {
            "Statistics": {
                "ProcessedRecordsCount": file.processed,
                "ExportedRecordsCount": file.exported,
            }
        }

    step(keep)


def _check_dimensions(dimensions: dict[str, list[str]]) -> None:
    for name, values in dimensions.items():
        others = (given for other, given in dimensions.items() if other != name)
        if ANY in values and any(len(given) > 1 for given in others):
            raise invalid(
                f"If one dimension has the value {ANY}, the others can have only one value."
            )


def _jobs(account: Account) -> Collection:
    return account.collection(KIND)
