"""This service's settings, from the environment and `.env`."""

from stratakit.DEL import ServiceSettings


class Settings(ServiceSettings):
    """Add yours here: `orders_per_page: int = 50` is set by ORDERS_PER_PAGE."""
