from alembic import command

from strata import config, plan, scratch
from strata.connection import connected
from strata.scratch import rows


def test_the_chain_has_one_head() -> None:
    assert len(plan.scripts(config.load()).get_heads()) == 1


def test_models_and_migrations_agree() -> None:
    service = config.load()
    with scratch.migrated(service) as url, connected(url) as connection:
        alembic = plan.alembic_config(service)
        alembic.attributes["connection"] = connection
        command.check(alembic)


def test_every_revision_goes_up_down_and_up_again_with_rows_in_the_tables() -> None:
    service = config.load()
    with scratch.database(service) as url, connected(url) as connection:
        alembic = plan.alembic_config(service)
        alembic.attributes["connection"] = connection
        for revision in reversed(list(plan.scripts(service).walk_revisions())):
            command.upgrade(alembic, revision.revision)
            rows.fill(connection)
            command.downgrade(alembic, "-1")
            command.upgrade(alembic, revision.revision)
            rows.fill(connection)
