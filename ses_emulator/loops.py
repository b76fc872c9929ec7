"""Event loops: uvloop's where there is one, for it takes a third of the time."""

import asyncio


def new_event_loop() -> asyncio.AbstractEventLoop:
    """A new loop, not set as the current one."""
    try:
        import uvloop
    except ImportError:
        return asyncio.new_event_loop()
    loop: asyncio.AbstractEventLoop = uvloop.new_event_loop()
    return loop
