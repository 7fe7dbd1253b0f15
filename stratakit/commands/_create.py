"""Write a revision that brings a database to the models."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from shlex import quote

from stratakit.commands._errors import command
from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import StrataError, UsageError
from stratakit.diagnostics.finding import Finding
from stratakit.drift import models, record
from stratakit.drift.older import OlderDifferences, older_differences
from stratakit.drift.reconcile import reconciliation
from stratakit.revisions import accepted, history, review_comments
from stratakit.revisions.review_comments import ReviewComment
from stratakit.revisions.run_options import RunOptions
from stratakit.runtime.environment import Environment
from stratakit.scratch import environment
from stratakit.scratch.head import head_fingerprint
from stratakit.scratch.revision import write_revisions


@dataclass(frozen=True)
class CreateResult:
    """The revisions that were written.

    Args:
        paths: the new revisions, in the order in which they run; none if nothing has changed.
        changes: a sentence for each change.
        review_comments: the review comments in them.
        differences: differences of the models from the revisions that autogenerate cannot see.
        older_differences: differences that existed before this change and were left out.
        commit: the commit that had them.
        uncompared: the reason why no earlier state was compared; empty if one was.
        unrecorded: the reason why the snapshot was not written; empty if it was.
    """

    paths: Sequence[Path]
    changes: Sequence[str] = ()
    review_comments: Sequence[ReviewComment] = ()
    differences: Sequence[Finding] = ()
    older_differences: Sequence[str] = ()
    commit: str = ""
    uncompared: str = ""
    unrecorded: str = ""


@command
def create(
    config: Config,
    message: str,
    *,
    empty: bool = False,
    every: bool = False,
    head: str = "head",
    interactive: bool = False,
) -> CreateResult:
    """Write what changed in the models since the last agreed state as revisions.

    That state is the commit where this branch left the main branch, or else the last commit.

    Args:
        config: the project's.
        message: what it does, such as "add user phone number".
        empty: write a revision without operations, for data or for what Alembic cannot see.
        every: write the differences, too, that existed before this change. What the project has
            accepted is never written.
        head: the revision to follow, such as `label@head` if there are labelled branches.
        interactive: whether a person at the terminal may be asked about renames.

    Raises:
        StrataError: it is refused (in production, or under a message that says nothing), or env.py
            or a revision cannot be run.
        DatabaseUnavailable: the database or a scratch database cannot be had.
    """
    project = environment.capture(config)
    config = project.config
    if not empty and not project.has_metadata:
        raise UsageError(
            "env.py has no target_metadata, so that there are no models to compare.",
            detail="Nothing was written.",
            hint=f"Write the operations yourself: {MIGRATE} create --empty {quote(message)}\n"
            "Or give context.configure() the target_metadata of the models.",
        )
    older = OlderDifferences() if empty or every else older_differences(project)
    head_before = head_fingerprint(config, project.metadata)
    changes: list[str] = []
    options = RunOptions(
        describe=changes.append,
        interactive=interactive,
        reconcile=None if empty else reconciliation(project),
        is_older=older.leave_out,
    )
    scripts = write_revisions(project, message, options, autogenerate=not empty, head=head)
    paths = [Path(script.path) for script in scripts]
    result = CreateResult(
        paths,
        changes,
        older_differences=older.left_out,
        commit=older.commit,
        uncompared=older.failure,
    )
    if not paths:
        differences = _find_others(project, older)
        if not differences and not history.read(config.revision_files):
            raise _nothing_to_create(message)
        return replace(result, differences=differences)
    comments = review_comments.unresolved_comments(history.read(config.revision_files))
    unrecorded = record.record_new_revision(project, head_before)
    return replace(
        result,
        review_comments=[each for each in comments if each[0] in paths],
        unrecorded=unrecorded,
        differences=() if unrecorded or empty else _find_others(project, older),
    )


def _nothing_to_create(message: str) -> StrataError:
    """Return the error of a project that has neither revisions nor tables in its models."""
    return StrataError(
        "There is no revision, and the target_metadata of env.py has no table to create.",
        detail="The modules of the models may not be imported. Nothing was written.",
        hint="Import the models in env.py, before it uses target_metadata.\n"
        f"Or write the operations yourself: {MIGRATE} create --empty {quote(message)}",
    )


def _find_others(project: Environment, older: OlderDifferences) -> Sequence[Finding]:
    """Return the differences that are left, without those that are older or accepted."""
    findings = models.compare_models(project).findings(accepted.read(project.config).models)
    return [each for each in findings if each.details.get("difference", "") not in older]
