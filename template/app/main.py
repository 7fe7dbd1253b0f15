"""The application."""

from fastapi import FastAPI

from app.settings import Settings
from stratakit import config
from stratakit import web


def create_app(settings: Settings | None = None) -> FastAPI:
    """Make the application; each feature's router is found in `app/*/routes.py`."""
    service = config.load()
    settings = settings or Settings()
    app = FastAPI(
        title=service.name,
        description=service.description,
        openapi_url=None if settings.in_production else "/openapi.json",
    )
    web.install(app, settings)
    return app
