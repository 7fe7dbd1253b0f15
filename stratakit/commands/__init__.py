"""What the command line does, as functions: `stratakit.commands.upgrade(config)` and the others.

Each takes a project's `Config`, which `stratakit.config.load` reads, does what the verb of its name
does, prints nothing and returns what it found. Each raises the `StrataError` that the verb prints.
"""

from stratakit.commands.accept import AcceptResult, accept
from stratakit.commands.adopt import AdoptResult, adopt
from stratakit.commands.backup import BackupResult, backup
from stratakit.commands.check import CheckResult, check, check_models
from stratakit.commands.create import CreateResult, create
from stratakit.commands.current import CurrentResult, current
from stratakit.commands.discard import DiscardResult, discard
from stratakit.commands.downgrade import DowngradeResult, downgrade
from stratakit.commands.drift import DriftResult, drift
from stratakit.commands.heads import heads
from stratakit.commands.history import HistoryEntry, HistoryResult, history
from stratakit.commands.lint import LintResult, lint
from stratakit.commands.merge import MergeResult, merge
from stratakit.commands.rebase import RebaseResult, rebase
from stratakit.commands.rebuild import RebuildResult, rebuild
from stratakit.commands.record import record
from stratakit.commands.restore import restore
from stratakit.commands.roles import roles
from stratakit.commands.sql import downgrade_sql, upgrade_sql
from stratakit.commands.stamp import stamp
from stratakit.commands.switch import SwitchResult, switch
from stratakit.commands.upgrade import UpgradePlan, UpgradeResult, upgrade

__all__ = [
    "AcceptResult",
    "AdoptResult",
    "BackupResult",
    "CheckResult",
    "CreateResult",
    "CurrentResult",
    "DiscardResult",
    "DowngradeResult",
    "DriftResult",
    "HistoryEntry",
    "HistoryResult",
    "LintResult",
    "MergeResult",
    "RebaseResult",
    "RebuildResult",
    "SwitchResult",
    "UpgradePlan",
    "UpgradeResult",
    "accept",
    "adopt",
    "backup",
    "check",
    "check_models",
    "create",
    "current",
    "discard",
    "downgrade",
    "downgrade_sql",
    "drift",
    "heads",
    "history",
    "lint",
    "merge",
    "rebase",
    "rebuild",
    "record",
    "restore",
    "roles",
    "stamp",
    "switch",
    "upgrade",
    "upgrade_sql",
]
