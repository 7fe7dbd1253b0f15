"""What each recipe writes, and that its steps bring the database to the models and back."""

from pathlib import Path

import pytest

from stratakit import commands
from stratakit.recipes import load_recipes
from tests.stratakit.recipes.conftest import Project

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


def phases(paths: list[Path]) -> list[str]:
    """The phases that revisions name."""
    return [
        line.partition('"')[2].rstrip('"')
        for path in paths
        for line in path.read_text().splitlines()
        if line.startswith("phase = ")
    ]


def test_each_recipe_has_a_case() -> None:
    names = {case.partition(",")[0].partition(" ")[0] for case in CASES}
    assert names == set(load_recipes())
    assert all(recipe.__doc__ for recipe in load_recipes().values())


@pytest.mark.parametrize("case", CASES)
def test_a_recipe_leads_to_the_models_and_back(case: str, project: Project) -> None:
    replacements, target, values, expected = CASES[case]
    project.change(*replacements)
    name = case.partition(",")[0].partition(" ")[0]
    written = project.recipe(name, *target, **values)
    revisions = [path for path in written.paths if path.parent.name == "versions"]
    assert phases(revisions) == expected
    created = commands.create(project.config, "what is left over")
    assert (created.paths, created.differences) == ((), [])
    commands.upgrade(project.config)
    assert not commands.drift(project.config).findings
    commands.downgrade(project.config, f"-{len(revisions)}")
    commands.upgrade(project.config)
    assert not commands.drift(project.config).findings
