"""Jobs: what a request asks for and a thread does after it, one by one, in their order.

A job is a document of its kind with JobId, JobStatus, CreatedTimestamp, CompletedTimestamp and
FailureInfo. It is CREATED until its work begins, DELAY after it was made.
"""

import logging
import threading
from collections.abc import Callable, Mapping

from ses_emulator.errors import AwsError
from ses_emulator.store.account import Account, Instance, Ticket
from ses_emulator.store.documents import Document, everywhere

log = logging.getLogger(__name__)

# Seconds on the emulator's clock that everything takes which takes SES a minute or a day.
DELAY = 1.0
# How often a job that is not due looks at the clock, in real seconds.
LOOK = 0.05
UNFINISHED = ("CREATED", "PROCESSING")
# Of a kind. Source: the guide, "Service quotas in Amazon SES".
MOST_AT_A_TIME = 20

# Calls what it is given within a transaction, which gives members of the job that are known now.
Step = Callable[[Callable[[], Document]], None]
# Does the work of a job, outside of a transaction; what it writes it writes in steps.
Work = Callable[[Account, Document, Step], None]


class JobFailed(Exception):
    """The job cannot be done; the message says why."""


class Stopped(Exception):
    """The job is gone or cancelled, or the emulator stops: the rest is not done."""


def create_job(account: Account, kind: str, document: Document) -> str:
    """Make a job and have it done; its JobId. Raises AwsError ``LimitExceeded``."""
    jobs = account.collection(kind)
    if sum(job["JobStatus"] in UNFINISHED for _, job in jobs.all()) >= MOST_AT_A_TIME:
        raise AwsError(
            "LimitExceeded",
            "There are too many jobs running - either cancel one of the jobs or wait for it to "
            "complete before resubmitting.",
        )
    id = account.instance.new_id()
    new = {"JobId": id, "JobStatus": "CREATED", "CreatedTimestamp": account.now()}
    jobs.create(id, document | new)
    ticket = Ticket(account.id, account.region, kind, id)
    account.instance.database.after_commit(lambda: account.instance.tickets.put(ticket))
    return id


class JobRunner:
    """The thread that does the jobs of an instance; ``works`` has how, by kind."""

    def __init__(self, instance: Instance, works: Mapping[str, Work]) -> None:
        self._instance = instance
        self._works = works
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)

    def start(self) -> None:
        """Begin with the jobs that were not finished when the database was last in use."""
        unfinished = [
            (job["CreatedTimestamp"], Ticket(account, region, kind, id))
            for kind in self._works
            for account, region, id, job in everywhere(self._instance.database, kind)
            if job["JobStatus"] in UNFINISHED
        ]
        for _, ticket in sorted(unfinished, key=lambda each: each[0]):
            self._instance.tickets.put(ticket)
        self._thread.start()

    def stop(self, timeout: float = 1.0) -> None:
        """Stop; what is not finished will be after the next start."""
        self._stopping.set()
        self._instance.tickets.put(None)
        if self._thread.is_alive():
            self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stopping.is_set():
            ticket = self._instance.tickets.get()
            if ticket is None:
                return
            try:
                self._do(ticket)
            except Stopped:
                pass
            except Exception:
                if not self._stopping.is_set():  # then the database may be closed
                    log.exception("Job %s could not be finished", ticket.id)

    def _do(self, ticket: Ticket) -> None:
        account = Account(self._instance, ticket.account, ticket.region)
        jobs = account.collection(ticket.kind)

        def step(write: Callable[[], Document]) -> None:
            if self._stopping.is_set():
                raise Stopped
            with self._instance.database.transaction():
                job = jobs.find(ticket.id)
                if job is None or job["JobStatus"] not in UNFINISHED:
                    raise Stopped
                jobs.update(ticket.id, **write())

        while (job := jobs.find(ticket.id)) and account.now() < job["CreatedTimestamp"] + DELAY:
            if self._stopping.wait(LOOK):
                return
        if job is None:
            return
        step(lambda: {"JobStatus": "PROCESSING"})
        try:
            self._works[ticket.kind](account, job, step)
        except JobFailed as error:
            _end(account, step, "FAILED", FailureInfo={"ErrorMessage": str(error)})
        except Stopped:
            raise
        except Exception:
            message = "An internal error occurred in ses-emulator; its log tells more."
            _end(account, step, "FAILED", FailureInfo={"ErrorMessage": message})
            raise
        else:
            _end(account, step, "COMPLETED")


def _end(account: Account, step: Step, status: str, **members: Document) -> None:
    step(lambda: {"JobStatus": status, "CompletedTimestamp": account.now(), **members})
