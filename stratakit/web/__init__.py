"""What the foundation adds to the team's FastAPI application."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

from fastapi import APIRouter, FastAPI
from sqlalchemy.exc import IntegrityError, OperationalError, TimeoutError

from stratakit.config import Config, load
from stratakit.DEL import ServiceSettings
from stratakit.diagnostics.errors import StrataError
from stratakit.engine import resolve
from stratakit.engine.pool import Database
from stratakit.web.errors import _conflict, _unavailable


def install(app: FastAPI, settings: ServiceSettings) -> None:
    """Give an application its database, errors, logging, health routes and features.

    Args:
        app: the application; `app.state.settings` and `app.state.database` are set on it.
        settings: the service's settings. Nothing connects before the first request.
    """
    config = load()
    logging.basicConfig(
        level=settings.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    app.state.settings = settings
    app.state.database = Database.at(
        resolve.chosen(settings.database_url, config) or resolve.local(config),
        pool_size=settings.database_pool_size,
        pool_timeout=settings.database_pool_timeout_seconds,
        prepare_threshold=settings.database_prepare_threshold,
    )
    app.add_exception_handler(IntegrityError, _conflict)
    app.add_exception_handler(OperationalError, _unavailable)
    app.add_exception_handler(TimeoutError, _unavailable)
    app.include_router(APIRouter(lifespan=_lifespan))
    app.include_router(health.router(config))
    for router in _features(config):
        app.include_router(router)


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    yield
    await app.state.database.engine.dispose()


def _features(config: Config) -> list[APIRouter]:
    """The router of every `routes.py` in a folder of the service's packages, in their order."""
    routers = []
    for package in config.packages:
        folder = config.root.joinpath(*package.split("."))
        for file in sorted(folder.glob("*/routes.py")):
            module = import_module(f"{package}.{file.parent.name}.routes")
            if not isinstance(getattr(module, "router", None), APIRouter):
                raise StrataError(
                    f"{file.relative_to(config.root)} has no `router`.",
                    why="Without it none of its routes would answer.",
                    remedy="Add: router = APIRouter()",
                )
            routers.append(module.router)
    return routers
