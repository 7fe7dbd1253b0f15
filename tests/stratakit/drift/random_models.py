"""Random models, and random changes of them, as data that hypothesis draws, shrinks and prints.

A model is drawn as plain values, so that a failing example can be pasted into a test. Each table
and each column has a name that says which one it is, whatever else of it changes.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from hypothesis import strategies as st
from sqlalchemy.dialects import mysql, postgresql
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import FunctionElement
from sqlalchemy.types import TypeEngine

from stratakit.config import Backend
from stratakit.orm import naming

Draw = st.DrawFn
Type = Callable[[], TypeEngine[Any]]


class Guid(sa.TypeDecorator[Any]):
    """SQLAlchemy's recipe of a type that each database stores in its own way."""

    impl = sa.CHAR
    cache_ok = True

    def load_dialect_impl(self, dialect: sa.Dialect) -> TypeEngine[Any]:
        if dialect.name == "postgresql":
            return dialect.type_descriptor(postgresql.UUID())
        return dialect.type_descriptor(sa.CHAR(36))


class Fuel(sa.TypeDecorator[Any]):
    """An enum in a decorator."""

    impl = sa.Enum("petrol", "gas", name="fuel")
    cache_ok = True


class Money(sa.TypeDecorator[Any]):
    """A decorator that hands its arguments to its type."""

    impl = sa.Numeric
    cache_ok = True


class utc_now(FunctionElement[Any]):  # noqa: N801
    """SQLAlchemy's recipe of a function that each database has under another name."""

    type = sa.DateTime()
    inherit_cache = True


@compiles(utc_now, "postgresql")
def _postgresql_utc_now(*_: object, **__: object) -> str:
    return "timezone('utc', CURRENT_TIMESTAMP)"


@compiles(utc_now)
def _utc_now(*_: object, **__: object) -> str:
    return "CURRENT_TIMESTAMP"


def _mood(*values: str) -> Type:
    return lambda: sa.Enum(*values, name="mood")


TYPES: Mapping[str, Type] = {
    "integer": sa.Integer,
    "bigint": sa.BigInteger,
    "smallint": sa.SmallInteger,
    "string20": lambda: sa.String(20),
    "string50": lambda: sa.String(50),
    "text": sa.Text,
    "boolean": sa.Boolean,
    "date": sa.Date,
    "datetime": sa.DateTime,
    "timestamptz": lambda: sa.DateTime(timezone=True),
    "time": sa.Time,
    "interval": sa.Interval,
    "numeric": lambda: sa.Numeric(10, 2),
    "precise": lambda: sa.Numeric(12, 4),
    "float": sa.Float,
    "double": sa.Double,
    "binary": sa.LargeBinary,
    "uuid": sa.Uuid,
    "json": sa.JSON,
    "mood": _mood("happy", "sad"),
    "longer mood": _mood("happy", "calm", "it's", "sad"),
    "checked": lambda: sa.Enum("a", "b", name="letter", native_enum=False, create_constraint=True),
    "guid": Guid,
    "fuel": Fuel,
    "money": lambda: Money(8, 2),
    "pickle": sa.PickleType,
    "variant": lambda: sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
}
OWN_TYPES: Mapping[Backend, Mapping[str, Type]] = {
    "postgresql": {
        "jsonb": postgresql.JSONB,
        "integers": lambda: sa.ARRAY(sa.Integer),
        "moods": lambda: sa.ARRAY(_mood("happy", "sad")()),
        "inet": postgresql.INET,
        "millis": lambda: postgresql.TIMESTAMP(precision=3),
        "range": postgresql.INT4RANGE,
        "collated": lambda: sa.String(20, collation="C"),
        "bits": lambda: postgresql.BIT(4),
        "vector": postgresql.TSVECTOR,
    },
    "mysql": {
        "unsigned": lambda: mysql.INTEGER(unsigned=True),
        "tiny": mysql.TINYINT,
        "medium": mysql.MEDIUMTEXT,
        "micros": lambda: mysql.DATETIME(fsp=6),
        "colors": lambda: mysql.ENUM("red", "it's"),
        "set": lambda: mysql.SET("a", "b"),
        "year": mysql.YEAR,
        "collated": lambda: sa.String(20, collation="utf8mb4_bin"),
    },
    "sqlite": {"collated": lambda: sa.String(20, collation="NOCASE")},
}
"""Types by the name under which an example shows them."""
TEXTS = {"string20", "string50", "collated"}
NUMBERS = {"integer", "bigint", "smallint", "numeric", "precise", "variant", "money"}
CASTS = (
    {*NUMBERS, "float", "double"},
    {"date", "datetime", "timestamptz", "millis"},
    {"time", "interval"},
    {"binary", "pickle"},
    {"uuid", "guid"},
    {"json", "jsonb"},
)
"""Types between which PostgreSQL casts, in both directions; each is cast to a text and back."""
INTEGERS = {"integer", "bigint", "smallint"}

DEFAULTS: Mapping[str, Mapping[str, Callable[[], Any]]] = {
    "texts": {
        "empty": lambda: "",
        "word": lambda: "new",
        "quote": lambda: "it's",
        "percent": lambda: "50% off: 'now'",
        "expression": lambda: sa.text("('a' || 'b')"),
        "null": lambda: sa.text("NULL"),
    },
    "numbers": {
        "zero": lambda: "0",
        "one": lambda: sa.text("1"),
        "negative": lambda: sa.text("-1"),
        "sum": lambda: sa.text("(1 + 2)"),
    },
    "boolean": {"false": sa.false, "true": sa.true, "text": lambda: sa.text("false")},
    "datetime": {
        "now": sa.func.now,
        "current": lambda: sa.text("CURRENT_TIMESTAMP"),
        "compiled": utc_now,
    },
    "mood": {"happy": lambda: "happy", "sad": lambda: "sad"},
}
PYTHON_DEFAULTS: Mapping[str, Any] = {"numbers": 7, "texts": "it's", "boolean": True}
CHECKS = (
    "{n} > 0", "{n} <> 5 AND {n} % 2 = 0", "{s} <> ''", "{s} NOT LIKE 'a%' OR {s} = ':b'",
    "{s} IN ('a', 'it''s', 'c')", "{n} BETWEEN 1 AND 9",
)  # fmt: skip
COMPUTED = ("{n} + 1", "{n} * 2", "coalesce({n}, 0)")
TABLES = ("items", "order", "Mixed Case", "owners")
COLUMNS = ("a", "user", "Camel", "a b", "größe", "f")
COMMENTS = (None, "plain", "it's 5% of :all", 'a "quote"')
ACTIONS = (None, "CASCADE", "SET NULL")


@dataclass(frozen=True)
class ColumnSpec:
    """A column, without its key, constraints and indexes."""

    type: str
    nullable: bool = True
    default: str | None = None
    python_default: bool = False
    comment: str | None = None
    computed: str | None = None
    identity: bool | None = None
    index: bool = False
    unique: bool = False


@dataclass(frozen=True)
class IndexSpec:
    """An index on one column or two: of a kind, and unique or not."""

    columns: tuple[str, ...]
    kind: str = "plain"
    unique: bool = False


@dataclass(frozen=True)
class TableSpec:
    """A table; constraints and indexes have the names that they are listed under."""

    columns: Mapping[str, ColumnSpec]
    key: str = "integer"
    checks: Mapping[str, str] | None = None
    uniques: Mapping[str, tuple[str, ...]] | None = None
    indexes: Mapping[str, IndexSpec] | None = None
    references: Mapping[str, str] | None = None
    on_delete: str | None = None
    comment: str | None = None
    schema: str | None = None
    autoincrement: bool = False


Models = Mapping[str, TableSpec]


def build(backend: Backend, models: Models, *, conventions: bool = True) -> sa.MetaData:
    """Return the models as SQLAlchemy's tables."""
    metadata = sa.MetaData(naming_convention=naming.NAMING_CONVENTION if conventions else None)
    # Models and migrations without a table in common are an error of their own.
    sa.Table("anchor", metadata, sa.Column("id", sa.Integer, primary_key=True))
    for name, spec in models.items():
        _build_table(backend, metadata, name, spec, models)
    return metadata


def _build_table(
    backend: Backend, metadata: sa.MetaData, name: str, spec: TableSpec, models: Models
) -> None:
    types = {**TYPES, **OWN_TYPES[backend]}
    kinds = {each.type for table in models.values() for each in table.columns.values()}
    if backend == "postgresql" and "longer mood" in kinds:
        # A type of PostgreSQL has one list of values.
        longer = types["longer mood"]
        types |= {"mood": longer, "moods": lambda: sa.ARRAY(longer())}
    parts: list[Any] = [sa.Column("id", types[spec.key](), primary_key=True)]
    parts += [_build_column(types, key, column) for key, column in spec.columns.items()]
    present = set(spec.columns)
    for column, target in (spec.references or {}).items():
        other = models[target]
        full = f"{other.schema}.{target}" if other.schema else target
        parts.append(
            sa.Column(
                column,
                types[other.key](),
                sa.ForeignKey(f"{full}.id", ondelete=spec.on_delete, use_alter=target != name),
            )
        )
    for key, expression in (spec.checks or {}).items():
        text = _expression(backend, expression, spec)
        if text:
            parts.append(sa.CheckConstraint(text, name=key))
    seen: set[tuple[str, ...]] = {(key,) for key, column in spec.columns.items() if column.unique}
    for key, columns in (spec.uniques or {}).items():
        # A database keeps one index for two constraints on the same columns.
        is_new = columns not in seen
        if set(columns) <= present and is_new:
            seen.add(columns)
            parts.append(sa.UniqueConstraint(*columns, name=key or None))
    options: dict[str, Any] = {}
    if spec.autoincrement and backend == "sqlite" and spec.key == "integer":
        options["sqlite_autoincrement"] = True
    table = sa.Table(name, metadata, *parts, schema=spec.schema, comment=spec.comment, **options)
    for key, index in (spec.indexes or {}).items():
        if set(index.columns) <= present:
            _build_index(backend, table, key, index)


def _build_column(types: Mapping[str, Type], name: str, spec: ColumnSpec) -> "sa.Column[Any]":
    extra: list[Any] = []
    family = _family(spec.type)
    if spec.type == "checked":
        # A table has one CHECK of a name.
        checked = sa.Enum(
            "a", "b", name=f"letter {name}", native_enum=False, create_constraint=True
        )
        types = {**types, "checked": lambda: checked}
    default = DEFAULTS.get(family, {}).get(spec.default or "")
    if spec.computed:
        return sa.Column(
            name, types[spec.type](), sa.Computed(spec.computed, persisted=True),
            comment=spec.comment,
        )  # fmt: skip
    if spec.identity is not None:
        extra.append(sa.Identity(always=spec.identity))
    options: dict[str, Any] = {}
    if spec.python_default and family in PYTHON_DEFAULTS:
        options["default"] = PYTHON_DEFAULTS[family]
    return sa.Column(
        name,
        types[spec.type](),
        *extra,
        nullable=spec.nullable and spec.identity is None,
        server_default=default() if default and spec.identity is None else None,
        comment=spec.comment,
        index=spec.index or None,
        unique=spec.unique or None,
        **options,
    )


def _build_index(backend: Backend, table: sa.Table, name: str, spec: IndexSpec) -> None:
    columns: list[Any] = [table.columns[each] for each in spec.columns]
    options: dict[str, Any] = {}
    first = columns[0]
    if spec.kind == "descending":
        columns[0] = first.desc()
    elif spec.kind == "lower" and backend != "mysql":
        columns[0] = sa.func.lower(sa.cast(first, sa.Text)) if _is_text(first) else first + 1
        if not _is_text(first) and not isinstance(first.type, sa.Integer):
            columns[0] = first
    elif spec.kind == "partial" and backend != "mysql":
        options = {f"{backend}_where": first.is_not(None)}
    elif spec.kind == "include" and backend == "postgresql":
        options = {"postgresql_include": ["id"]}
    elif spec.kind == "hash" and backend == "postgresql" and not spec.unique:
        columns, options = [first], {"postgresql_using": "hash"}
    elif spec.kind == "ops" and backend == "postgresql" and _is_text(first):
        columns = [first]
        options = {"postgresql_ops": {first.name: "text_pattern_ops"}}
    elif spec.kind == "prefix" and backend == "mysql" and _is_text(first):
        options = {"mysql_length": {first.name: 5}}
    sa.Index(name, *columns, unique=spec.unique, **options)


def _is_text(column: "sa.Column[Any]") -> bool:
    return isinstance(column.type, sa.String) and not isinstance(column.type, sa.Enum)


def _family(kind: str) -> str:
    if kind in TEXTS:
        return "texts"
    if kind in NUMBERS:
        return "numbers"
    return {"timestamptz": "datetime", "longer mood": "mood"}.get(kind, kind)


def _expression(backend: Backend, template: str, spec: TableSpec) -> str:
    """Return an expression of a number and a text of the table; empty if it lacks them."""
    quote = {"mysql": "`{}`"}.get(backend, '"{}"')
    found = {
        letter: next(
            (
                quote.format(name)
                for name, column in spec.columns.items()
                if column.type in kinds and not column.computed
            ),
            "",
        )
        for letter, kinds in (("n", INTEGERS), ("s", {"string20", "string50"}))
    }
    if any(f"{{{letter}}}" in template and not name for letter, name in found.items()):
        return ""
    return template.format(**found).replace(":b", r"\:b")


def keyable(backend: Backend) -> set[str]:
    """Return the types of columns that may have a unique constraint, or an index."""
    kinds = {*INTEGERS, *TEXTS, "date", "datetime", "numeric", "precise", "boolean", "uuid", "guid"}
    return kinds | ({"text"} if backend != "mysql" else set())


@st.composite
def columns(draw: Draw, backend: Backend, number: str | None) -> ColumnSpec:
    """Draw a column.

    Args:
        draw: hypothesis's.
        backend: the kind of database.
        number: the quoted name of a column that a generated one may compute from.
    """
    kind = draw(st.sampled_from([*TYPES, *OWN_TYPES[backend]]))
    comment = draw(st.sampled_from(COMMENTS)) if backend != "sqlite" else None
    if number and draw(st.integers(0, 7)) == 0:
        expression = draw(st.sampled_from(COMPUTED)).format(n=number)
        return ColumnSpec("integer", computed=expression, comment=comment)
    if kind in INTEGERS and backend == "postgresql" and draw(st.integers(0, 5)) == 0:
        return ColumnSpec(kind, identity=draw(st.booleans()), comment=comment)
    defaults = [*DEFAULTS.get(_family(kind), ())]
    if kind == "timestamptz":
        defaults.remove("compiled")
    is_key = kind in keyable(backend)
    return ColumnSpec(
        kind,
        nullable=draw(st.booleans()),
        default=draw(st.sampled_from([None, *defaults])),
        python_default=draw(st.booleans()),
        comment=comment,
        index=is_key and draw(st.integers(0, 4)) == 0,
        unique=is_key and draw(st.integers(0, 6)) == 0,
    )


@st.composite
def tables(draw: Draw, backend: Backend, names: Sequence[str]) -> TableSpec:
    """Draw a table; it may reference the tables that are named."""
    base = ColumnSpec("integer", nullable=draw(st.booleans()))
    quote = {"mysql": "`{}`"}.get(backend, '"{}"')
    found = {"n": base} if draw(st.booleans()) else {}
    number = quote.format("n") if found else None
    for name in draw(st.lists(st.sampled_from(COLUMNS), max_size=4, unique=True)):
        found[name] = draw(columns(backend, number))
    return _with_constraints(draw, backend, TableSpec(found), names)


def _with_constraints(
    draw: Draw, backend: Backend, table: TableSpec, names: Sequence[str]
) -> TableSpec:
    keys = [
        name
        for name, each in table.columns.items()
        if each.type in keyable(backend) and not each.computed and not each.unique
    ]
    some = st.lists(st.sampled_from(keys), min_size=1, max_size=2, unique=True).map(tuple)
    kinds = ["plain", "descending", "lower", "partial", "include", "hash", "ops", "prefix"]
    none: st.SearchStrategy[Any] = st.just({})
    indexes = st.builds(IndexSpec, some, st.sampled_from(kinds), st.booleans()) if keys else none
    schemas = [None, None, "crm", "Mixed Schema"] if backend == "postgresql" else [None]
    return replace(
        table,
        key=draw(st.sampled_from(["integer", "bigint"])) if backend != "sqlite" else "integer",
        checks=draw(
            st.dictionaries(st.sampled_from(["one", "Two"]), st.sampled_from(CHECKS), max_size=2)
        ),
        uniques=draw(
            st.dictionaries(st.sampled_from(["uq_one", "Uq Two", ""]), some, max_size=2)
            if keys
            else none
        ),
        indexes=draw(
            st.dictionaries(st.sampled_from(["ix_one", "Ix Two"]), indexes, max_size=2)
            if keys
            else none
        ),
        references=draw(
            st.dictionaries(st.sampled_from(["r1", "R 2"]), st.sampled_from(names), max_size=2)
            if names
            else none
        ),
        on_delete=draw(st.sampled_from(ACTIONS)),
        comment=draw(st.sampled_from(COMMENTS)) if backend != "sqlite" else None,
        schema=draw(st.sampled_from(schemas)),
        autoincrement=draw(st.booleans()),
    )


@st.composite
def models(draw: Draw, backend: Backend) -> Models:
    """Draw up to three tables, which may reference each other and themselves."""
    names = draw(st.lists(st.sampled_from(TABLES), max_size=3, unique=True))
    found = {name: draw(tables(backend, names)) for name in names}
    return one_index_name(found)


@st.composite
def changes(draw: Draw, backend: Backend) -> tuple[Models, Models]:
    """Draw models and the same ones after a change: most of what they declare stays."""
    before = draw(models(backend))
    names = [name for name in before if draw(st.integers(0, 5))]
    free = [name for name in TABLES if name not in before]
    if free and draw(st.integers(0, 3)) == 0:
        names.append(draw(st.sampled_from(free)))
    after: dict[str, TableSpec] = {}
    for name in names:
        if name in before and draw(st.booleans()):
            after[name] = before[name]
        else:
            after[name] = draw(_changed(backend, before.get(name), names))
    after = {
        name: replace(
            table,
            references={
                column: target
                for column, target in (table.references or {}).items()
                if target in after
            },
            schema=before[name].schema if name in before else table.schema,
            key=before[name].key if name in before else table.key,
            autoincrement=before[name].autoincrement if name in before else table.autoincrement,
        )
        for name, table in after.items()
    }
    return before, one_index_name(after)


@st.composite
def _changed(
    draw: Draw, backend: Backend, table: TableSpec | None, names: Sequence[str]
) -> TableSpec:
    other = draw(tables(backend, names))
    if table is None:
        return other
    found = {}
    for name, column in table.columns.items():
        choice = draw(st.integers(0, 5))
        if (
            choice == 0
            and name in other.columns
            and _can_become(backend, column, other.columns[name])
        ):
            found[name] = other.columns[name]
        elif choice == 1 and not column.computed and column.identity is None:
            found[name] = replace(
                column,
                nullable=draw(st.booleans()),
                default=draw(st.sampled_from([None, *DEFAULTS.get(_family(column.type), ())])),
                comment=draw(st.sampled_from(COMMENTS)) if backend != "sqlite" else None,
            )
        elif choice > 2 or name == "n":
            found[name] = column
    if draw(st.booleans()):
        found |= {key: each for key, each in other.columns.items() if key not in found}
    if "n" not in found:
        found = {key: each for key, each in found.items() if not each.computed}
    if draw(st.booleans()):
        return replace(table, columns=found)
    return _with_constraints(draw, backend, replace(table, columns=found), names)


def _can_become(backend: Backend, before: ColumnSpec, after: ColumnSpec) -> bool:
    """Return whether a database changes the type of a column to another one, and back.

    PostgreSQL refuses a change between types without a cast; a revision needs an expression then,
    which nobody but its author knows. A column that is computed before or afterwards is replaced.
    """
    kinds = {before.type, after.type}
    return (
        backend != "postgresql"
        or len(kinds) == 1
        or bool(before.computed or after.computed)
        or bool(kinds & {*TEXTS, "text", "checked"})
        or any(kinds <= group for group in CASTS)
    )


def one_index_name(found: Mapping[str, TableSpec]) -> Models:
    """Return models in which each index has a name of its own: in a schema there is one of each."""
    return {
        name: replace(
            table,
            indexes={f"{key}_{name}": each for key, each in (table.indexes or {}).items()},
            uniques={key and f"{key}_{name}": each for key, each in (table.uniques or {}).items()},
        )
        if not any(
            key.endswith(f"_{name}") for key in {*(table.indexes or {}), *(table.uniques or {})}
        )
        else table
        for name, table in found.items()
    }
