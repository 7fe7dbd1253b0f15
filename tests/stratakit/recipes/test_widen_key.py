"""A key of 64 bits: its default, its references, and what the recipe refuses."""

import pytest

from stratakit import commands
from stratakit.diagnostics.errors import StrataError, UsageError
from tests.stratakit.recipes.conftest import Project
from tests.stratakit.recipes.test_recipes import TICKET

EVENT = """


class Event(Base):
    __tablename__ = "events"
    __table_args__ = (UniqueConstraint("ticket_id", "id"), {index})

    id: Mapped[int] = mapped_column({type}, Identity(), primary_key=True)
    ticket_id: Mapped[int] = mapped_column(ForeignKey("tickets.id"), unique=True, index=True)
"""
HUGE = 5_000_000_000


def add_events(project: Project, index: str = "") -> None:
    """Add a table with an identity column."""
    models = project.root / "app/models.py"
    models.write_text(
        models.read_text().replace("import (\n", "import (\n    Identity, text,\n", 1)
        + EVENT.format(type="Integer", index=index)
    )
    project.change()
    commands.create(project.config, "events")
    commands.upgrade(project.config)


def widen_tickets(project: Project) -> None:
    project.change((TICKET, TICKET.replace("Integer", "BigInteger")))


@pytest.mark.slow
def test_serial_and_identity_columns_continue_and_references_are_enforced(
    project: Project,
) -> None:
    add_events(project)
    project.change(("mapped_column(Integer, Identity()", "mapped_column(BigInteger, Identity()"))
    widen_tickets(project)
    project.sql("INSERT INTO tickets (votes) VALUES (1), (2)")
    project.sql("INSERT INTO events (ticket_id) VALUES (1), (2)")
    for table in ("tickets", "events"):
        project.recipe("widen-key", table)
        with pytest.raises(StrataError, match="requires the backfill"):
            commands.upgrade(project.config)
        for status in commands.backfill_status(project.config):
            commands.backfill(project.config, status.file.name)
        commands.upgrade(project.config)
    assert not commands.drift(project.config).findings
    assert project.sql("INSERT INTO tickets (votes) VALUES (3) RETURNING id") == [(3,)]
    assert project.sql("INSERT INTO events (ticket_id) VALUES (3) RETURNING id") == [(3,)]
    project.sql(f"INSERT INTO tickets (id, votes) VALUES ({HUGE}, 1)")
    project.sql(f"INSERT INTO events (id, ticket_id) VALUES ({HUGE}, {HUGE})")
    with pytest.raises(Exception, match="fk_events_ticket_id_tickets"):
        project.sql(f"INSERT INTO events (ticket_id) VALUES ({HUGE + 1})")


@pytest.mark.slow
def test_an_index_with_a_condition_on_the_column_is_refused(project: Project) -> None:
    add_events(project, 'Index("ix_events_recent", "ticket_id", postgresql_where=text("id > 5"))')
    project.change(("mapped_column(Integer, Identity()", "mapped_column(BigInteger, Identity()"))
    with pytest.raises(UsageError, match="ix_events_recent"):
        project.recipe("widen-key", "events")


def test_models_in_which_a_reference_stays_narrow_are_refused(project: Project) -> None:
    with pytest.raises(UsageError):
        project.recipe("widen-key", "tickets")
    widen_tickets(project)
    project.change(('ForeignKey("tickets.id"), index', 'Integer, ForeignKey("tickets.id"), index'))
    with pytest.raises(UsageError, match="tickets"):
        project.recipe("widen-key", "tickets")
    with pytest.raises(UsageError, match="several columns"):
        project.recipe("widen-key", "replies")
