"""Write a revision that brings a database to the models."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from stratakit.commands._errors import command
from stratakit.config import Config
from stratakit.diagnostics.finding import Finding
from stratakit.drift import models, record
from stratakit.revisions import history, review_comments
from stratakit.revisions.review_comments import ReviewComment
from stratakit.revisions.run_options import RunOptions
from stratakit.scratch import environment
from stratakit.scratch.revision import write_revisions


@dataclass(frozen=True)
class CreateResult:
    """The revisions that were written.

    Args:
        paths: the new revisions, in the order in which they run; none if nothing has changed.
        changes: a sentence for each change.
        open_comments: the review comments in them.
        differences: what the models have and no revision makes, since autogenerate cannot see it.
        unrecorded: why the snapshot was not written; else empty.
    """

    paths: Sequence[Path]
    changes: Sequence[str] = ()
    open_comments: Sequence[ReviewComment] = ()
    differences: Sequence[Finding] = ()
    unrecorded: str = ""


@command
def create(
    config: Config,
    message: str,
    *,
    empty: bool = False,
    head: str = "head",
    interactive: bool = False,
) -> CreateResult:
    """Compare the models with the revisions, and write what is between them as revisions.

    Args:
        config: the project's.
        message: what it does, such as "add user phone number".
        empty: write a revision without operations, for data or for what Alembic cannot see.
        head: the revision to follow, such as `label@head` if there are labelled branches.
        interactive: whether a person at the terminal may be asked about renames.

    Raises:
        StrataError: it is refused (in production, or under a message that says nothing), or env.py
            or a revision cannot be run.
        DatabaseUnavailable: the database or a scratch database cannot be had.
    """
    project = environment.capture(config)
    config = project.config
    changes: list[str] = []
    options = RunOptions(describe=changes.append, interactive=interactive)
    scripts = write_revisions(project, message, options, autogenerate=not empty, head=head)
    paths = [Path(script.path) for script in scripts]
    if not paths:
        return CreateResult((), differences=models.compare_models(project)[0])
    comments = review_comments.unresolved_comments(history.read(config.revision_files))
    unrecorded = record.record_new_revision(project)
    differences: Sequence[Finding] = ()
    if not unrecorded and not empty:
        differences, _ = models.compare_models(project)
    return CreateResult(
        paths,
        changes,
        [each for each in comments if each[0] in paths],
        differences,
        unrecorded,
    )
