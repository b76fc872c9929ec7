"""Where the operations register themselves, under the names that AWS gives them."""

from collections.abc import Callable
from typing import Any

from ses_emulator.store.account import Account

Request = dict[str, Any]
Result = dict[str, Any]
Function = Callable[[Account, Request], Result | None]


class Registry(dict[str, Function]):
    """The functions of one API by operation name. Used as a decorator: ``@v2("GetAccount")``."""

    def __call__(self, name: str) -> Callable[[Function], Function]:
        def register(function: Function) -> Function:
            assert name not in self, f"{name} is registered twice"
            self[name] = function
            return function

        return register


v1 = Registry()
v2 = Registry()
