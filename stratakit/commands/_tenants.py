"""Apply the pending revisions to many tenants, or read where they are."""

import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from typing import Literal

from stratakit.config import Config
from stratakit.diagnostics.command import MIGRATE
from stratakit.diagnostics.errors import UsageError
from stratakit.process.workers import Worker, WorkerDied, run_tasks, start_workers
from stratakit.tenants import Tenant, TenantNames, read_tenants

WORKER = "stratakit.commands._tenant_worker"
PARALLEL = 4
TenantState = Literal["done", "stopped", "failed", "unreachable", "not begun"]


@dataclass(frozen=True)
class TenantError:
    """The error that stopped a tenant.

    Args:
        message: what is wrong.
        detail: why it matters.
        hint: what resolves it.
    """

    message: str
    detail: str = ""
    hint: str = ""


@dataclass(frozen=True)
class TenantResult:
    """The result of one tenant: its revisions, or its error.

    Args:
        name: the tenant.
        state: `done`; `stopped` between two revisions; `failed`; `unreachable`; `not begun`.
        heads: the revisions of its database; empty before the first one, and if it was not read.
        is_head: whether nothing is pending.
        applied: the ids of the revisions that were applied.
        pending: the ids of the revisions that are pending.
        seconds: how long it took.
        error: what stopped it.
        location: its database and schema on the server, which no other tenant has.
    """

    name: str
    state: TenantState
    heads: tuple[str, ...] = ()
    is_head: bool = False
    applied: tuple[str, ...] = ()
    pending: tuple[str, ...] = ()
    seconds: float = 0.0
    error: TenantError | None = None
    location: str = ""


@dataclass(frozen=True)
class TenantsResult:
    """The results of all tenants.

    Args:
        tenants: one result for each, in the order of the list.
    """

    tenants: Sequence[TenantResult]

    @property
    def is_done(self) -> bool:
        """True if every tenant was done."""
        return all(each.state == "done" for each in self.tenants)


@dataclass(frozen=True)
class TenantTask:
    """The work of one process for one tenant.

    Args:
        config: the project's, with the arguments of the tenant.
        name: the tenant.
        verb: `upgrade`, or `current` to read only.
        revision: the target of an upgrade.
        rolling: whether trailing contract revisions are deferred.
        confirmed_database: in production the database's name, if a revision loses data.
    """

    config: Config
    name: str
    verb: Literal["upgrade", "current"]
    revision: str = "head"
    rolling: bool = False
    confirmed_database: str | None = None


OnResult = Callable[[TenantResult], None]


def upgrade_all(
    config: Config,
    revision: str = "head",
    *,
    tenants: TenantNames | None = None,
    parallel: int = PARALLEL,
    rolling: bool = False,
    confirmed_database: str | None = None,
    on_begin: Callable[[int], None] | None = None,
    on_result: OnResult | None = None,
) -> TenantsResult:
    """Apply the pending revisions to each tenant: all, or those up to a revision.

    A tenant that fails stops no other one. A tenant with nothing pending costs one connection, so
    that a run which was interrupted or failed is continued by the same call. SIGINT and SIGTERM end
    it: each tenant that has begun ends its revision, and the others are `not begun`.

    Args:
        config: the project's.
        revision: an id, `head` or a step such as `+1`.
        tenants: the names, or a mapping of names to URLs; by default those of strata.toml.
        parallel: how many tenants are migrated at the same time, each by a process and connection.
        rolling: leave the last revisions if they are of the phase contract, since older code still
            serves.
        confirmed_database: in production the database's name, if a revision loses data.
        on_begin: called with the number of tenants before anything is changed.
        on_result: called with the result of each tenant as soon as it has ended.

    Raises:
        UsageError: the list is empty or invalid, or env.py does not read `-x tenant=NAME`.
    """
    listed = read_tenants(config, tenants)
    tasks = [
        replace(task, revision=revision, rolling=rolling, confirmed_database=confirmed_database)
        for task in _tasks(config, listed, "upgrade")
    ]
    with _workers(parallel, len(tasks)) as workers:
        _refuse_shared_location(_run(workers[:1], _tasks(config, listed[:2], "current")))
        if on_begin:
            on_begin(len(tasks))
        return TenantsResult(_run(workers, tasks, on_result))


def current_all(
    config: Config,
    *,
    tenants: TenantNames | None = None,
    parallel: int = PARALLEL,
    on_begin: Callable[[int], None] | None = None,
    on_result: OnResult | None = None,
) -> TenantsResult:
    """Read the position of each tenant.

    Args:
        config: the project's.
        tenants: the names, or a mapping of names to URLs; by default those of strata.toml.
        parallel: how many tenants are read at the same time.
        on_begin: called with the number of tenants.
        on_result: called with the result of each tenant as soon as it was read.

    Raises:
        UsageError: the list is empty or invalid, or env.py does not read `-x tenant=NAME`.
    """
    tasks = _tasks(config, read_tenants(config, tenants), "current")
    if on_begin:
        on_begin(len(tasks))
    with _workers(parallel, len(tasks)) as workers:
        results = _run(workers, tasks, on_result)
    _refuse_shared_location(results)
    return TenantsResult(results)


def _tasks(
    config: Config, tenants: Sequence[Tenant], verb: Literal["upgrade", "current"]
) -> list[TenantTask]:
    return [
        TenantTask(
            replace(
                config,
                x_arguments=(*config.x_arguments, f"tenant={each.name}"),
                database_url=each.url,
            ),
            each.name,
            verb,
        )
        for each in tenants
    ]


def _workers(parallel: int, count: int) -> AbstractContextManager[list[Worker]]:
    if parallel < 1:
        raise UsageError(
            f"{parallel} tenants at the same time are too few.",
            hint=f"Give a number of at least 1: {MIGRATE} upgrade --all --parallel 1",
        )
    # Buffered output would be printed after that of the processes.
    sys.stderr.flush()
    return start_workers(WORKER, min(parallel, count))


def _run(
    workers: Sequence[Worker], tasks: Sequence[TenantTask], on_result: OnResult | None = None
) -> list[TenantResult]:
    """Let processes do the tasks; the results are in the order of the tasks."""
    results = {task.name: TenantResult(task.name, "not begun") for task in tasks}

    def receive(task: TenantTask, answer: object) -> None:
        if isinstance(answer, WorkerDied):
            answer = TenantResult(
                task.name,
                "failed",
                error=TenantError(
                    f"Tenant {task.name} was not finished: {answer}.",
                    "Each of its revisions was applied as a whole or not at all, unless the "
                    "database commits each statement.",
                    f"Show its revision: {MIGRATE} current -x tenant={task.name}",
                ),
            )
        assert isinstance(answer, TenantResult)
        results[task.name] = answer
        if on_result:
            on_result(answer)

    run_tasks(workers, tasks, receive)
    return list(results.values())


def _refuse_shared_location(results: Sequence[TenantResult]) -> None:
    """Raise a UsageError if two tenants are the same: env.py does not read the argument."""
    seen: dict[str, str] = {}
    for each in results:
        other = seen.setdefault(each.location, each.name)
        if each.location and other != each.name:
            raise UsageError(
                f"The tenants {other} and {each.name} are the same database and schema.",
                detail="The revisions would be applied to it once, and reported for each tenant. "
                "Nothing was changed.",
                hint="Let env.py read the tenant:\n"
                '    tenant = context.get_x_argument(as_dictionary=True).get("tenant")\n'
                "and connect to its database, or set its schema:\n"
                "    connection.execute(text(f'SET search_path TO \"{tenant}\"'))\n"
                "    connection.commit()\n"
                "    connection.dialect.default_schema_name = tenant",
            )
