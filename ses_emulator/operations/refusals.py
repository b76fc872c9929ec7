"""Refusals that many operations have in common."""

from ses_emulator.errors import AwsError
from ses_emulator.store.documents import Collection


def invalid(message: str) -> AwsError:
    """What an operation raises for a request that it does not take."""
    return AwsError("InvalidParameterValue", message)


def check_limit(collection: Collection, most: int, message: str) -> None:
    """Raise AwsError ``LimitExceeded`` if there are more than ``most`` documents.

    Called after a document was added: what is refused is rolled back.
    """
    if collection.count() > most:
        raise AwsError("LimitExceeded", message)
