"""Random changes of random models: what `check` and `create` say of them is one thing.

CI tries the same few each time; CHANGES in the environment is how many others are tried.
"""

import os
import shutil
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import MetaData

from stratakit import catalog, scratch
from stratakit.catalog import Catalog
from stratakit.config import Backend, Config
from stratakit.drift import models as drift_models
from stratakit.drift.reconcile import reconciliation
from stratakit.engine.connect import connect
from stratakit.engine.url import DatabaseURL
from stratakit.revisions import history
from stratakit.revisions.run_options import RunOptions
from stratakit.runtime.environment import Environment
from stratakit.runtime.steps import downgrade_steps
from stratakit.scratch.revision import write_revisions
from tests.stratakit.drift import random_models as models
from tests.stratakit.drift.random_models import ColumnSpec, IndexSpec, TableSpec
from tests.stratakit.lint.revisions import server

TEMPLATE = Path(__file__).resolve().parents[3] / "template"
ENV = """
from stratakit.alembic import run_migrations
from tests.stratakit.drift import test_any_change

run_migrations(target_metadata=test_any_change.LIVE[-1])
"""
CHANGES = os.environ.get("CHANGES", "")
LIVE: list[MetaData] = []


class Project:
    """A folder of revisions, whose models are those that a test puts into LIVE."""

    def __init__(self, root: Path, backend: Backend) -> None:
        self.config = Config(root=root, database=backend)
        self.versions = root / "migrations" / "versions"
        self.versions.mkdir(parents=True)
        (root / "alembic.ini").write_text(
            "[alembic]\nscript_location = %(here)s/migrations\nfile_template = %%(rev)s\n"
        )
        (root / "strata.toml").write_text(f'database = "{backend}"\n')
        (root / "migrations" / "env.py").write_text(textwrap.dedent(ENV))
        shutil.copy(TEMPLATE / "migrations" / "script.py.mako", root / "migrations")

    def clear(self) -> None:
        """Delete all revisions."""
        shutil.rmtree(self.versions)
        self.versions.mkdir()

    def create(self, declared: MetaData) -> list[str]:
        """Write the revisions for what the models declare, and return their texts."""
        LIVE[:] = [declared]
        scripts = write_revisions(
            self._environment,
            "a random change",
            RunOptions(reconcile=reconciliation(self._environment)),
            autogenerate=True,
        )
        return [Path(script.path).read_text() for script in scripts]

    def check(self, declared: MetaData) -> list[str]:
        """Return the differences of the models from the revisions."""
        LIVE[:] = [declared]
        findings = drift_models.compare_models(self._environment).findings()
        return [finding.message for finding in findings]

    def undo(self, before: str) -> tuple[Catalog, Catalog]:
        """Return the schema at a revision, and the one that a downgrade from head leaves."""
        with scratch.database(self.config) as url:
            scratch.upgrade(url, self.config, before)
            expected = self._read(url)
            scratch.upgrade(url, self.config, "head")
            scratch.run_steps(url, self.config, downgrade_steps(before))
            return expected, self._read(url)

    def _read(self, url: DatabaseURL) -> Catalog:
        with connect(url, read_only=True) as connection:
            return catalog.read(connection)

    @property
    def _environment(self) -> Environment:
        arguments = {"target_metadata": LIVE[-1], "compare_server_default": True}
        return Environment(self.config, arguments, is_guarded=True)


@pytest.fixture(scope="module", params=["sqlite", "postgresql", "mysql"])
def project(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Project]:
    with server(request.param):
        yield Project(tmp_path_factory.mktemp(request.param), request.param)


@pytest.mark.slow
@settings(
    max_examples=int(CHANGES or 3),
    derandomize=not CHANGES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_create_writes_what_check_misses_and_nothing_else(
    project: Project, data: st.DataObject
) -> None:
    backend = project.config.database
    before, after = data.draw(models.changes(backend))
    assert_change(project, models.build(backend, before), models.build(backend, after))


NUMBER = ColumnSpec("integer")
TEXT = ColumnSpec("string20")
SUM = ColumnSpec("integer", computed="n + 1")
LOWER = TableSpec({"a": TEXT}, indexes={"ix": IndexSpec(("a",), "lower")})
UNSEEN: dict[str, tuple[TableSpec | None, TableSpec | None]] = {
    "new table": (None, LOWER),
    "dropped table": (LOWER, None),
    "condition of a CHECK": (
        TableSpec({"n": NUMBER}, checks={"one": "{n} > 0"}),
        TableSpec({"n": NUMBER}, checks={"one": "{n} BETWEEN 1 AND 9"}),
    ),
    "order of an index": (
        TableSpec({"n": NUMBER}, indexes={"ix": IndexSpec(("n",), "descending")}),
        TableSpec({"n": NUMBER}, indexes={"ix": IndexSpec(("n",))}),
    ),
    "dropped index": (
        TableSpec({"a b": NUMBER}, indexes={"Ix": IndexSpec(("a b",), "descending")}),
        TableSpec({"a b": NUMBER}),
    ),
    "expression of an index": (
        LOWER,
        replace(LOWER, indexes={"ix": IndexSpec(("a",), "descending")}),
    ),
    "expression of a column": (
        TableSpec({"n": NUMBER, "a": SUM}),
        TableSpec({"n": NUMBER, "a": replace(SUM, computed="n * 2")}),
    ),
    "two columns": (
        TableSpec({"n": NUMBER, "a": SUM, "b": SUM}),
        TableSpec({"n": NUMBER, "a": replace(SUM, computed="n * 2"), "b": NUMBER}),
    ),
    "default in other words": (
        TableSpec({"a": replace(TEXT, default="quote")}),
        TableSpec({"a": replace(TEXT, default="expression")}),
    ),
    "name of a constraint": (
        TableSpec({"a": TEXT}, uniques={"": ("a",)}),
        TableSpec({"a": TEXT}, uniques={"Uq One": ("a",)}),
    ),
}
"""Changes that Alembic alone does not see, or cannot undo."""


def test_changes_that_alembic_does_not_see_are_written_and_undone(project: Project) -> None:
    # No other table is in this schema, so that the models name it no more.
    schema = "crm" if project.config.database == "postgresql" else None
    before, after = (
        models.build(
            project.config.database,
            models.one_index_name(
                {
                    name: replace(table, schema=schema if name == "dropped table" else None)
                    for name, change in UNSEEN.items()
                    if (table := change[place])
                }
            ),
        )
        for place in (0, 1)
    )
    written = "".join(assert_change(project, before, after))
    assert [name for name in UNSEEN if name not in written] == []


def assert_change(project: Project, before: MetaData, after: MetaData) -> list[str]:
    """Assert that `create` and `check` agree about a change, and that it can be undone.

    Returns:
        The revisions of the change.
    """
    project.clear()
    project.create(before)
    (first,) = history.read(project.config.revision_files).heads
    _require_none(project.check(before), "check after the first create")
    missing = project.check(after)
    texts = project.create(after)
    if bool(texts) != bool(missing):
        raise AssertionError(f"check: {missing}; create writes {len(texts)} revisions")
    _require_none(project.check(after), "check after create")
    _require_none(project.create(after), "create again")
    if texts:
        expected, restored = project.undo(first)
        left = catalog.differences(expected, restored)
        _require_none([str(each) for each in left if not _is_left(each)], "downgrade leaves")
    return texts


def _require_none(found: list[str], what: str) -> None:
    if found:
        raise AssertionError(f"{what}: " + "\n".join(found))


def _is_left(difference: catalog.Difference) -> bool:
    """True for a value of an enum, which a downgrade leaves."""
    return difference.only_adds_enum_values
