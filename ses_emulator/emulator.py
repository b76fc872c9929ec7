"""One running emulator: store, listeners and workers, started and stopped together."""

import time
from collections.abc import Callable
from types import TracebackType
from typing import Self

from ses_emulator.config import Settings
from ses_emulator.events.account_metrics import AccountMetrics
from ses_emulator.events.outbox import Outbox
from ses_emulator.inbound.arrivals import Arrivals
from ses_emulator.inbound.zones import Zone, amazon, resolver
from ses_emulator.mail.feedback import happen
from ses_emulator.mail.index import Indexer
from ses_emulator.mail.release import Releaser
from ses_emulator.mail.rules import Rules, check_file
from ses_emulator.mail.virus import Scanner
from ses_emulator.operations import dns
from ses_emulator.operations.export_jobs import export_file
from ses_emulator.operations.import_jobs import import_file
from ses_emulator.operations.jobs import JobRunner
from ses_emulator.server.asgi import Application
from ses_emulator.server.aws import AwsEndpoint
from ses_emulator.server.http import HttpServer
from ses_emulator.server.inspection import create_app
from ses_emulator.smtp.listeners import SmtpListeners
from ses_emulator.store.account import Instance, random_uuid
from ses_emulator.store.changes import Changes
from ses_emulator.store.database import Database
from ses_emulator.store.messages import Messages


class Emulator:
    """A local Amazon SES. Two of them in one process do not see each other.

    As a context manager it runs within the block. Raises StoreError if the database cannot be
    used, ConfigError if another option cannot; ``start`` raises ListenError if a port cannot be
    had.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        clock: Callable[[], float] = time.time,
        new_id: Callable[[], str] = random_uuid,
    ) -> None:
        self.settings = settings
        check_file(settings.rules)
        zone = Zone(settings.zone)
        self._database = Database(settings.database)
        changes = Changes()
        messages = Messages(self._database, changes, settings.max_messages)
        self.instance = Instance(
            settings,
            self._database,
            changes,
            messages,
            clock,
            new_id,
            url=lambda: self.url,
            lookup=resolver(zone.lookup, lambda *asked: dns.values(self.instance, *asked), amazon),
        )
        self._rules = Rules(self.instance)
        self._rules.load()
        self._indexer = Indexer(self.instance)
        self._scanner = Scanner(self.instance, happen)
        self._arrivals = Arrivals(self.instance)
        self._releaser = Releaser(self.instance)
        works = {"ExportJob": export_file, "ImportJob": import_file}
        self._jobs = JobRunner(self.instance, works)
        self._account_metrics = AccountMetrics(self.instance)
        self._outbox = Outbox(self.instance)
        flask = create_app(self.instance, self._indexer, lambda: self.ports, self.clear)
        self._http = HttpServer(
            Application(AwsEndpoint(self.instance), flask), settings.host, settings.port
        )
        self._smtp = SmtpListeners(self.instance)

    @property
    def ports(self) -> dict[str, int | None]:
        """The ports that are listened on: http, smtp, smtps, inbound; None is not open."""
        return {"http": self._http.port, "smtp": None, "smtps": None, "inbound": None} | (
            self._smtp.ports
        )

    @property
    def url(self) -> str:
        """Where the AWS APIs and the inbox are."""
        host = self.settings.host
        if host in ("0.0.0.0", "::"):  # all addresses, which is none to go to
            host = "localhost"
        return f"http://{f'[{host}]' if ':' in host else host}:{self._http.port}"

    def start(self) -> None:
        """Return when everything listens. Raises ListenError."""
        try:
            self._smtp.start()
            self._http.start()
        except BaseException:
            self.stop()
            raise
        self._indexer.start()
        self._scanner.start()
        self._arrivals.start()
        self._releaser.start()
        self._jobs.start()
        self._account_metrics.start()
        self._outbox.start()

    def stop(self) -> None:
        """Stop within two seconds; what was answered is stored."""
        self.instance.changes.close()
        self._account_metrics.stop()
        self._http.stop()
        self._smtp.stop()
        self._outbox.stop()
        self._indexer.stop()
        self._scanner.stop()
        self._arrivals.stop()
        self._releaser.stop()
        self._jobs.stop()
        self._database.close()

    def clear(self) -> None:
        """Forget everything in all accounts and regions."""
        with self._database.transaction():
            self._database.clear()
            self.instance.messages.clear()
            self.instance.buckets.clear()
            self.instance.rule_runs.clear()
            self._account_metrics.forget()
            self._rules.load()
            self._database.after_commit(self._outbox.clear)
            self._database.after_commit(lambda: self.instance.changes.publish("reset"))

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()
