"""The DDL of a baseline, read from a live database."""

from collections.abc import Callable

from sqlalchemy import Connection

from stratakit.adopt.ddl import mysql, postgresql, sqlite
from stratakit.config import Family
from stratakit.engine.url import DatabaseURL

STATEMENTS: dict[Family, Callable[[Connection, DatabaseURL], list[str]]] = {
    "postgresql": postgresql.statements,
    "mysql": mysql.statements,
    "sqlite": sqlite.statements,
}
