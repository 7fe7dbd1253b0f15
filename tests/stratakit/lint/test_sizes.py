"""The sizes of the tables decide the duration of a revision, and whether it is reported."""

from pathlib import Path

import pytest

from stratakit.config import Backend
from stratakit.lint.impact import Impact, describe_seconds, estimate_seconds
from stratakit.lint.linter import LintResult, lint
from stratakit.lint.rates import Rates
from stratakit.statistics import Statistics, TableStatistics
from tests.stratakit.lint.revisions import server, write_project

LARGE = TableStatistics(212_000_000, 41_000_000_000, 9_000_000_000, 130.0)
SMALL = TableStatistics(20, 8192, 16384)
REWRITE = 'op.alter_column("items", "quantity", type_=sa.BigInteger())'
VALIDATE = 'op.execute("ALTER TABLE items VALIDATE CONSTRAINT ck_items_late")'
INDEX = """
with op.get_context().autocommit_block():
    op.create_index("ix_items_note", "items", ["note"], postgresql_concurrently=True)
"""
EFFECTS = {
    REWRITE: ("rewrites", "ACCESS EXCLUSIVE"),
    VALIDATE: ("scans", "SHARE UPDATE EXCLUSIVE"),
    INDEX: ("indexes", "SHARE UPDATE EXCLUSIVE"),
    'op.add_column("items", sa.Column("colour", sa.String(9)))': ("locks", "ACCESS EXCLUSIVE"),
    'op.execute("UPDATE items SET note = status")': ("changes", "ROW EXCLUSIVE"),
}


def lint_with(
    folder: Path, backend: Backend, body: str, statistics: Statistics | None
) -> LintResult:
    with server(backend):
        return lint(write_project(folder, backend, [body]), ["r001"], statistics)


@pytest.mark.parametrize("body", EFFECTS)
def test_each_effect_on_a_large_table_has_its_lock_and_a_duration(
    body: str, tmp_path: Path
) -> None:
    result = lint_with(tmp_path, "postgresql", body, {"items": LARGE})
    (impact,) = result.impacts
    assert (impact.table, impact.effect, impact.lock) == ("items", *EFFECTS[body])
    assert impact.seconds is not None
    assert (impact.seconds > 1) is (impact.effect != "locks")
    assert (result.rates is not None) is (impact.effect != "locks")


def test_a_copy_on_mysql_is_a_rewrite(tmp_path: Path) -> None:
    result = lint_with(tmp_path, "mysql", REWRITE, {"items": LARGE})
    assert [(each.table, each.effect) for each in result.impacts] == [("items", "rewrites")]
    assert result.impacts[0].seconds
    (finding,) = (each for each in result.findings if each.rule == "mysql-not-online")
    assert str(LARGE) in finding.details["held"]


@pytest.mark.parametrize(
    ("statistics", "is_reported"),
    [
        ({}, True),
        ({"items": LARGE}, True),
        ({"items": SMALL}, False),
        ({"owners": SMALL}, True),
    ],
    ids=["no sizes", "large", "small", "another table"],
)
@pytest.mark.parametrize("body", [REWRITE, 'op.create_index("ix_items_note", "items", ["note"])'])
def test_only_a_table_that_is_known_to_be_small_needs_no_alarm(
    statistics: Statistics, is_reported: bool, body: str, tmp_path: Path
) -> None:
    result = lint_with(tmp_path, "postgresql", body, statistics)
    assert bool(result.findings) is is_reported
    assert bool(result.skipped) is not is_reported


def test_a_small_table_hides_no_loss_of_data(tmp_path: Path) -> None:
    result = lint_with(tmp_path, "postgresql", 'op.drop_column("items", "note")', {"items": SMALL})
    assert "drop-column" in {finding.rule for finding in result.findings}


def test_a_suppression_that_the_size_makes_needless_is_no_finding(tmp_path: Path) -> None:
    body = f"# migrate: allow type-change -- at night\n{REWRITE}"
    assert not lint_with(tmp_path, "postgresql", body, {"items": SMALL}).findings


def test_the_committed_file_is_read_by_default(tmp_path: Path) -> None:
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "statistics.toml").write_text("[items]\nrows = 20\nbytes = 8192\n")
    with server("postgresql"):
        config = write_project(tmp_path, "postgresql", [REWRITE])
        assert not lint(config, ["r001"]).findings


def test_an_estimate_adds_the_indexes_of_a_rewritten_table() -> None:
    rates = Rates(rewrite=100e6, scan=1000e6, index=300e6)
    assert estimate_seconds("rewrites", LARGE, rates) == 410 + 30
    assert estimate_seconds("scans", LARGE, rates) == 41
    assert estimate_seconds("locks", LARGE, rates) == 0


def test_an_effect_reads_as_a_sentence() -> None:
    impact = Impact("r001", "orders", "rewrites", "ACCESS EXCLUSIVE", LARGE, 540.0)
    assert str(impact) == (
        "rewrites orders (41 GB, 212 M rows, 130 writes/s): about 9 minutes under ACCESS EXCLUSIVE"
    )
    durations = [describe_seconds(each) for each in (0.2, 59.6, 130, 7300, 200_000)]
    assert durations == [
        "less than 1 s",
        "about 60 s",
        "about 2 minutes",
        "about 2 hours",
        "about 2 days",
    ]
