"""Settings, in seconds: the time that migrations wait for each other and for tables in use."""

from dataclasses import dataclass, fields

from stratakit.config import Config
from stratakit.diagnostics.errors import UsageError
from stratakit.revisions import phases


@dataclass(frozen=True)
class WaitPolicy:
    """The variables `MIGRATION_...` of a project, each with the default that it has when unset.

    Args:
        wait_seconds: how long to wait for another migrator of the same database.
        lock_timeout_seconds: how long to wait for a table in use, while all later sessions wait
            too. 0 is no limit.
        retry_seconds: how long to retry after that.
        statement_timeout_seconds: how long a statement of a revision may take (PostgreSQL).
        data_statement_timeout_seconds: the same for revisions of the phase `backfill`.
    """

    wait_seconds: float = 600.0
    lock_timeout_seconds: float = 1.0
    retry_seconds: float = 600.0
    statement_timeout_seconds: float = 900.0
    data_statement_timeout_seconds: float = 0.0

    @classmethod
    def from_config(cls, config: Config) -> "WaitPolicy":
        """Read the settings from the environment, or else from the project's `.env`.

        Raises:
            StrataError: a value is not a number of seconds.
        """
        values = {}
        for field in fields(cls):
            name = f"MIGRATION_{field.name.upper()}"
            if (text := config.variable(name)) is not None:
                values[field.name] = _parse_seconds(name, text)
        return cls(**values)

    def statement_timeout(self, phase: str | None) -> float:
        """Return the seconds that a statement of a revision of a phase may take; 0 is no limit."""
        if phase in phases.DATA:
            return self.data_statement_timeout_seconds
        return self.statement_timeout_seconds


def _parse_seconds(name: str, text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds < float("inf"):
        raise UsageError(
            f"{name} = {text!r} is not a number of seconds.",
            detail="The migration would use another limit than the intended one.",
            hint=f"Set it in the environment or in .env: {name}=10",
        )
    return seconds
