"""The steps of a change, each to become a revision."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from alembic.operations import ops
from alembic.util import rev_id

Operations = Sequence[ops.MigrateOperation]


@dataclass
class Step:
    """One revision that is to be.

    Args:
        title: what it does, in front of the message where there are several.
        up: its upgrade.
        down: its downgrade, in the order in which it runs.
    """

    title: str
    up: list[ops.MigrateOperation] = field(default_factory=list)
    down: list[ops.MigrateOperation] = field(default_factory=list)

    def add(self, up: Operations, down: Operations) -> None:
        """Add operations, and what undoes them."""
        self.up += up
        self.down[:0] = down


class Plan:
    """Steps in the order in which they run; those in which nothing happens are left out."""

    def __init__(self, *titles: str) -> None:
        self._steps = {title: Step(title) for title in titles}

    def __getitem__(self, title: str) -> Step:
        return self._steps[title]

    def insert(self, step: Step) -> None:
        """Put a step behind the others."""
        self._steps[f"{len(self._steps)} {step.title}"] = step

    @property
    def steps(self) -> list[Step]:
        """Those in which something happens."""
        return [step for step in self._steps.values() if step.up]

    def join(self, title: str, into: str) -> None:
        """Do what one step does at the end of another."""
        self[into].up += self[title].up
        self[into].down[:0] = self[title].down
        self._steps[title] = Step(title)

    def scripts(self, first: ops.MigrationScript) -> list[ops.MigrationScript]:
        """The revisions, each following the one before.

        Args:
            first: as Alembic made it: the first takes its id and its place in the chain.
        """
        scripts: list[ops.MigrationScript] = []
        asked = first.message
        for step in self.steps:
            message = asked
            if len(self.steps) > 1 and step.title:
                message = f"{step.title}: {message}"
            up, down = ops.UpgradeOps(step.up), ops.DowngradeOps(step.down)
            if not scripts:
                up.upgrade_token = first.upgrade_ops_list[0].upgrade_token
                down.downgrade_token = first.downgrade_ops_list[0].downgrade_token
                first.upgrade_ops, first.downgrade_ops = up, down
                scripts.append(first)
            else:
                scripts.append(
                    ops.MigrationScript(
                        rev_id=rev_id(),
                        message=message,
                        upgrade_ops=up,
                        downgrade_ops=down,
                        head=scripts[-1].rev_id,
                        version_path=first.version_path,
                    )
                )
            scripts[-1].message = message
        return scripts
