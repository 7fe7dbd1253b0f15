"""The accepted differences of a project, in a file of their own.

A project that is older than stratakit has differences between its models, its revisions and its
databases. `stratakit accept` records them, and every command then reports only what is new.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, fields
from pathlib import Path

from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import UsageError
from stratakit.diagnostics.finding import Finding

NAME = "accepted.toml"
COMMENT = (
    "Accepted differences, written by `stratakit accept`. They are not reported, and no revision "
    "contains them.\nReview each one. Delete a line to have the difference reported again."
)


@dataclass(frozen=True)
class Accepted:
    """Accepted differences, each in the words in which a command reports it.

    Args:
        models: between the models and the revisions.
        database: between a database and the revision that it is at.
        lint: findings of the linter, each as `FILE: RULE`.
    """

    models: frozenset[str] = frozenset()
    database: frozenset[str] = frozenset()
    lint: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.models or self.database or self.lint)


def accepted_path(config: Config) -> Path:
    """Return the file of the accepted differences."""
    return config.migrations_folder / NAME


def read(config: Config) -> Accepted:
    """Read the accepted differences; none if there is no file.

    Raises:
        UsageError: the file is not valid TOML, or has another content.
    """
    path = accepted_path(config)
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return Accepted()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not valid TOML: {error}.") from error
    known = {field.name for field in fields(Accepted)}
    for key, value in values.items():
        is_list = isinstance(value, list) and all(isinstance(item, str) for item in value)
        if key not in known or not is_list:
            raise UsageError(
                f"{path}: {key} is not one of the lists {', '.join(sorted(known))}.",
                detail="A difference in a list that is not read would not be accepted.",
                hint=f"Delete the file and write it again: {MIGRATE} accept",
            )
    return Accepted(**{key: frozenset(value) for key, value in values.items()})


def unused_findings(config: Config, unused: Iterable[str]) -> list[Finding]:
    """Return a finding for each accepted difference that does not exist any more."""
    file = accepted_path(config).relative_to(config.root).as_posix()
    return [
        Finding(
            "unused-accepted",
            f"An accepted difference does not exist any more: {each}",
            "The same difference would not be reported later.",
            f"Remove it from the file: {MIGRATE} accept --prune",
            file,
            details={"difference": each},
        )
        for each in unused
    ]


def write(config: Config, accepted: Accepted) -> None:
    """Write the file, sorted; without a difference there is no file."""
    path = accepted_path(config)
    if not accepted:
        path.unlink(missing_ok=True)
        return
    import tomlkit  # Every other command would wait for the import.

    document = tomlkit.document()
    for line in COMMENT.splitlines():
        document.add(tomlkit.comment(line))
    for field in fields(Accepted):
        differences: Iterable[str] = getattr(accepted, field.name)
        if differences:
            lines = tomlkit.array().multiline(True)
            lines.extend(sorted(differences))
            document.add(tomlkit.nl())
            document.add(field.name, lines)
    path.write_text(tomlkit.dumps(document), encoding="utf-8")
