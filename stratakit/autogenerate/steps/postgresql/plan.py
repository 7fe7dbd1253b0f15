"""The steps in which PostgreSQL changes a table in use, in their order."""

from typing import Literal, get_args

from stratakit.autogenerate.change import RevisionStep

StepName = Literal[
    "enum", "drop index", "", "fill", "index", "constraint", "validate", "not null", "contract"
]
MAIN: StepName = ""
"""The step of what needs no step of its own; its message is the one that was asked for."""
CONTRACT: StepName = "contract"


class StepPlan:
    """The steps of one table, or of all operations that lock no table in use."""

    def __init__(self) -> None:
        self._steps: dict[StepName, RevisionStep] = {
            name: RevisionStep(name, is_contract=name == CONTRACT) for name in get_args(StepName)
        }

    def __getitem__(self, name: StepName) -> RevisionStep:
        return self._steps[name]

    @property
    def steps(self) -> list[RevisionStep]:
        """The steps that have an upgrade, in the order in which they run."""
        return [step for step in self._steps.values() if step.upgrade]

    def join(self, name: StepName, into: StepName) -> None:
        """Move the operations of a step to the end of another one."""
        step = self._steps[name]
        self[into].add(step.upgrade, step.downgrade)
        self._steps[name] = RevisionStep(name)
