"""A relation as a database describes it."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Column:
    """A column of a table or a view.

    Args:
        type: its type; on MySQL and MariaDB followed by COLLATE, AUTO_INCREMENT and COMMENT.
        default: its server default, as SQL.
    """

    type: str
    not_null: bool = False
    default: str | None = None


@dataclass(frozen=True)
class Constraint:
    """A constraint of a table.

    Args:
        kind: in PostgreSQL's letters: p, u, f, c, x or n.
        text: its definition, on PostgreSQL.
        referenced_table: the other table of a foreign key.
    """

    kind: str
    text: str = ""
    referenced_table: str = ""


@dataclass(frozen=True)
class Index:
    """An index of a table, with the columns that it begins with."""

    unique: bool
    columns: tuple[str, ...] = ()


@dataclass
class Table:
    """A table, a view or an index.

    Args:
        kind: in PostgreSQL's letters: r, p, v, m or i.
        filenode: the number of its file, on PostgreSQL.
        key: the columns of the primary key; empty if there is none.
        parent: the table of an index.
        is_new: whether the revision has created it.
    """

    name: str
    kind: str = "r"
    filenode: int = 0
    columns: dict[str, Column] = field(default_factory=dict)
    constraints: dict[str, Constraint] = field(default_factory=dict)
    indexes: dict[str, Index] = field(default_factory=dict)
    key: tuple[str, ...] = ()
    parent: str = ""
    is_new: bool = False
