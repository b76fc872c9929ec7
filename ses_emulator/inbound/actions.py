"""Runs the actions of receipt rules, each by what is registered for its kind."""

import logging
from collections.abc import Iterable, Mapping
from contextlib import nullcontext

from ses_emulator.inbound import local_actions, service_actions
from ses_emulator.inbound.delivery import ActionResult, Delivery, Runner
from ses_emulator.inbound.publishing import announce
from ses_emulator.store.account import Account
from ses_emulator.store.documents import Document

log = logging.getLogger(__name__)

# Those that wait for nothing outside: they are run in the transaction that stores the mail.
LOCAL: Mapping[str, Runner] = {
    "AddHeaderAction": local_actions.add_header,
    "BounceAction": local_actions.bounce,
    "ConnectAction": local_actions.record_connect,
    "SNSAction": service_actions.to_sns,
    "StopAction": local_actions.stop,
    "WorkmailAction": local_actions.record_workmail,
}
RUNNERS: Mapping[str, Runner] = {
    **LOCAL,
    "LambdaAction": service_actions.to_lambda,
    "S3Action": service_actions.to_s3,
}


def run(account: Account, action: Document, delivery: Delivery) -> ActionResult:
    """Run an action as the API has it, and notify its topic if it has one.

    Never raises: a mail that was taken is not lost for it.
    """
    [(kind, members)] = action.items()
    if kind not in RUNNERS:
        return ActionResult("not run", error=f"ses-emulator runs no {kind}.")
    undone = account.instance.database.attempt() if kind in LOCAL else nullcontext()
    try:
        with undone:
            result = RUNNERS[kind](account, members, delivery)
            topic = members.get("TopicArn")
            if topic and kind != "SNSAction" and result.status == "done":
                body = delivery.notification(action)
                result.notified = announce(account, delivery, action, "sns", topic, body)
            return result
    except Exception as error:
        log.exception("%s failed for message %s", kind, delivery.stored.id)
        return ActionResult("failed", error=f"{type(error).__name__}: {error}")


def are_local(rules: Iterable[Document]) -> bool:
    """Whether all actions of the rules wait for nothing outside."""
    return all(kind in LOCAL for rule in rules for action in rule["Actions"] for kind in action)
