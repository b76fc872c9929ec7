"""What the endpoint of a topic asks of SNS: to confirm its subscription, or to end it.

Source: SNS's API reference, "ConfirmSubscription" and "Unsubscribe".
"""

from collections.abc import Callable, Mapping

import xmltodict

from ses_emulator.events import topics
from ses_emulator.store.account import Instance

NAMESPACE = "http://sns.amazonaws.com/doc/2010-03-31/"
STATUSES = {"InvalidParameter": 400, "NotFound": 404}
Fields = Mapping[str, str]


def answer(instance: Instance, action: str, fields: Fields, request_id: str) -> tuple[int, bytes]:
    """Status and XML that answer one of ACTIONS."""
    try:
        result = ACTIONS[action](instance, fields)
    except topics.SubscriptionError as error:
        said = {"Type": "Sender", "Code": error.code, "Message": str(error)}
        return STATUSES[error.code], _xml("ErrorResponse", Error=said, RequestId=request_id)
    metadata = {"RequestId": request_id}
    return 200, _xml(f"{action}Response", **result, ResponseMetadata=metadata)


def _confirm(instance: Instance, fields: Fields) -> dict[str, object]:
    subscription = topics.confirm(instance, fields.get("TopicArn", ""), fields.get("Token", ""))
    return {"ConfirmSubscriptionResult": {"SubscriptionArn": subscription.arn}}


def _unsubscribe(instance: Instance, fields: Fields) -> dict[str, object]:
    topics.unsubscribe(instance, fields.get("SubscriptionArn", ""))
    return {}


def _xml(root: str, **members: object) -> bytes:
    tree = {root: {"@xmlns": NAMESPACE, **members}}
    return str(xmltodict.unparse(tree, full_document=False)).encode()


ACTIONS: dict[str, Callable[[Instance, Fields], dict[str, object]]] = {
    "ConfirmSubscription": _confirm,
    "Unsubscribe": _unsubscribe,
}
