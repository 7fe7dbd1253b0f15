"""What is still to do in a project that got the migrations alone, in the order of doing it."""

import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from shlex import quote

from sqlalchemy import Connection, MetaData, inspect

from strata import catalogue, plan, production, revisions, urls
from strata.config import Config
from strata.layout.history import history
from strata.report import Finding
from strata.revisions import REPLACED


def faults(config: Config, metadata: MetaData) -> Iterator[Finding]:
    """Find what migrations need and the project does not tell.

    Args:
        config: the project's.
        metadata: the tables of all models that were found.
    """
    if not metadata.tables:
        yield Finding(
            "no-models",
            f"No table was found: {len(config.models)} files declare models, and "
            + (f"{', '.join(config.base)} has none." if config.base else "there is no base."),
            "Without models every table would look dropped.",
            'Name them in strata.toml: base = ["app.db:Base"] and models = ["app/**/models.py"]',
            "strata.toml",
        )
    yield from _other_version_table(config)
    yield from _several_folders(config)
    url = urls.configured(config)
    if url is None:
        yield Finding(
            "no-url",
            "No setting was found that holds the URL of the database"
            + (f", and {config.url} is empty." if config.url else "."),
            "The local one of this folder would be taken for the project's.",
            "Set it, or name the setting in strata.toml: "
            'url = "app.core.config:settings.DATABASE_URL", or url = "DATABASE_URL"',
            "strata.toml",
        )
    elif url.family != config.database:
        yield Finding(
            "other-database",
            f'The URL is of {url.family}, and strata.toml says database = "{config.database}".',
            "What is there for migrations is there for that kind of database alone.",
            _way_to(config, url.family),
            "strata.toml",
        )


def _way_to(config: Config, family: str) -> str:
    """How to get what is there for another kind of database."""
    said = (
        f"sed -i.before 's/^database = .*/database = \"{family}\"/' strata.toml && "
        "rm strata.toml.before"
    )
    if (config.root / "strata" / "locks" / f"{family}.py").exists():
        return f"Say which one it is: {said}"
    ours = ".copier-answers.strata.yml"
    answers = f" --answers-file {ours}" if (config.root / ours).exists() else ""
    return (
        "Take the other one along, which needs all to be committed: git add -A && "
        "git commit -m 'Bring the migrations' && "
        f"copier update --defaults{answers} --data database={family} && {said}"
    )


def _other_version_table(config: Config) -> Iterator[Finding]:
    env = config.migrations_folder / "env.py"
    if env.is_file() and re.search(
        r"version_table(_schema)?\s*=", env.read_text("utf-8", "replace")
    ):
        yield Finding(
            "other-version-table",
            f"{env.relative_to(config.root)} keeps the revision in a table of another name or "
            "schema than alembic_version.",
            "This database would look as if it had no revision.",
            "Rename it (ALTER TABLE ... RENAME TO alembic_version, or SET SCHEMA), and take "
            "version_table out of env.py",
            env.relative_to(config.root).as_posix(),
        )


def _several_folders(config: Config) -> Iterator[Finding]:
    """Alembic may read several folders, and folders in them; here all revisions are in one."""
    here = config.versions.relative_to(config.root).as_posix()
    told = tomllib.loads((config.root / "strata.toml").read_text(encoding="utf-8"))
    others = [] if told.get("version_location") else [*history(config.root).versions]
    for folder in (config.root / each for each in others if each != here):
        if revisions.read(folder):
            yield _folder_beside(config, here, folder)
    for folder in sorted({file.parent for file in config.versions.glob("*/**/*.py")}):
        if folder.name != REPLACED and revisions.read(folder):
            yield _folder_beside(config, here, folder)


def _folder_beside(config: Config, here: str, folder: Path) -> Finding:
    name = folder.relative_to(config.root).as_posix()
    return Finding(
        "several-folders",
        f"There are revisions in {name}, too, and those in {here} alone are read.",
        "What the others make would be missing.",
        f"Put them beside those, as the same history: git mv {quote(name)}/*.py {quote(here)}/\n"
        "If they are a history of their own, say which one this is, in strata.toml: "
        f'version_location = "{here}"',
        name,
    )


def looked_at(config: Config) -> str:
    """What migrations rest on in this project, in one line."""
    folder = config.versions.relative_to(config.root)
    return (
        f"Bases {', '.join(config.base) or 'none'}; models in {len(config.models)} files; "
        f"URL from {config.url or 'DATABASE_URL'}; revisions in {folder}."
    )


def steps(config: Config) -> Iterator[str]:
    """What of the project's own files could be changed for it, and how."""
    env = config.migrations_folder / "env.py"
    if env.is_file() and config.script_location != config.migrations_folder:
        yield (
            f"Plain `alembic` runs {env.relative_to(config.root)}, which is yours and checks "
            f"nothing. Replace it: cp strata/environment/env.py "
            f"strata/environment/script.py.mako {quote(str(env.parent.relative_to(config.root)))}/"
        )
    makefile = config.root / "Makefile"
    if makefile.is_file() and "strata.mk" not in makefile.read_text("utf-8", "replace"):
        yield "Your Makefile is as it was. For its targets: echo '-include strata.mk' >> Makefile"
    tracked = ["git", "ls-files", "--error-unmatch", "strata.toml"]
    new = subprocess.run(tracked, cwd=config.root, capture_output=True).returncode == 1
    chain = revisions.read(config.versions)
    heads = chain.heads
    ours = len(chain) == 1 and production.empty(chain[heads[0]].path, "upgrade")
    if new and len(heads) == 1 and not ours and not config.adopted:
        yield (
            "Old revisions were written under other rules. So that they are neither linted nor "
            f"undone by tests/schema: echo 'adopted = \"{heads[0]}\"' >> strata.toml"
        )
    ignored = ["git", "check-ignore", "--quiet", ".local/checked"]
    if subprocess.run(ignored, cwd=config.root, capture_output=True).returncode == 1:
        yield "git would take what is remembered here: echo '/.local/' >> .gitignore"


def to_adopt(connection: Connection) -> list[Finding]:
    """What to do first with a database that has tables and no revision; nothing elsewhere."""
    tables = set(inspect(connection).get_table_names()) - catalogue.NOT_COMPARED
    if not tables or plan.applied(connection):
        return []
    return [
        Finding(
            "not-adopted",
            f"The database has tables ({len(tables)}) and no revision.",
            "Which revision made them is found by comparing, and not by a stamp on trust.",
            "Bring it under migration: python scripts/migrate.py adopt",
        )
    ]
