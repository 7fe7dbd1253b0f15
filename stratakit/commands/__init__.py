"""The commands as functions: `stratakit.commands.upgrade(config)` and the others.

Each takes a project's `Config`, which `stratakit.config.load` reads, does what the verb of its name
does, prints nothing and returns what it found. Each raises the `StrataError` that the verb prints.

Each is in the module of its name, which is imported when the command is first used: one command
needs half of what all need.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stratakit.commands._accept import AcceptResult, accept
    from stratakit.commands._adopt import AdoptResult, adopt
    from stratakit.commands._backfill import (
        BackfillLimits,
        BackfillProgress,
        BackfillStatus,
        backfill,
        backfill_status,
        estimate_backfill,
    )
    from stratakit.commands._backup import BackupResult, backup
    from stratakit.commands._check import CheckResult, check, check_models
    from stratakit.commands._create import CreateResult, create
    from stratakit.commands._current import CurrentResult, current
    from stratakit.commands._discard import DiscardResult, discard
    from stratakit.commands._downgrade import DowngradeResult, downgrade
    from stratakit.commands._drift import DriftResult, drift
    from stratakit.commands._heads import heads
    from stratakit.commands._history import HistoryEntry, HistoryResult, history
    from stratakit.commands._init import InitResult, init
    from stratakit.commands._lint import LintResult, lint
    from stratakit.commands._merge import MergeResult, merge
    from stratakit.commands._rebase import RebaseResult, rebase
    from stratakit.commands._rebuild import RebuildResult, rebuild
    from stratakit.commands._recipe import RecipeResult, recipe, recipes
    from stratakit.commands._record import record
    from stratakit.commands._restore import restore
    from stratakit.commands._roles import roles
    from stratakit.commands._sql import downgrade_sql, upgrade_sql
    from stratakit.commands._stamp import stamp
    from stratakit.commands._statistics import TableStatistics, statistics, write_statistics
    from stratakit.commands._switch import SwitchResult, switch
    from stratakit.commands._tenants import (
        TenantError,
        TenantResult,
        TenantsResult,
        current_all,
        upgrade_all,
    )
    from stratakit.commands._upgrade import UpgradePlan, UpgradeResult, upgrade

__all__ = [
    "AcceptResult",
    "AdoptResult",
    "BackfillLimits",
    "BackfillProgress",
    "BackfillStatus",
    "BackupResult",
    "CheckResult",
    "CreateResult",
    "CurrentResult",
    "DiscardResult",
    "DowngradeResult",
    "DriftResult",
    "HistoryEntry",
    "HistoryResult",
    "InitResult",
    "LintResult",
    "MergeResult",
    "RebaseResult",
    "RebuildResult",
    "RecipeResult",
    "SwitchResult",
    "TableStatistics",
    "TenantError",
    "TenantResult",
    "TenantsResult",
    "UpgradePlan",
    "UpgradeResult",
    "accept",
    "adopt",
    "backfill",
    "backfill_status",
    "backup",
    "check",
    "check_models",
    "create",
    "current",
    "current_all",
    "discard",
    "downgrade",
    "downgrade_sql",
    "drift",
    "estimate_backfill",
    "heads",
    "history",
    "init",
    "lint",
    "merge",
    "rebase",
    "rebuild",
    "recipe",
    "recipes",
    "record",
    "restore",
    "roles",
    "stamp",
    "statistics",
    "switch",
    "upgrade",
    "upgrade_all",
    "upgrade_sql",
    "write_statistics",
]

_MODULES = {
    "AcceptResult": "accept",
    "AdoptResult": "adopt",
    "BackfillLimits": "backfill",
    "BackfillProgress": "backfill",
    "BackfillStatus": "backfill",
    "BackupResult": "backup",
    "CheckResult": "check",
    "CreateResult": "create",
    "CurrentResult": "current",
    "DiscardResult": "discard",
    "DowngradeResult": "downgrade",
    "DriftResult": "drift",
    "HistoryEntry": "history",
    "HistoryResult": "history",
    "InitResult": "init",
    "LintResult": "lint",
    "MergeResult": "merge",
    "RebaseResult": "rebase",
    "RebuildResult": "rebuild",
    "RecipeResult": "recipe",
    "SwitchResult": "switch",
    "TableStatistics": "statistics",
    "TenantError": "tenants",
    "TenantResult": "tenants",
    "TenantsResult": "tenants",
    "UpgradePlan": "upgrade",
    "UpgradeResult": "upgrade",
    "accept": "accept",
    "adopt": "adopt",
    "backfill": "backfill",
    "backfill_status": "backfill",
    "backup": "backup",
    "check": "check",
    "check_models": "check",
    "create": "create",
    "current": "current",
    "current_all": "tenants",
    "discard": "discard",
    "downgrade": "downgrade",
    "downgrade_sql": "sql",
    "drift": "drift",
    "estimate_backfill": "backfill",
    "heads": "heads",
    "history": "history",
    "init": "init",
    "lint": "lint",
    "merge": "merge",
    "rebase": "rebase",
    "rebuild": "rebuild",
    "recipe": "recipe",
    "recipes": "recipe",
    "record": "record",
    "restore": "restore",
    "roles": "roles",
    "stamp": "stamp",
    "statistics": "statistics",
    "switch": "switch",
    "upgrade": "upgrade",
    "upgrade_all": "tenants",
    "upgrade_sql": "sql",
    "write_statistics": "statistics",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(f"{__name__}._{_MODULES[name]}"), name)
    globals()[name] = value
    return value
