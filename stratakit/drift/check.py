"""What is wrong with the models and the migrations of this service, without its database."""

from sqlalchemy import MetaData

from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.finding import Finding
from stratakit.drift import models, snapshot
from stratakit.revisions import (
    alembic_config,
    guards,
    history,
    manifest,
    review_comments,
)


def find_problems(config: Config, metadata: MetaData) -> list[Finding]:
    """Find what would make the next migration wrong.

    Args:
        config: the project's.
        metadata: the tables of the models.

    Returns:
        Each fault with the command that mends it; none where all is well.

    Raises:
        StrataError: the models or the revisions cannot be read, or no scratch database can be had.
    """
    chain = history.read(config.versions)
    if len(chain.heads) > 1:
        several = guards.several_heads_error(alembic_config.scripts(config))
        return [Finding("several-heads", several.message, several.detail, several.hint)]
    found = [
        Finding(
            "unsettled-finding",
            text,
            "It tells what autogenerate may have got wrong.",
            "Mend the operation or decide that it is meant, delete the comment, and then: "
            f"{MIGRATE} record",
            file.relative_to(config.root).as_posix(),
            line,
        )
        for file, line, text in review_comments.unresolved_comments(chain)
    ]
    if config.adopted and config.adopted not in chain:
        found.append(
            Finding(
                "unknown-adopted",
                f'strata.toml: adopted = "{config.adopted}" is no revision.',
                "Old revisions would be linted, and undone by the tests.",
                f"Name the last one that is older than stratakit: {MIGRATE} history",
                "strata.toml",
            )
        )
    found += manifest.revision_findings(config, chain)
    differences, schema = models.compare_models(config, metadata)
    return [*found, *differences, *snapshot.schema_findings(config, schema)]
