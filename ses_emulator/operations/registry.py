"""Where the operations register themselves, under the names that AWS gives them."""

from collections.abc import Callable
from typing import Any

from ses_emulator.store.account import Account

Request = dict[str, Any]
Result = dict[str, Any]
Function = Callable[[Account, Request], Result | None]


class Registry(dict[str, Function]):
    """The functions of one API by operation name. Used as a decorator: ``@v2("GetAccount")``.

    A function is called in a transaction, in which nobody may wait for anything else. One that
    asks other services is registered as ``outside``: it is called on a thread, in no transaction,
    and opens one itself for what it reads and writes.
    """

    def __init__(self) -> None:
        super().__init__()
        self.outside: set[str] = set()

    def __call__(self, name: str, *, outside: bool = False) -> Callable[[Function], Function]:
        def register(function: Function) -> Function:
            assert name not in self, f"{name} is registered twice"
            self[name] = function
            if outside:
                self.outside.add(name)
            return function

        return register


v1 = Registry()
v2 = Registry()
