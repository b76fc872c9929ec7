"""What goes wrong, said once and worded by each API at its edge."""

import errno
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
    """The resource ``name`` of this ``kind`` does not exist; each API has words of its own for it.

    ``parent`` names the resource that it would belong to, if any.
    """

    def __init__(self, kind: str, name: str, parent: str = "") -> None:
        super().__init__(f"{kind} {name} does not exist")
        self.kind = kind
        self.name = name
        self.parent = parent


class Exists(SesError):
    """There is a resource ``name`` of this ``kind`` already; see Missing."""

    def __init__(self, kind: str, name: str, parent: str = "") -> None:
        super().__init__(f"{kind} {name} exists already")
        self.kind = kind
        self.name = name
        self.parent = parent


class ListenError(Exception):
    """A port cannot be listened on; the message names its option, the reason and the way out.

    ``option`` is the flag that set the port, such as ``--smtp-port``.
    """

    def __init__(self, option: str, port: int, host: str, error: OSError) -> None:
        if error.errno == errno.EADDRINUSE:
            reason = f"the port is in use on {host}; choose another, or 0 for any free one"
        else:
            reason = f"cannot listen on {host}: {error.strerror or error}"
        super().__init__(f"{option} {port}: {reason}")
