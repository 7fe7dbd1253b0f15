"""The settings that every service has; a service adds its own in `app/settings.py`."""

import os
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from strata import config

SECRETS = Path(os.environ.get("SECRETS_DIR", "/run/secrets"))


class ServiceSettings(BaseSettings):
    """Read from the environment, then from `.env` in the service's folder, then from files.

    A file is named as its setting, `/run/secrets/database_url`, where Docker mounts secrets and
    Kubernetes can; SECRETS_DIR names another folder.

    An error in a value names the setting and not the value, which may be a secret.
    """

    model_config = SettingsConfigDict(
        env_file=config.ROOT / ".env",
        secrets_dir=SECRETS if SECRETS.is_dir() else None,
        extra="ignore",
        hide_input_in_errors=True,
    )

    environment: str = "development"
    """Where this runs. In `production` and `prod` what could lose data is asked for twice."""

    database_url: SecretStr | None = None
    """The database. Unset: the local one."""

    database_pool_size: Annotated[int, Field(gt=0)] = 10
    """Connections of one process, and requests that use the database at the same time."""

    database_pool_timeout_seconds: Annotated[float, Field(gt=0)] = 30.0
    """How long a request waits for its turn before it is answered 503."""

    database_prepare_threshold: Annotated[int, Field(ge=0)] = 5
    """PostgreSQL: a statement is prepared when it is used for this many times; 0 is never, which
    PgBouncer before 1.21 needs in transaction pooling."""

    migration_database_url: SecretStr | None = None
    """The database as migrations reach it: as the owner of the schema, and without a pooler in
    between. Unset: DATABASE_URL."""

    migration_wait_seconds: Annotated[float, Field(ge=0)] = 600.0
    """How long a migrator waits for another one."""

    migration_lock_timeout_seconds: Annotated[float, Field(ge=0)] = 1.0
    """How long a migration waits for a table in use, while all who come later wait behind it."""

    migration_retry_seconds: Annotated[float, Field(ge=0)] = 600.0
    """How long a migration tries again after that."""

    migration_statement_timeout_seconds: Annotated[float, Field(ge=0)] = 900.0
    """PostgreSQL: how long a statement of a revision may take; 0 is no limit."""

    migration_data_statement_timeout_seconds: Annotated[float, Field(ge=0)] = 0.0
    """PostgreSQL: the same in revisions with `phase = "backfill"`."""

    log_level: str = "INFO"
    """The level of the root logger."""

    @property
    def in_production(self) -> bool:
        """Whether a mistake here would reach customers."""
        return self.environment.lower() in {"production", "prod"}
