"""The check of the models and the migrations, which needs no database of the project."""

from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.finding import Finding
from stratakit.drift import models, snapshot
from stratakit.revisions import (
    accepted,
    alembic_config,
    guards,
    history,
    manifest,
    review_comments,
)
from stratakit.runtime.environment import Environment


def find_problems(project: Environment) -> list[Finding]:
    """Find problems of the models and the migrations.

    Args:
        project: what env.py says.

    Returns:
        A finding for each problem, with the command that fixes it.

    Raises:
        StrataError: the revisions cannot be read, or there is no server for a scratch database.
    """
    config = project.config
    revisions = history.read(config.revision_files)
    directory = alembic_config.scripts(config)
    if guards.has_conflicting_heads(directory):
        error = guards.several_heads_error(directory)
        return [Finding("several-heads", error.message, error.detail, error.hint)]
    findings = [
        Finding(
            "unsettled-finding",
            text,
            "Autogenerate may have misunderstood the change.",
            "Fix the operation, or decide that it is intended. Delete the comment, and run: "
            f"{MIGRATE} record",
            file.relative_to(config.root).as_posix(),
            line,
        )
        for file, line, text in review_comments.unresolved_comments(revisions)
    ]
    if config.adopted and config.adopted not in revisions:
        findings.append(
            Finding(
                "unknown-adopted",
                f'strata.toml: adopted = "{config.adopted}" is not a revision.',
                "Old revisions would be linted, and undone by the tests.",
                f"Name the last one that is older than stratakit: {MIGRATE} history",
                "strata.toml",
            )
        )
    findings += manifest.revision_findings(config, revisions)
    compared = models.compare_models(project)
    known = accepted.read(config).models
    differences = compared.findings(known)
    if not revisions and not differences:
        error = guards.no_revision_error(config)
        findings.append(Finding("no-revision", error.message, error.detail, error.hint))
    return [
        *findings,
        *differences,
        *accepted.unused_findings(config, compared.unused(known)),
        *snapshot.schema_findings(config, compared.schema),
    ]
