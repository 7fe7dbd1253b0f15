"""How long migrations wait, for each other and for the application: settings, in seconds."""

from dataclasses import dataclass, fields

from stratakit.config import Config, settings
from stratakit.revisions import phases


@dataclass(frozen=True)
class Patience:
    """The settings `MIGRATION_...` of a service; one that its class lacks has the default here.

    Args:
        wait_seconds: how long to wait for another migrator of the same database.
        lock_timeout_seconds: how long to wait for a table in use, while all who come later wait
            behind. 0 is no limit.
        retry_seconds: how long to try again after that.
        statement_timeout_seconds: how long a statement of a revision may take (PostgreSQL).
        data_statement_timeout_seconds: the same for revisions of the phase `backfill`.
    """

    wait_seconds: float = 600.0
    lock_timeout_seconds: float = 1.0
    retry_seconds: float = 600.0
    statement_timeout_seconds: float = 900.0
    data_statement_timeout_seconds: float = 0.0

    @classmethod
    def of(cls, config: Config) -> "Patience":
        """Read it from the settings of a service."""
        given = settings(config)
        named = {field.name: f"migration_{field.name}" for field in fields(cls)}
        return cls(
            **{key: getattr(given, name) for key, name in named.items() if hasattr(given, name)}
        )

    def statement_timeout(self, phase: str | None) -> float:
        """Seconds that a statement of a revision of this phase may take; 0 is no limit."""
        if phase in phases.DATA:
            return self.data_statement_timeout_seconds
        return self.statement_timeout_seconds
