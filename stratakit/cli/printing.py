"""Results as text and as JSON, the same in every verb."""

from argparse import Namespace
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from alembic.script import Script

from stratakit.cli.output import echo, is_json
from stratakit.config import Config
from stratakit.diagnostics import formatters
from stratakit.diagnostics.finding import Finding
from stratakit.revisions.position import Position, describe_revision
from stratakit.runtime.step_progress import PrintedProgress

if TYPE_CHECKING:
    from stratakit.lint.impact import Impact
    from stratakit.lint.rates import Rates


def print_revisions(title: str, revisions: Sequence[Script], none: str = "") -> None:
    """Print revisions below a title, a line each.

    Args:
        title: without a colon.
        revisions: in the order in which they are printed.
        none: what is printed if there are none; by default nothing.
    """
    if revisions:
        echo(f"{title}:", "bold")
        for each in revisions:
            echo(f"  {describe_revision(each)}")
    elif none:
        echo(none)


def print_position(position: Position | None) -> None:
    """Print where the database stands, in green if nothing is pending."""
    if position is not None:
        echo(position, "green" if position.is_head else None)


def print_impacts(impacts: Sequence["Impact"], rates: "Rates | None") -> None:
    """Print what revisions mean for the tables whose size is known."""
    if impacts:
        echo("Effects on tables:", "bold")
        for impact in impacts:
            echo(f"  {impact.revision}  {impact}")
    if rates is not None:
        echo(f"Estimated at {rates}, as measured on the scratch server, in memory.")


def progress(arguments: Namespace) -> PrintedProgress:
    """Return the progress of a run: a line for each revision, unless the answer is JSON."""
    return PrintedProgress(_ignore if is_json(arguments) else echo)


def relative(config: Config, path: Path) -> Path:
    """Return a path from the project's folder on; one outside of it as it is."""
    return path.relative_to(config.root) if path.is_relative_to(config.root) else path


def as_object(config: Config, value: object) -> object:
    """Return a result as JSON has it: an object with the fields of the result.

    A revision has the keys `revision`, `message` and `file`, and files are named from the project's
    folder on.
    """
    match value:
        case None | str() | bool() | int() | float():
            return value
        case Path():
            return relative(config, value).as_posix()
        case Script():
            file = as_object(config, Path(value.path))
            return {"revision": value.revision, "message": value.doc, "file": file}
        case Position():
            return {"heads": list(value.heads), "is_head": value.is_head}
        case Finding():
            return formatters.as_object(value)
        case Mapping():
            return {str(key): as_object(config, each) for key, each in value.items()}
        case Sequence() if not hasattr(value, "_asdict"):
            return [as_object(config, each) for each in value]
    names = (
        [field.name for field in fields(value)]
        if is_dataclass(value)
        else list(getattr(value, "_fields", ()))
    )
    assert names, type(value)
    return {name: as_object(config, getattr(value, name)) for name in names}


def _ignore(_line: str) -> None:
    """Write nothing."""
