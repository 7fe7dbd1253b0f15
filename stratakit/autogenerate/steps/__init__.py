"""Steps: what a change does to tables in use, split so that no revision blocks their users.

Each step becomes a revision, with its downgrade and its phase. An operation that is safe in one
form only gets that form here. One module for each kind of database.
"""

from collections.abc import Callable

from stratakit.autogenerate.change import Change, RevisionStep
from stratakit.autogenerate.steps import mysql, postgresql, sqlite
from stratakit.autogenerate.steps.phase import set_phase
from stratakit.autogenerate.steps.schemas import create_schemas
from stratakit.config import Backend

__all__ = ["create_schemas", "split_into_steps"]

SPLIT: dict[Backend, Callable[[Change], list[RevisionStep]]] = {
    "postgresql": postgresql.split,
    "mysql": mysql.split,
    "sqlite": sqlite.split,
}


def split_into_steps(change: Change) -> None:
    """Split the operations of a change into steps that are applied, retried and undone alone.

    Args:
        change: its steps are set.
    """
    steps = [step for step in SPLIT[change.backend](change) if step.upgrade]
    change.steps = sorted(steps, key=lambda step: step.is_contract)
    set_phase(change.steps)
