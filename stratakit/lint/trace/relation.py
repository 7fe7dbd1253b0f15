"""What a database tells of a relation."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Column:
    """A column as the database told it."""

    type: str
    not_null: bool = False
    default: str | None = None
    generated: bool = False


@dataclass(frozen=True)
class Constraint:
    """A constraint: its kind in PostgreSQL's letters (p, u, f, c, x, n) and its definition."""

    kind: str
    valid: bool
    text: str
    columns: tuple[str, ...] = ()
    referred: str = ""


@dataclass(frozen=True)
class Index:
    """An index of a table."""

    unique: bool
    valid: bool
    text: str
    columns: tuple[str, ...] = ()


@dataclass
class Table:
    """A relation as it stood before a statement."""

    name: str
    kind: str = "r"
    filenode: int = 0
    columns: dict[str, Column] = field(default_factory=dict)
    constraints: dict[str, Constraint] = field(default_factory=dict)
    indexes: dict[str, Index] = field(default_factory=dict)
    views: tuple[str, ...] = ()
    referrers: tuple[str, ...] = ()
    parent: str = ""
    new: bool = False
