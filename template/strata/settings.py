"""The settings that every service has; a service adds its own in `app/settings.py`."""

from typing import Annotated

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from strata import config


class ServiceSettings(BaseSettings):
    """Read from the environment, then from `.env` in the service's folder.

    An error in a value names the setting and not the value, which may be a secret.
    """

    model_config = SettingsConfigDict(
        env_file=config.ROOT / ".env", extra="ignore", hide_input_in_errors=True
    )

    environment: str = "development"
    """Where this runs. In `production` and `prod` what could lose data is asked for twice."""

    database_url: SecretStr | None = None
    """The database. Unset: the local one."""

    database_pool_size: Annotated[int, Field(gt=0)] = 10
    """Connections of one process, and requests that use the database at the same time."""

    database_pool_timeout_seconds: Annotated[float, Field(gt=0)] = 30.0
    """How long a request waits for its turn before it is answered 503."""

    log_level: str = "INFO"
    """The level of the root logger."""

    @property
    def in_production(self) -> bool:
        """Whether a mistake here would reach customers."""
        return self.environment.lower() in {"production", "prod"}
