"""What is asked twice where a mistake would reach customers."""

import ast
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from strata.config import Config, settings
from strata.errors import Problem

DROPS = {"drop_table", "drop_column", "drop_constraint", "drop_index"}


def in_production(config: Config) -> bool:
    """Whether the settings say that this is production."""
    return bool(settings(config).in_production)


def confirm_loss(steps: Sequence[Any], database: str, given: str | None) -> None:
    """Ask for the database's name before revisions that take something away.

    Args:
        steps: Alembic's steps, about to run.
        database: the name that has to be typed.
        given: the name given beforehand (`--yes NAME`, or `alembic -x yes=NAME`).

    Raises:
        Problem: it was not given, not typed right, or there is no terminal to ask at.
    """
    losses = [loss for step in steps for loss in _losses(step)]
    if not losses or given == database:
        return
    listed = "\n".join(f"  {loss}" for loss in losses)
    if given is None and sys.stdin.isatty():
        print(f"This is production, and data would be lost:\n{listed}")
        given = input(f"Type the database's name ({database}) to go on: ")
        if given == database:
            return
    raise Problem(
        f"This is production, and data would be lost:\n{listed}",
        why="What is dropped comes back from a backup only.",
        remedy=f"If that is meant, name the database: --yes {database} "
        f"(plain Alembic: alembic -x yes={database} ...)",
    )


def _losses(step: Any) -> Iterator[str]:
    if step.is_downgrade:
        yield f"{step.revision.revision} {step.revision.doc}: undone"
    else:
        for line, drop in drops(Path(step.revision.path), "upgrade"):
            yield f"{step.revision.revision} {step.revision.doc}: {drop} in line {line}"


def drops(path: Path, function: str) -> Iterator[tuple[int, str]]:
    """Find what a function of a revision's file drops.

    Returns:
        Pairs of a line number and the operation that drops something there.
    """
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            for inner in ast.walk(node):
                if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute):
                    if inner.func.attr in DROPS:
                        yield inner.lineno, inner.func.attr
                elif isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                    statement = inner.value.strip().upper()
                    if " DROP " in f" {statement}" or statement.startswith("TRUNCATE"):
                        yield inner.lineno, inner.value.strip()[:60]


def empty(path: Path, function: str) -> bool:
    """Whether a function of a revision's file does nothing."""
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name == function:
            return all(
                isinstance(part, ast.Pass)
                or (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant))
                for part in node.body
            )
    return True
