"""What each recipe writes, and that its steps bring the database to the models and back."""

from collections.abc import Callable
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from stratakit import commands
from stratakit.diagnostics.errors import StrataError, UsageError
from stratakit.recipes import find_recipe, load_recipes
from tests.conftest import REPOSITORY
from tests.stratakit.recipes.conftest import Project

IDENTITY = "    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)\n"
TOTAL = "    total: Mapped[int] = mapped_column(Integer, index=True)\n"
DRAFT = """class Draft(Base):
    __tablename__ = "drafts"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
"""
ARGUMENTS = "__table_args__ = ()"
POSITIVE = '__table_args__ = (CheckConstraint("total > 0", name="total"),)'
KEY = "mapped_column(BigInteger, index=True)"
REFERENCE = 'mapped_column(BigInteger, ForeignKey("customers.id"), index=True)'
NEW_STATUS = 'mapped_column(Enum("new", "paid", name="state"))'
NOTE = "    note: Mapped[str] = mapped_column(String(50))\n"
TICKET = """    __tablename__ = "tickets"
    __table_args__ = (CheckConstraint("votes >= 0", name="votes"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
"""
STATUS = 'mapped_column(Enum("new", "paid", "gone", name="status"))'
CASES = {
    "add-column": (
        [(NOTE, NOTE + "    region: Mapped[str] = mapped_column(String(20), index=True)\n")],
        ("orders.region", ""),
        {"value": "upper(note)"},
        ["expand", "expand", "expand", "expand", "contract"],
    ),
    "rename-column": (
        [(TOTAL, TOTAL.replace("total", "amount"))],
        ("orders.total", "amount"),
        {},
        ["expand", "expand", "expand", "expand", "contract"],
    ),
    "rename-column, unique": (
        [("    code:", "    label:")],
        ("tickets.code", "label"),
        {},
        ["expand", "expand", "contract"],
    ),
    "rename-column, foreign key": (
        [("    parent_id:", "    follows_id:")],
        ("tickets.parent_id", "follows_id"),
        {},
        ["expand", "expand", "expand", "expand", "contract"],
    ),
    "rename-column, check": (
        [
            ("    votes:", "    points:"),
            ('"votes >= 0", name="votes"', '"points >= 0", name="points"'),
        ],
        ("tickets.votes", "points"),
        {},
        ["expand", "expand", "contract"],
    ),
    "change-type": (
        [(TOTAL, "    price: Mapped[Decimal] = mapped_column(Numeric(12, 2))\n")],
        ("orders.total", "price"),
        {},
        ["expand", "expand", "contract"],
    ),
    "change-type of an enum": (
        [("    status: ", "    state: "), (STATUS, NEW_STATUS)],
        ("orders.status", "state"),
        {"value": "CASE status WHEN 'gone' THEN 'paid' ELSE status::text END::state"},
        ["expand", "expand", "contract"],
    ),
    "rename-table": (
        [('"orders"', '"purchases"')],
        ("orders", "purchases"),
        {},
        ["expand", "contract"],
    ),
    "widen-key": (
        [(TICKET, TICKET.replace("Integer", "BigInteger"))],
        ("tickets", ""),
        {},
        [*["expand"] * 8, "contract"],
    ),
    "drop-column": ([(NOTE, "")], ("orders.note", ""), {}, ["expand", "contract"]),
    "drop-table": (
        [(DRAFT, "")],
        ("drafts", ""),
        {},
        ["contract"],
    ),
    "add-constraint, unique": (
        [(ARGUMENTS, '__table_args__ = (UniqueConstraint("note"),)')],
        ("orders.uq_orders_note", ""),
        {},
        ["contract"],
    ),
    "add-constraint, check": (
        [(ARGUMENTS, POSITIVE)],
        ("orders.ck_orders_total", ""),
        {},
        ["contract", "contract"],
    ),
    "add-constraint, foreign key": (
        [(KEY, REFERENCE)],
        ("orders.fk_orders_customer_id_customers", ""),
        {},
        ["contract", "contract"],
    ),
    "add-index": (
        [(ARGUMENTS, '__table_args__ = (Index("ix_orders_note", "note"),)')],
        ("orders.ix_orders_note", ""),
        {},
        ["expand"],
    ),
}  # fmt: skip


def recipe_of(case: str) -> str:
    """The recipe of a case."""
    return case.partition(",")[0].partition(" ")[0]


ON_MYSQL = {
    "drop-column": ["expand", "contract"],
    "drop-table": ["contract"],
    "add-constraint, unique": ["contract"],
    "add-index": ["expand"],
}
IN_CI = {
    ("postgresql", "rename-column"),
    ("postgresql", "add-constraint, check"),
    ("mysql", "drop-column"),
}
"""The others run where whole services do."""


def phases(paths: list[Path]) -> list[str]:
    """The phases that revisions name."""
    return [
        line.partition('"')[2].rstrip('"')
        for path in paths
        for line in path.read_text().splitlines()
        if line.startswith("phase = ")
    ]


def test_each_recipe_has_a_case() -> None:
    assert {recipe_of(case) for case in CASES} == set(load_recipes())
    assert all(recipe.__doc__ for recipe in load_recipes().values())


def command(case: str) -> str:
    """The command line of a case."""
    _, (target, to), values, _ = CASES[case]
    name = recipe_of(case)
    options = (f'--{option} "{value}"' for option, value in values.items())
    return " ".join(filter(None, ("stratakit recipe", name, target, to, *options)))


@pytest.mark.parametrize("name", load_recipes())
def test_the_page_shows_commands_that_are_tested(name: str) -> None:
    page = (REPOSITORY / "docs" / "recipes.md").read_text()
    shown = [line for line in page.splitlines() if line.startswith(f"stratakit recipe {name} ")]
    assert shown
    assert set(shown) <= {command(case) for case in CASES}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("backend", "case"),
    [
        (backend, case)
        if (backend, case) in IN_CI
        else pytest.param(backend, case, marks=pytest.mark.slow)
        for case in CASES
        for backend in find_recipe(recipe_of(case)).backends
        if backend == "postgresql" or case in ON_MYSQL
    ],
)
def test_a_recipe_leads_to_the_models_and_back(
    backend: str, case: str, make_project: Callable[[str], Project]
) -> None:
    project = make_project(backend)
    replacements, target, values, expected = CASES[case]
    project.change(*replacements)
    name = recipe_of(case)
    written = project.recipe(name, *target, **values)
    revisions = [path for path in written.paths if path.parent.name == "versions"]
    assert phases(revisions) == (expected if backend == "postgresql" else ON_MYSQL[case])
    created = commands.create(project.config, "what is left over")
    assert not created.paths
    assert not created.differences
    assert not created.older_differences
    commands.upgrade(project.config)
    assert not commands.drift(project.config).findings
    if name == "widen-key":
        with pytest.raises(StrataError, match="64 bits"):
            commands.downgrade(project.config)
        return
    commands.downgrade(project.config, f"-{len(revisions)}")
    commands.upgrade(project.config)
    assert not commands.drift(project.config).findings


def test_models_that_do_not_differ_so_are_refused_and_nothing_is_written(
    project: Project, snapshot: SnapshotAssertion
) -> None:
    refusals = []
    before = sorted((project.root / "migrations").rglob("*.py"))
    for name, target, to in (
        ("rename-column", "orders.total", "amount"),
        ("add-column", "orders.region", ""),
        ("drop-table", "drafts", ""),
    ):
        with pytest.raises(UsageError) as refused:
            project.recipe(name, target, to)
        refusals.append(str(refused.value))
    project.change((IDENTITY + TOTAL, IDENTITY.replace(" id:", " key:") + TOTAL))
    for name, target, to in (("rename-column", "orders.id", "key"), ("mend", "orders", "")):
        with pytest.raises(UsageError) as refused:
            project.recipe(name, target, to)
        refusals.append(str(refused.value))
    assert refusals == snapshot
    assert sorted((project.root / "migrations").rglob("*.py")) == before


@pytest.mark.slow
def test_a_constraint_for_which_mysql_copies_the_table_is_refused(
    make_project: Callable[[str], Project],
) -> None:
    project = make_project("mysql")
    for case in ("add-constraint, check", "add-constraint, foreign key"):
        replacements, target, _, _ = CASES[case]
        project.change(*replacements)
        with pytest.raises(UsageError, match="gh-ost"):
            project.recipe("add-constraint", *target)


def test_files_with_findings_are_not_left_behind(project: Project) -> None:
    project.change((NOTE, NOTE + "    region: Mapped[str] = mapped_column(String(20))\n"))
    with pytest.raises(StrataError, match="no_such_function"):
        project.recipe("add-column", "orders.region", value="no_such_function(note)")
    assert len(list((project.root / "migrations" / "versions").glob("*.py"))) == 1
    assert not list((project.root / "migrations").glob("backfills/*.py"))
