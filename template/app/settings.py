"""The settings, from the environment, then from `.env`, then from files in /run/secrets.

A file is named like its setting (`/run/secrets/database_url`), where Docker mounts secrets and
Kubernetes can. SECRETS_DIR names another folder.
"""

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

ROOT = Path(__file__).resolve().parent.parent
Environment = Literal["development", "test", "staging", "production", "prod"]
LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]
SECRETS = Path(os.environ.get("SECRETS_DIR", "/run/secrets"))


class ServiceSettings(BaseSettings):
    """Settings that end the process with one message if a value is not valid."""

    model_config = SettingsConfigDict(
        env_file=ROOT / ".env",
        secrets_dir=SECRETS if SECRETS.is_dir() else None,
        extra="ignore",
    )

    def __init__(self, **values: Any) -> None:
        try:
            super().__init__(**values)
            return
        except ValidationError as error:
            # Without the values, which may be secrets.
            reasons = [
                f"{'.'.join(map(str, each['loc'])).upper()}: {each['msg']}"
                for each in error.errors(include_input=False)
            ]
        except SettingsError as error:
            reasons = [str(error)]
        raise SystemExit("\n".join(["These settings are not valid:", *reasons]))


class Settings(ServiceSettings):
    """Add your own: `orders_per_page: int = 50` is set by ORDERS_PER_PAGE."""

    environment: Annotated[Environment, BeforeValidator(str.lower)] = "development"
    """The place that this runs in. `production` asks twice before data could be lost."""

    log_level: Annotated[LogLevel, BeforeValidator(str.upper)] = "INFO"

    database_url: SecretStr | None = None
    """The database. Unset: the local one, which strata.toml names."""

    database_pool_size: Annotated[int, Field(gt=0)] = 10
    """Connections of one process, and requests that use the database at the same time."""

    database_pool_timeout_seconds: Annotated[float, Field(gt=0)] = 30.0
    """The time that a request waits for a connection before it is answered 503."""

    database_prepare_threshold: Annotated[int, Field(ge=0)] = 5
    """PostgreSQL prepares a statement at this use of it. 0 is never: before PgBouncer 1.21."""

    max_concurrent_requests: Annotated[int, Field(gt=0)] = 500
    """Requests that one process works on at the same time; a further one is answered 503."""

    max_body_bytes: Annotated[int, Field(ge=0)] = 1_000_000
    """The largest request that is read; a larger one is answered 413."""

    body_timeout_seconds: Annotated[float, Field(gt=0)] = 30.0
    """The time that a client may take to send the body of a request before it is answered 408."""

    slow_statement_seconds: Annotated[float, Field(gt=0)] = 1.0
    """A statement that takes longer is logged, with its route and without its values."""

    cors_origins: list[str] = []
    """The origins, such as ["https://example.com"], whose scripts may read responses."""

    allowed_hosts: list[str] = []
    """The hosts that requests may name, such as ["api.example.com"]; none set: any host."""

    show_docs: bool | None = None
    """True if /docs and /openapi.json are served. Unset: everywhere but in production."""

    migration_database_url: SecretStr | None = None
    """The database as the owner of the schema reaches it, without a pooler in between."""

    @property
    def migration_url(self) -> SecretStr | None:
        """The database as migrations reach it."""
        return self.migration_database_url or self.database_url

    @property
    def shows_docs(self) -> bool:
        """True if /docs and /openapi.json are served."""
        return not self.in_production if self.show_docs is None else self.show_docs

    @property
    def in_production(self) -> bool:
        """True if the service runs in production."""
        return self.environment in {"production", "prod"}
