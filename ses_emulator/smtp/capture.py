"""Captures messages that come at the same time in one transaction, which takes half of the time."""

import asyncio
import logging
from collections.abc import Callable

from ses_emulator.mail import pipeline, refused
from ses_emulator.mail.message import Submission
from ses_emulator.smtp.data import read_message
from ses_emulator.store.account import Account, Instance

log = logging.getLogger(__name__)

# So many turns of the loop a message waits at most for those that other clients are sending.
TURNS = 20

# Account, submission, and where its MessageId goes.
_Waiting = tuple[Account, Submission, asyncio.Future[str]]


class Capture:
    """Gives the small messages of all connections to the pipeline, on the event loop."""

    def __init__(self, instance: Instance) -> None:
        self._database = instance.database
        self._waiting: list[_Waiting] = []
        self._coming = 0

    async def read(
        self, reader: asyncio.StreamReader, largest: int, progress: Callable[[], object]
    ) -> bytes | None:
        """What a client sends after DATA, as read_message gives it."""
        self._coming += 1
        try:
            return await read_message(reader, largest, progress)
        finally:
            self._coming -= 1

    def send(self, account: Account, submission: Submission) -> asyncio.Future[str]:
        """The MessageId, when the message is stored. It raises what pipeline.send does."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[str] = loop.create_future()
        self._waiting.append((account, submission, future))
        if len(self._waiting) == 1:
            loop.call_soon(self._send_after, TURNS)
        return future

    def _send_after(self, turns: int) -> None:
        # Clients that were answered together stay together.
        if self._coming and turns:
            asyncio.get_running_loop().call_soon(self._send_after, turns - 1)
        else:
            self._send_waiting()

    def _send_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        for (_, _, future), result in zip(waiting, self._results(waiting), strict=True):
            if future.done():  # The client may have gone.
                continue
            if isinstance(result, str):
                future.set_result(result)
            else:
                future.set_exception(result)

    def _results(self, waiting: list[_Waiting]) -> list[str | Exception]:
        if len(waiting) > 1:
            try:
                with self._database.attempt():
                    return [_send(account, submission) for account, submission, _ in waiting]
            except Exception:
                log.exception("Messages are tried again one by one: one of them spoilt the others")
        return [_send(account, submission) for account, submission, _ in waiting]


def keep_refused(account: Account, submission: Submission, reply: str) -> None:
    """Keep a message that was answered with this reply, for the developer to see."""
    code, _, words = reply.partition(" ")
    assert isinstance(submission.content, bytes)
    with account.instance.database.attempt():
        refused.keep(
            account,
            id=account.instance.new_id(),
            api=submission.api,
            operation=submission.operation,
            raw=submission.content,
            code=code,
            message=words,
            mail_from=submission.mail_from or "",
            recipients=submission.recipients or (),
        )


def _send(account: Account, submission: Submission) -> str | Exception:
    try:
        return pipeline.send(account, submission)
    except Exception as error:
        return error
