"""A rule of the linter."""

import inspect
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from enum import StrEnum
from textwrap import dedent
from typing import ClassVar

from stratakit.config import Backend
from stratakit.lint.trace.revision_run import RevisionRun
from stratakit.lint.violation import Violation


class Severity(StrEnum):
    """The damage that a violation does, as `--json` prints it."""

    BLOCKS_TRAFFIC = "blocks traffic"
    LOSES_DATA = "loses data"
    BREAKS_RUNNING_CODE = "breaks running code"
    CANNOT_GO_BACK = "cannot go back"
    FAILS = "fails"
    STYLE = "style"


class Rule(ABC):
    """A danger that a revision can be.

    The first line of a rule's docstring is its title, the rest is the reason for it.

    Attributes:
        id: the name of the rule's file, with dashes.
        severity: the damage that a violation does.
        backends: the databases that the rule concerns.
        bad: revisions that violate the rule, one after the other: the body of `upgrade()`, or both
            functions. They change the tables `items` and `owners` of the tests.
        good: revisions that do not.
        shown_on: the databases that `bad` and `good` are for, if not for all of `backends`.
        checks_downgrade: whether the rule checks downgrades as well as upgrades.
        fallback: whether the rule is for lines alone in which no other rule finds anything grave.
        reasons: the reason on a database, if it differs from the docstring's.
        contract_only: whether running code fails at once, so that `phase` has to say "contract".
    """

    id: ClassVar[str]
    severity: ClassVar[Severity]
    backends: ClassVar[tuple[Backend, ...]]
    bad: ClassVar[tuple[str, ...]]
    good: ClassVar[tuple[str, ...]]
    shown_on: ClassVar[tuple[Backend, ...] | None] = None
    checks_downgrade: ClassVar[bool] = False
    fallback: ClassVar[bool] = False
    reasons: ClassVar[Mapping[Backend, str]] = {}
    contract_only: ClassVar[bool] = False

    def __init_subclass__(cls) -> None:
        """Remove the indentation of the class body from its examples."""
        cls.bad, cls.good = (
            tuple(dedent(body).strip("\n") for body in bodies) for bodies in (cls.bad, cls.good)
        )

    @property
    def title(self) -> str:
        """The danger in one sentence."""
        return (inspect.getdoc(type(self)) or "").partition("\n")[0]

    @property
    def detail(self) -> str:
        """The reason why it is one, in one line."""
        return " ".join((inspect.getdoc(type(self)) or "").partition("\n")[2].split())

    def reason(self, backend: Backend) -> str:
        """Return the reason on a kind of database, in one line."""
        return self.reasons.get(backend, self.detail)

    @abstractmethod
    def check(self, run: RevisionRun) -> Iterator[Violation]:
        """Find the violations in one run of a revision.

        Args:
            run: an upgrade, or a downgrade if `checks_downgrade` is set.

        Yields:
            Each violation, with the statement that it is in.
        """
