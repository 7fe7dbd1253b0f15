"""A database in a file, and back."""

import gzip
import os
import pty
import re
import shlex
import sqlite3
import stat
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import inspect

from stratakit import backup, locking
from stratakit.backup import files, sqlite
from stratakit.config import Config
from stratakit.devserver.account import account_for
from stratakit.devserver.binaries import binaries
from stratakit.devserver.client_tools import find_client
from stratakit.devserver.cluster import initialize
from stratakit.devserver.server import Server
from stratakit.diagnostics.errors import StrataError
from stratakit.engine.connect import connect
from stratakit.engine.url import DatabaseURL, parse
from tests.service import Service

PASSWORD = "s3-beginning cr'\"et\\#%@:/;"
NAME = re.compile(r"\w+_\w+_\d{8}T\d{6}Z(\.dump|\.sql\.gz|\.db)")

ITEM = "INSERT INTO items (name, price) VALUES ('{}', 1.5)"
LEFTOVERS = {
    "postgresql": [
        "CREATE SCHEMA other",
        "CREATE TABLE other.thing (id int)",
        "CREATE TABLE child (id int REFERENCES items (id))",
        "CREATE VIEW seen AS SELECT * FROM items",
        "CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE TYPE mood AS ENUM ('good')",
    ],
    "mysql": [
        "CREATE TABLE child (id bigint, FOREIGN KEY (id) REFERENCES items (id))",
        "CREATE VIEW seen AS SELECT * FROM items",
        "CREATE SEQUENCE counter",
        "CREATE FUNCTION one() RETURNS int RETURN 1",
        "CREATE PROCEDURE two() SELECT 2",
        "CREATE EVENT later ON SCHEDULE EVERY 1 DAY DO SELECT 1",
        "CREATE TRIGGER before_item BEFORE INSERT ON items FOR EACH ROW SET NEW.price = 0",
    ],
    "sqlite": [
        "CREATE TABLE child (id int REFERENCES items (id))",
        "CREATE VIEW seen AS SELECT * FROM items",
        "CREATE INDEX cheap ON items (price)",
    ],
}
MUCH = {
    "postgresql": "SELECT n, md5(n::text) FROM generate_series(1, 300000) AS n",
    "mysql": "SELECT seq, md5(seq) FROM seq_1_to_300000",
}
CONTENTS = {
    "postgresql": "SELECT nspname FROM pg_namespace UNION SELECT oid::regclass::text FROM pg_class "
    "UNION SELECT oid::regprocedure::text FROM pg_proc "
    "UNION SELECT oid::regtype::text FROM pg_type WHERE typtype = 'e'",
    "mysql": "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE() "
    "UNION SELECT routine_name FROM information_schema.routines WHERE routine_schema = DATABASE() "
    "UNION SELECT event_name FROM information_schema.events WHERE event_schema = DATABASE() "
    "UNION SELECT trigger_name FROM information_schema.triggers "
    "WHERE trigger_schema = DATABASE()",
    "sqlite": "SELECT name FROM sqlite_master",
}


@pytest.mark.row("B10")
def test_a_backup_taken_before_an_upgrade_rolls_it_back(live: Service) -> None:
    """B10: back up, upgrade, verify, roll back; one command each."""
    ok(live.migrate("upgrade", "001"))
    path = backed_up(live)
    ok(live.migrate("upgrade"))
    assert "002" in ok(live.migrate("current"))
    live.sql(ITEM.format("a chair"))
    assert "is at 001" in restored(live, path)
    assert live.stands_at() == "001"
    assert "items" not in tables(live)


@pytest.mark.row("D9")
def test_a_backup_restores_the_rows_and_the_revision(migrated: Service) -> None:
    """D9: dump and restore, one command each way."""
    migrated.sql(ITEM.format("a lamp; -- 50 % \u00e9\\t"))
    rows = migrated.sql("SELECT * FROM items")
    path = backed_up(migrated)
    migrated.sql("DELETE FROM items")
    migrated.sql("UPDATE alembic_version SET version_num = '001'")
    assert "is at 002" in restored(migrated, path)
    assert migrated.sql("SELECT * FROM items") == rows
    assert migrated.stands_at() == "002"
    ok(migrated.migrate("check"))


@pytest.mark.row("E6")
def test_an_upgrade_backs_up_first_where_it_is_asked_to(migrated: Service) -> None:
    """E6: back up first; the backup is of the database as it was before."""
    ok(migrated.migrate("downgrade"))
    ok(migrated.migrate("upgrade", "--backup"))
    [path] = backups(migrated)
    assert "_001_" in path.name
    restored(migrated, path)
    assert migrated.stands_at() == "001"


def test_a_restore_leaves_exactly_what_the_backup_has(migrated: Service, database: str) -> None:
    before = set(migrated.sql(CONTENTS[database]))
    path = backed_up(migrated)
    for statement in LEFTOVERS[database]:
        migrated.sql(statement)
    assert set(migrated.sql(CONTENTS[database])) > before
    restored(migrated, path)
    after = set(migrated.sql(CONTENTS[database]))
    assert {name for name in after ^ before if "pg_toast" not in str(name)} == set()


def test_objects_created_later_come_back_from_their_own_backup(
    migrated: Service, database: str
) -> None:
    for statement in LEFTOVERS[database]:
        migrated.sql(statement)
    before = set(migrated.sql(CONTENTS[database]))
    path = backed_up(migrated)
    restored(migrated, path)
    restored(migrated, path)
    after = set(migrated.sql(CONTENTS[database]))
    assert {name for name in after ^ before if "pg_toast" not in str(name)} == set()


def test_a_backup_prints_its_path_and_is_readable_by_its_owner_only(migrated: Service) -> None:
    told = ok(migrated.migrate("backup"))
    [path] = backups(migrated)
    assert NAME.fullmatch(path.name)
    assert f"{name_of(migrated).removesuffix('.db')}_002_" in path.name
    assert f"{path} (" in told
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert migrated.git("status", "--porcelain", "--", "backups") == ""
    assert [file.name for file in path.parent.iterdir() if file.name.startswith(".unf")] == []


@pytest.mark.databases("sqlite")
def test_a_backup_goes_into_another_folder(migrated: Service, tmp_path: Path) -> None:
    told = ok(migrated.migrate("backup", "--to", str(tmp_path / "my backups")))
    [path] = (tmp_path / "my backups").iterdir()
    command = told.strip().rpartition("To restore it: ")[2]
    assert shlex.split(command)[-1] == str(path)
    assert not (migrated.root / "backups").exists()


@pytest.mark.databases("sqlite")
def test_a_folder_that_cannot_exist_is_reported(migrated: Service) -> None:
    done = migrated.migrate("backup", "--to", "alembic.ini/backups")
    assert done.returncode == 3
    assert "cannot be written" in done.stderr


def test_two_backups_within_a_second_are_two_files(tmp_path: Path) -> None:
    names = []
    for _ in range(3):
        path = files.unused_path(tmp_path, "orders_002_20260712T101530Z", ".sql.gz")
        path.touch()
        names.append(path.name.removeprefix("orders_002_20260712T101530Z"))
    assert names == [".sql.gz", "-2.sql.gz", "-3.sql.gz"]


def test_without_a_terminal_the_name_has_to_be_given(migrated: Service) -> None:
    path = backed_up(migrated)
    migrated.sql(ITEM.format("a chair"))
    for given in ([], ["--yes", "another"]):
        refused = migrated.migrate("restore", str(path), *given)
        assert refused.returncode == 1
        assert migrated.sql("SELECT name FROM items") == [("a chair",)]
        assert "table items, 1 row" in refused.stderr
        assert "--yes" not in refused.stderr
    ok(migrated.migrate("restore", str(path), "--yes", name_of(migrated)))
    assert migrated.sql("SELECT name FROM items") == []


@pytest.mark.databases("sqlite")
def test_at_a_terminal_the_name_is_typed(migrated: Service) -> None:
    path = backed_up(migrated)
    for typed, status, rows in (("yes", 1, 1), (name_of(migrated), 0, 0)):
        migrated.sql("DELETE FROM items")
        migrated.sql(ITEM.format("a chair"))
        assert at_a_terminal(migrated, ["restore", str(path)], typed) == status
        assert len(migrated.sql("SELECT name FROM items")) == rows


def test_an_incomplete_backup_is_refused(migrated: Service, tmp_path: Path) -> None:
    path = backed_up(migrated)
    migrated.sql(ITEM.format("a chair"))
    half = tmp_path / f"half{''.join(path.suffixes)}"
    half.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    foreign = tmp_path / "foreign.sql.gz"
    foreign.write_bytes(gzip.compress(b"SELECT 1;\n"))
    picture = tmp_path / "picture.png"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n")
    for file in (half, foreign, picture, tmp_path, tmp_path / "missing.dump"):
        with pytest.raises(StrataError, match=re.escape(str(file))):
            backup.check(url_of(migrated), file)
    refused = migrated.migrate("restore", str(half), "--yes", name_of(migrated))
    assert refused.returncode == 2
    assert "Nothing was changed" in refused.stderr
    assert str(path) in refused.stderr
    assert migrated.sql("SELECT name FROM items") == [("a chair",)]


@pytest.mark.databases("mysql")
def test_a_dump_that_would_go_to_another_database_is_refused(
    migrated: Service, tmp_path: Path
) -> None:
    path = tmp_path / "several.sql.gz"
    path.write_bytes(
        gzip.compress(
            b"-- MariaDB dump 10.19\n\n--\n-- Current Database: `other`\n--\n"
            b"-- Dump completed on 2026-07-12\n"
        )
    )
    refused = migrated.migrate("restore", str(path), "--yes", name_of(migrated))
    assert refused.returncode == 2
    assert "--databases" in refused.stderr


@pytest.mark.databases("postgresql")
def test_a_restore_that_fails_changes_nothing_and_says_so(migrated: Service) -> None:
    migrated.sql("CREATE ROLE gone")
    migrated.sql("ALTER TABLE items OWNER TO gone")
    path = backed_up(migrated)
    migrated.sql("ALTER TABLE items OWNER TO postgres")
    migrated.sql("DROP ROLE gone")
    migrated.sql("CREATE TABLE other (id int)")
    migrated.sql(ITEM.format("a chair"))
    failed = migrated.migrate("restore", str(path), "--yes", name_of(migrated))
    assert failed.returncode == 1
    assert 'role "gone" does not exist' in failed.stderr
    assert migrated.sql("SELECT name FROM items") == [("a chair",)]
    assert "other" in tables(migrated)
    command = failed.stderr.strip().rpartition(" does not need: ")[2].split()[1:]
    ok(migrated.migrate(*command, "--yes", name_of(migrated)))
    assert migrated.sql("SELECT name FROM items") == []
    assert "other" not in tables(migrated)


@pytest.mark.databases("mysql")
def test_a_restore_that_fails_half_way_says_so(migrated: Service, tmp_path: Path) -> None:
    path = backed_up(migrated)
    dump = gzip.decompress(path.read_bytes())
    broken = tmp_path / "broken.sql.gz"
    broken.write_bytes(gzip.compress(dump.replace(b"CREATE TABLE `items`", b"CREATE `items`")))
    failed = migrated.migrate("restore", str(broken), "--yes", name_of(migrated))
    assert failed.returncode == 1
    assert "ERROR 1064" in failed.stderr
    assert "--without-roles" in failed.stderr
    assert migrated.columns("items") == set()
    restored(migrated, path)
    assert migrated.stands_at() == "002"


@pytest.mark.databases("mysql")
def test_a_user_without_all_rights_leaves_definers_out(migrated: Service, tmp_path: Path) -> None:
    for statement in LEFTOVERS["mysql"]:
        migrated.sql(statement)
    migrated.sql(ITEM.format("a chair DEFINER=`a`@`b`"))
    path = backed_up(migrated)
    with a_user_with_a_password(migrated, "mysql", tmp_path) as url:
        migrated.environment["DATABASE_URL"] = url
        failed = migrated.migrate("restore", str(path), "--yes", name_of(migrated))
        assert failed.returncode == 1
        assert "ERROR 1227" in failed.stderr
        ok(migrated.migrate("restore", str(path), "--yes", name_of(migrated), "--without-roles"))
        assert migrated.sql("SELECT name FROM seen") == [("a chair DEFINER=`a`@`b`",)]
        definers = migrated.sql("SELECT DISTINCT definer FROM information_schema.routines")
        assert ("keeper@localhost",) in definers


@pytest.mark.databases("mysql")
def test_a_dump_that_fails_leaves_no_file(migrated: Service) -> None:
    migrated.sql("CREATE TABLE ground (id int)")
    migrated.sql("CREATE VIEW broken AS SELECT * FROM ground")
    migrated.sql("DROP TABLE ground")
    failed = migrated.migrate("backup")
    assert failed.returncode == 3
    assert "broken" in failed.stderr
    assert [file.name for file in (migrated.root / "backups").iterdir()] == [".gitignore"]


@pytest.mark.databases("sqlite")
def test_a_restore_into_a_database_in_use_gives_up(
    migrated: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = backed_up(migrated)
    migrated.sql(ITEM.format("a chair"))
    url = url_of(migrated)
    monkeypatch.setattr(sqlite, "BUSY_SECONDS", 0.0)
    reader = sqlite3.connect(str(url.url.database), isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM items").fetchall()
    with pytest.raises(StrataError, match="keeps it locked"):
        backup.restore(url, path)
    reader.close()
    assert migrated.sql("SELECT name FROM items") == [("a chair",)]


@pytest.mark.databases("sqlite")
def test_a_backup_during_writes_is_of_one_moment(migrated: Service, tmp_path: Path) -> None:
    """The writer would make SQLite begin anew for ever; two tables always have as many rows."""
    file = str(url_of(migrated).url.database)
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE wide AS SELECT randomblob(1 << 25) AS filling")
        connection.execute("CREATE TABLE one (id int)")
        connection.execute("CREATE TABLE two (id int)")
    writing = f"""
import sqlite3, time
connection = sqlite3.connect({file!r}, timeout=60, isolation_level=None)
while not time.sleep(0.002):
    connection.executescript(
        "BEGIN; INSERT INTO one VALUES (1); INSERT INTO two VALUES (1); COMMIT"
    )
"""
    writer = subprocess.Popen([sys.executable, "-c", writing])
    try:
        time.sleep(0.5)
        path = backed_up(migrated)
        assert writer.poll() is None
    finally:
        writer.kill()
        writer.wait()
    with sqlite3.connect(path) as connection:
        counts = "SELECT (SELECT count(*) FROM one), (SELECT count(*) FROM two)"
        one, two = connection.execute(counts).fetchone()
    assert one == two > 0


def test_no_backup_is_taken_while_a_migration_runs(migrated: Service) -> None:
    url = url_of(migrated)
    with connect(url) as connection, locking.migration_lock(connection, url.backend):
        waiting = subprocess.Popen(
            [migrated.python, "scripts/migrate.py", "backup"],
            cwd=migrated.root,
            env=migrated.environ(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.wait(4)
        assert backups(migrated) == []
        backup.create(Config(root=migrated.root), url, migrated.root / "inside", has_lock=True)
    assert waiting.wait(60) == 0
    assert len(backups(migrated)) == 1


@pytest.mark.databases("postgresql", "mysql")
def test_a_password_is_neither_printed_nor_visible_in_the_process_list(
    migrated: Service, database: str, tmp_path: Path
) -> None:
    with a_user_with_a_password(migrated, database, tmp_path) as url:
        migrated.environment["DATABASE_URL"] = url
        # Enough for the programs to be at work for a while.
        migrated.sql(f"CREATE TABLE much AS {MUCH[database]}")
        with process_list() as seen:
            told = ok(migrated.migrate("backup"))
            [path] = backups(migrated)
            told += restored(migrated, path)
        migrated.environment["DATABASE_URL"] = url.replace("keeper:", "keeper:wrong")
        refused = migrated.migrate("backup")
        assert refused.returncode == 3
    programs = {"postgresql": ("pg_dump", "pg_restore"), "mysql": ("mariadb-dump", "mariadb")}
    for program in programs[database]:
        commands = [command for command in seen if Path(command[0]).name == program]
        assert commands, program
        # MariaDB's programs overwrite the value right after they began.
        assert not [word for words in commands for word in words if "--password" in word]
    everything = [word for command in seen for word in command]
    everything += [told, refused.stdout, refused.stderr]
    for secret in (PASSWORD, quote(PASSWORD, safe=""), "s3-beginning"):
        assert [word for word in everything if secret in word] == []


@pytest.mark.databases("postgresql")
def test_a_client_older_than_the_server_is_refused() -> None:
    with pytest.raises(StrataError) as raised:
        find_client("pg_dump", 99)
    assert re.search(r"pg_dump is of PostgreSQL \d+, and .* PostgreSQL 99", raised.value.message)
    assert "postgresql-client-99" in raised.value.hint


@pytest.mark.databases("postgresql")
@pytest.mark.parametrize("version", ["16", "18"])
def test_all_that_postgresql_can_hold_comes_back(
    live: Service, tmp_path: Path, version: str
) -> None:
    (tmp_path / "own").mkdir()
    server = Server(tmp_path / "own" / "postgresql", durable=False)
    server.folder.mkdir(mode=0o700)
    initialize(server.data, binaries(version), account_for(server.folder))
    server.start()
    try:
        live.environment["DATABASE_URL"] = server.url("postgres")
        ok(live.migrate("upgrade"))
        with live.connection() as connection:
            connection.exec_driver_sql(EVERYTHING)
        before = dumped(server, version)
        path = backed_up(live)
        with live.connection() as connection:
            connection.exec_driver_sql(CHANGES)
        assert dumped(server, version) != before
        restored(live, path)
        assert dumped(server, version) == before
    finally:
        server.remove()


EVERYTHING = r"""
CREATE SCHEMA shop;
CREATE SCHEMA extensions;
CREATE EXTENSION vector SCHEMA extensions;
CREATE TYPE shop.state AS ENUM ('new', 'paid');
CREATE DOMAIN positive AS int CHECK (VALUE > 0);
CREATE TYPE pair AS (a int, b text);
CREATE TYPE span AS RANGE (subtype = float8);
CREATE COLLATION plain FROM "C";
CREATE TEXT SEARCH CONFIGURATION words (COPY = simple);
CREATE OPERATOR shop.=== (leftarg = int, rightarg = int, function = int4eq);
CREATE AGGREGATE summed (int) (sfunc = int4pl, stype = int);
CREATE TABLE shop.orders (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, state shop.state, place extensions.vector(2),
    number positive, note text COLLATE plain, two pair, "odd ""name" text
);
INSERT INTO shop.orders (state, place, number, note, two)
SELECT 'new', '[1,2]', n, E'tab\t line\n\\.\nback\\slash ' || n, ROW(n, 'x')::pair
FROM generate_series(1, 30000) AS n;
CREATE TABLE nothing ();
CREATE TABLE by_year (id int, at date) PARTITION BY RANGE (at);
CREATE TABLE twenties PARTITION OF by_year FOR VALUES FROM ('2020-01-01') TO ('2030-01-01');
INSERT INTO by_year VALUES (1, '2021-01-01');
CREATE FUNCTION shop.told(state shop.state) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
/*
COPY items (id) FROM stdin;
\restrict abc
\unrestrict abc
BEGIN;
SET transaction_timeout = 0;
*/
RETURN state::text; END $$;
CREATE PROCEDURE done() LANGUAGE sql BEGIN ATOMIC SELECT 1; END;
CREATE VIEW shop.recent AS SELECT * FROM shop.orders;
CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM shop.orders;
CREATE STATISTICS related ON state, number FROM shop.orders;
CREATE RULE ignored AS ON DELETE TO by_year DO INSTEAD NOTHING;
CREATE PUBLICATION changes FOR TABLE items;
CREATE FUNCTION noted() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
CREATE EVENT TRIGGER on_ddl ON ddl_command_end EXECUTE FUNCTION noted();
CREATE FOREIGN DATA WRAPPER wrapper;
CREATE SERVER elsewhere FOREIGN DATA WRAPPER wrapper;
CREATE ROLE reader;
GRANT SELECT ON items TO reader;
GRANT USAGE ON SCHEMA public TO reader;
ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT SELECT ON TABLES TO reader;
COMMENT ON TABLE items IS 'what there is';
SELECT lo_from_bytea(0, repeat('x', 100000)::bytea);
"""
CHANGES = """
CREATE SCHEMA more;
CREATE TABLE more.things (id int);
CREATE TABLE other AS SELECT 1 AS one;
CREATE VIEW of_other AS SELECT * FROM other;
CREATE PUBLICATION more_changes;
CREATE TYPE extensions.mood AS ENUM ('good');
DELETE FROM shop.orders WHERE id < 100;
REVOKE SELECT ON items FROM reader;
SELECT lo_from_bytea(0, 'more');
"""


def dumped(server: Server, version: str) -> str:
    """The whole database as text, without the key that is new in each dump."""
    dump = [str(binaries(version) / "pg_dump"), server.url("postgres")]
    text = subprocess.run(dump, capture_output=True, text=True, check=True).stdout
    text = re.sub(r"(?m)^\\(un)?restrict .*$", "", text)
    # How PostgreSQL writes `status IN (...)` on a varchar column, before and after a restore.
    array = r"\(ARRAY\[[^]]*\]\)::text\[\]|(?<=ANY \()ARRAY\[[^]]*\]"
    return re.sub(array, "ARRAY", text)


def ok(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def backed_up(service: Service) -> Path:
    ok(service.migrate("backup"))
    return max(backups(service), key=lambda path: path.stat().st_mtime_ns)


def restored(service: Service, path: Path) -> str:
    return ok(service.migrate("restore", str(path), "--yes", name_of(service)))


def backups(service: Service) -> list[Path]:
    return [path for path in (service.root / "backups").glob("*") if NAME.fullmatch(path.name)]


def tables(service: Service) -> list[str]:
    with service.connection() as connection:
        return inspect(connection).get_table_names()


def url_of(service: Service) -> DatabaseURL:
    file = f"sqlite:///.local/{service.database_name}.db"
    return parse(service.environment.get("DATABASE_URL", file), Config(root=service.root))


def name_of(service: Service) -> str:
    return url_of(service).name


def at_a_terminal(service: Service, arguments: list[str], typed: str) -> int:
    ours, theirs = pty.openpty()
    # Without columns there is no room for a line of progress.
    termios.tcsetwinsize(theirs, (24, 80))
    command = [service.python, "scripts/migrate.py", *arguments]
    process = subprocess.Popen(
        command, cwd=service.root, env=service.environ(), stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    os.write(ours, f"{typed}\n".encode())
    shown = b""
    while process.poll() is None or b"\n" not in shown:
        try:
            shown += os.read(ours, 1000)
        except OSError:
            break
    os.close(ours)
    status = process.wait()
    assert b"would be replaced by" in shown
    assert (b"Restore: " in shown) == (status == 0)
    return status


@contextmanager
def process_list() -> Iterator[set[tuple[str, ...]]]:
    """Every command line that was seen during the block, sampled all the time."""
    seen: set[tuple[str, ...]] = set()
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.002):
            for process in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    words = process.read_bytes().decode(errors="replace").split("\0")
                except OSError:
                    continue
                seen.add(tuple(words))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        ended.set()
        thread.join()


@contextmanager
def a_user_with_a_password(service: Service, database: str, folder: Path) -> Iterator[str]:
    """A URL of the service's database, for a user whom the server asks for a password."""
    name = name_of(service)
    if database == "mysql":
        doubled = PASSWORD.replace("\\", "\\\\").replace("'", "''")
        with service.connection() as connection:
            run = connection.connection.driver_connection.cursor().execute  # type: ignore[union-attr]
            run(f"CREATE OR REPLACE USER keeper@localhost IDENTIFIED BY '{doubled}'")
            run(f"GRANT ALL ON `{name}`.* TO keeper@localhost")
        address = url_of(service).url.render_as_string(hide_password=False)
        yield address.replace("root@", f"keeper:{quote(PASSWORD, safe='')}@")
        return
    (folder / "own").mkdir()
    server = Server(folder / "own" / "postgresql", durable=False)
    server.start()
    try:
        service.environment["DATABASE_URL"] = server.url("postgres")
        server.create_database(name)
        with psycopg.connect(server.url(name)) as connection:
            keeper = sql.SQL("CREATE ROLE keeper LOGIN PASSWORD {}").format(PASSWORD)
            connection.execute(keeper)
            connection.execute(
                sql.SQL("ALTER DATABASE {} OWNER TO keeper").format(sql.Identifier(name))
            )
        rules = server.data / "pg_hba.conf"
        rules.write_text(f"local all keeper scram-sha-256\n{rules.read_text()}")
        service.sql("SELECT pg_reload_conf()")
        url = server.url(name).replace("postgres@", f"keeper:{quote(PASSWORD, safe='')}@")
        service.environment["DATABASE_URL"] = url
        ok(service.migrate("upgrade"))
        yield url
    finally:
        server.remove()
