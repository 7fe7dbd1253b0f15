"""Projects that existed before, each with a database of its own, and the migrations copied in."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import copier

from tests import databases
from tests.living import Service

PROJECTS = Path(__file__).resolve().parent / "projects"
URLS = {
    "library": ("SQLALCHEMY_DATABASE_URI", "postgresql+psycopg2://"),
    "tickets": ("DB__DSN", "postgresql+asyncpg://"),
    "shop": ("POSTGRES_URL", "postgres://"),
    "notes": ("NOTES_DATABASE", "postgresql+psycopg://"),
    "crew": ("DATABASE_URL", "postgresql+psycopg://"),
}
"""What each project takes its URL from, and how that begins."""


@contextmanager
def project(name: str, folder: Path) -> Iterator[Service]:
    """A committed copy of a project with an empty PostgreSQL database."""
    shutil.copytree(PROJECTS / name, folder)
    variable, scheme = URLS[name]
    with databases.fresh("postgresql") as given:
        url = given["DATABASE_URL"].partition("://")[2]
        live = Service(
            folder,
            "postgresql",
            {variable: scheme + url, "TEST_DATABASE_URL": given["TEST_DATABASE_URL"]},
        )
        (folder / ".gitignore").write_text("/.venv\n/.local/\n__pycache__/\n")
        live.commit("It existed before")
        yield live


def copy_over(template: Path, live: Service, **answers: object) -> None:
    """Copy the migrations into a project; as without a terminal, a conflict fails."""
    copier.run_copy(
        str(template),
        live.root,
        data={"scope": "migrations", **answers},
        defaults=True,
        quiet=True,
    )


def unchanged(live: Service) -> list[str]:
    """What git sees changed of the files that were committed; nothing where all is well."""
    return subprocess.run(
        ["git", "diff", "--name-only", "HEAD"],
        cwd=live.root,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
