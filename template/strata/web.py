"""What the foundation adds to the team's FastAPI application."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib import import_module

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError, TimeoutError

from strata import health, urls
from strata.config import Config, load
from strata.database import Database
from strata.errors import Problem
from strata.settings import ServiceSettings

logger = logging.getLogger(__name__)


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
        urls.chosen(settings.database_url, config) or urls.local(config),
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
                raise Problem(
                    f"{file.relative_to(config.root)} has no `router`.",
                    why="Without it none of its routes would answer.",
                    remedy="Add: router = APIRouter()",
                )
            routers.append(module.router)
    return routers


async def _conflict(request: Request, error: Exception) -> JSONResponse:
    """A constraint of the database refused the change: the caller's to mend."""
    logger.info("%s %s: %s", request.method, request.url.path, _reason(error))
    return JSONResponse({"detail": "This conflicts with what is stored."}, 409)


async def _unavailable(request: Request, error: Exception) -> JSONResponse:
    """The database cannot be reached or has no connection left: worth trying again."""
    logger.error("%s %s: %s", request.method, request.url.path, _reason(error))
    return JSONResponse(
        {"detail": "The database is not available."}, 503, headers={"Retry-After": "1"}
    )


def _reason(error: Exception) -> str:
    """The driver's own first line: without the statement, its values and a traceback."""
    text = str(error.orig) if isinstance(error, DBAPIError) else str(error)
    return text.strip().partition("\n")[0]
