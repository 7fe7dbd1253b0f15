"""What is wrong with the models and the migrations of this service, without its database."""

from strata import findings, kit, modelled, models, plan, record, revisions
from strata.config import Config
from strata.report import Finding


def faults(config: Config) -> list[Finding]:
    """Find what would make the next migration wrong.

    Returns:
        Each fault with the command that mends it; none where all is well.

    Raises:
        Problem: the models or the revisions cannot be read, or no scratch database can be had.
    """
    metadata = models.metadata(config)
    if config.scope == "migrations" and (missing := list(kit.faults(config, metadata))):
        return missing
    chain = revisions.read(config.versions)
    if len(chain.heads) > 1:
        several = plan.several_heads(plan.scripts(config))
        return [Finding("several-heads", several.what, several.why, several.remedy)]
    found = [
        Finding(
            "unsettled-finding",
            text,
            "It tells what autogenerate may have got wrong.",
            "Mend the operation or decide that it is meant, delete the comment, and then: "
            "python scripts/migrate.py record",
            file.relative_to(config.root).as_posix(),
            line,
        )
        for file, line, text in findings.unsettled(chain)
    ]
    found += record.chain_findings(config, chain)
    differences, schema = modelled.differences(config, metadata)
    return [*found, *differences, *record.schema_findings(config, schema)]
