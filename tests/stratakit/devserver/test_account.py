"""The account that runs PostgreSQL's programs, for each user and each machine."""

import os
import pwd
from pathlib import Path

import pytest

from stratakit.devserver import account
from stratakit.devserver.account import Account, account_for
from stratakit.diagnostics.errors import DatabaseUnavailable

NOBODY = pwd.getpwnam("nobody")
NAMED = {0: "root", 1000: "me", 2000: "owner", NOBODY.pw_uid: "nobody"}


def _machine(
    monkeypatch: pytest.MonkeyPatch, *, user: int, owner: int, runs: tuple[str, ...]
) -> Path:
    """A machine with this user and this owner of a folder, on which these prefixes run."""
    status = os.stat_result((0o700, 1, 1, 1, owner, owner, 0, 0, 0, 0))
    monkeypatch.setattr(os, "geteuid", lambda: user)
    monkeypatch.setattr(os, "getegid", lambda: user)
    monkeypatch.setattr(account, "_user_name", NAMED.get)
    monkeypatch.setattr(account, "_can_run", lambda prefix: prefix[0] in runs)

    class Folder(type(Path())):  # type: ignore[misc]
        def stat(self, *, follow_symlinks: bool = True) -> os.stat_result:
            return status

    folder: Path = Folder("/srv/orders")
    return folder


@pytest.mark.parametrize(
    ("user", "owner", "runs", "uid", "program"),
    [
        (1000, 1000, ("unshare", "setpriv"), 1000, None),
        (1000, 0, (), 1000, None),
        (0, 0, ("unshare", "setpriv"), 0, "unshare"),
        (0, 0, ("setpriv",), NOBODY.pw_uid, "setpriv"),
        (0, 2000, ("unshare", "setpriv"), 2000, "setpriv"),
        (0, 3000, ("unshare", "setpriv"), NOBODY.pw_uid, "setpriv"),
        # A user without a name, as in some containers.
        (3000, 3000, ("unshare",), 3000, "unshare"),
        (3000, 0, ("unshare",), 3000, "unshare"),
        (3000, 2000, ("unshare",), 3000, None),
        (3000, 3000, (), 3000, None),
    ],
)
def test_each_user_has_an_account(
    monkeypatch: pytest.MonkeyPatch,
    user: int,
    owner: int,
    runs: tuple[str, ...],
    uid: int,
    program: str | None,
) -> None:
    found = account_for(_machine(monkeypatch, user=user, owner=owner, runs=runs))
    assert found.uid == uid
    assert (found.prefix[0] if found.prefix else None) == program
    if program == "setpriv":
        assert f"--reuid={uid}" in found.prefix
    if program == "unshare":
        assert f"--map-user={NOBODY.pw_uid}" in found.prefix


@pytest.mark.parametrize(("owner", "runs"), [(0, ()), (2000, ("unshare",)), (3000, ("unshare",))])
def test_root_without_another_way_is_refused(
    monkeypatch: pytest.MonkeyPatch, owner: int, runs: tuple[str, ...]
) -> None:
    with pytest.raises(DatabaseUnavailable):
        account_for(_machine(monkeypatch, user=0, owner=owner, runs=runs))


def test_a_folder_is_given_with_its_contents_and_itself_last(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b").touch()
    changed = list[tuple[Path, int, int]]()
    monkeypatch.setattr(os, "chown", lambda path, uid, gid, **_: changed.append((path, uid, gid)))
    mine = tmp_path.stat().st_uid
    Account(mine, 5).take_ownership(tmp_path)
    assert changed == []
    Account(mine + 1, 5).take_ownership(tmp_path)
    assert {path for path, _, _ in changed} == {tmp_path, tmp_path / "a", tmp_path / "a" / "b"}
    assert changed[-1] == (tmp_path, mine + 1, 5)


def test_a_prefix_that_is_missing_or_fails_cannot_run() -> None:
    assert account._can_run(())
    assert not account._can_run(("/no/such/program",))
    assert not account._can_run(("false",))
