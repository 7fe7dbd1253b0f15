"""What is wrong with the models and the migrations of this service, without its database."""

from collections.abc import Iterator

from alembic.autogenerate import produce_migrations
from alembic.runtime.migration import MigrationContext

from strata import autogenerate, findings, git, models, plan, revisions, scratch, words
from strata.config import Config
from strata.connection import connected


def faults(config: Config) -> Iterator[str]:
    """Find what would make the next migration wrong.

    The models are compared with the migrations replayed on a scratch database.

    Returns:
        Each fault with the command that mends it; none where all is well.

    Raises:
        Problem: the models or the revisions cannot be read, or no scratch database can be had.
    """
    metadata = models.metadata(config)
    chain = revisions.read(config.versions)
    if len(chain.heads) > 1:
        yield str(plan.several_heads(plan.scripts(config)))
        return
    for file, line, text in findings.unsettled(chain):
        yield f"{file.relative_to(config.root)}:{line}: {text}"
    for name, back in git.edited(config.versions):
        yield (
            f"{name} was edited after it was committed.\n"
            "Databases that ran it do not get the edit, and new ones do.\n"
            f"Bring it back, and write the change as a revision of its own: {back}"
        )
    with scratch.migrated(config) as url, connected(url) as connection:
        context = MigrationContext.configure(connection, opts=autogenerate.comparison(metadata))
        operations = produce_migrations(context, metadata).upgrade_ops
        missing = list(words.sentences(operations)) if operations else []
    if missing:
        yield "\n".join(
            [
                "The models changed without a migration. A revision would be one that:",
                *(f"  {sentence}" for sentence in missing),
                'Make it: python scripts/migrate.py create "what changes"',
            ]
        )
