"""The list of tenants: what it may contain, and what is refused before anything runs."""

import io
from dataclasses import replace
from pathlib import Path

import pytest

from stratakit.config import Config
from stratakit.diagnostics.errors import UsageError
from stratakit.tenants import Tenant, find_url, parse_tenants, read_tenants

HOSTILE = [
    "",
    " acme",
    "acme globex",
    "-x",
    "..",
    "../other",
    "a/b",
    'acme"; DROP SCHEMA public CASCADE; --',
    "acme'",
    "acme\n",
    "acme\x00",
    "a\\b",
    "tenant=acme",
    "a" * 64,
    "žofie",
]


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(root=tmp_path)


def test_a_file_has_a_name_or_a_name_and_a_url_in_each_line() -> None:
    assert parse_tenants(io.StringIO("# all\nacme\n\n globex \n")) == ["acme", "globex"]
    listed = parse_tenants(io.StringIO("acme\t postgresql://db/acme\nglobex\n"))
    assert listed == {"acme": "postgresql://db/acme", "globex": ""}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_that_could_be_sql_or_a_path_is_refused(config: Config, name: str) -> None:
    with pytest.raises(UsageError) as refused:
        read_tenants(config, ["acme", name])
    assert repr(name) in refused.value.message


@pytest.mark.parametrize("name", ["acme", "Acme_2", "a.b-c", "0815", "a" * 63])
def test_a_plain_name_is_accepted(config: Config, name: str) -> None:
    assert read_tenants(config, [name]) == [Tenant(name)]


@pytest.mark.parametrize(
    "names",
    [
        [],
        {},
        ["acme", "globex", "acme"],
        {"acme": "postgresql://db/one", "globex": "postgres://db/one"},
    ],
    ids=["no name", "no URL", "a name twice", "a URL twice"],
)
def test_an_empty_list_or_a_duplicate_is_refused(
    config: Config, names: list[str] | dict[str, str]
) -> None:
    with pytest.raises(UsageError):
        read_tenants(config, names)


def test_a_duplicate_in_a_file_with_urls_is_refused(config: Config) -> None:
    (config.root / "list").write_text("acme sqlite:///a.db\nacme sqlite:///b.db\n")
    with pytest.raises(UsageError, match="acme"):
        read_tenants(replace(config, tenants="list"))


def test_a_password_is_not_in_the_text_of_a_tenant_or_an_error(config: Config) -> None:
    url = "postgresql://ada:secret@db/one"
    assert "secret" not in repr(read_tenants(config, {"acme": url}))
    with pytest.raises(UsageError) as refused:
        read_tenants(config, {"acme": url, "globex": url})
    assert "secret" not in str(refused.value)


def test_a_function_of_the_project_returns_the_tenants(
    config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    (config.root / "its_tenants.py").write_text(
        "def names():\n    return (each for each in ('acme', 'globex'))\n\n"
        "def urls():\n    return {'acme': 'sqlite:///a.db'}\n\n"
        "def broken():\n    return 1 / 0\n"
    )
    monkeypatch.syspath_prepend(str(config.root))
    named = replace(config, tenants="its_tenants:names")
    assert [each.name for each in read_tenants(named)] == ["acme", "globex"]
    assert read_tenants(replace(config, tenants="its_tenants:urls"))[0].url == "sqlite:///a.db"
    with pytest.raises(UsageError, match="ZeroDivisionError") as failed:
        read_tenants(replace(config, tenants="its_tenants:broken"))
    assert "its_tenants.py:" in failed.value.detail
    for missing in ("its_tenants:no_such", "no_such_module:names"):
        with pytest.raises(UsageError, match="no_such"):
            read_tenants(replace(config, tenants=missing))


def test_without_a_list_the_key_of_strata_toml_is_named(config: Config) -> None:
    with pytest.raises(UsageError) as refused:
        read_tenants(config)
    assert "tenants =" in refused.value.hint
    with pytest.raises(UsageError, match=r"no-such\.txt"):
        read_tenants(replace(config, tenants="no-such.txt"))


def test_the_argument_of_a_tenant_leads_to_its_url(config: Config) -> None:
    (config.root / "list").write_text("acme sqlite:///a.db\nglobex sqlite:///b.db\n")
    listed = replace(config, tenants="list", x_arguments=("verbose=1", "tenant=globex"))
    assert find_url(listed) == "sqlite:///b.db"
    assert find_url(replace(listed, x_arguments=("verbose=1",))) == ""
    assert find_url(replace(listed, x_arguments=("tenant=other",))) == ""
