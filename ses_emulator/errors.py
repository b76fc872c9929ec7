"""What goes wrong, said once and worded by each API at its edge."""

from typing import Any


class SesError(Exception):
    """Any refusal that the caller is told about."""


class AwsError(SesError):
    """A refusal with AWS's own code and words.

    ``code`` is v1's; an API with another name for it translates it at its edge.
    ``members`` are further members of the error's shape, such as ``ConfigurationSetName``.
    """

    def __init__(self, code: str, message: str, **members: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.members = members


class Missing(SesError):
    """The resource ``name`` of this ``kind`` does not exist; each API has words of its own for it."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"{kind} {name} does not exist")
        self.kind = kind
        self.name = name


class Exists(SesError):
    """There is a resource ``name`` of this ``kind`` already."""

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"{kind} {name} exists already")
        self.kind = kind
        self.name = name
