"""Declarations of columns and constraints."""

import pytest

from stratakit.sql.action import Action
from stratakit.sql.columns import default_of, is_constraint, is_index, referenced_table, type_of
from stratakit.sql.tokenizer import tokenize


@pytest.mark.parametrize(
    ("declaration", "type_", "default"),
    [
        ("int", "int", None),
        ("INTEGER NOT NULL", "integer", None),
        ("varchar(20) DEFAULT 'x' NOT NULL", "varchar(20)", "'x'"),
        ("varchar(20) NOT NULL DEFAULT 'x'", "varchar(20)", "'x'"),
        ("text DEFAULT 'a NOT NULL b' UNIQUE", "text", "'a NOT NULL b'"),
        ("text DEFAULT NULL", "text", "NULL"),
        ("text NULL DEFAULT NULL COMMENT 'DEFAULT'", "text", "NULL"),
        ("text COMMENT 'DEFAULT 1'", "text", None),
        ("numeric(10, 2) DEFAULT (1 + 2) CHECK (a > 0)", "numeric(10, 2)", "(1 + 2)"),
        ("numeric(10, 2) CHECK (a IS DISTINCT FROM DEFAULT)", "numeric(10, 2)", None),
        ("timestamp with time zone DEFAULT now() NOT NULL", "timestamp with time zone", "now()"),
        ("timestamp DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP", "timestamp",
         "CURRENT_TIMESTAMP"),
        ("double precision DEFAULT random() PRIMARY KEY", "double precision", "random()"),
        ("text COLLATE \"C\" DEFAULT 'x' COLLATE \"C\"", "text", "'x'"),
        ("text[] DEFAULT '{}'::text[]", "text[]", "'{}'::text[]"),
        ("int GENERATED ALWAYS AS (a * 2) STORED", "int", None),
        ("int CONSTRAINT c CHECK (a > 0) DEFAULT 5 CONSTRAINT d NOT NULL", "int", "5"),
        ("bigint USING n::bigint", "bigint", None),
        ("int AUTO_INCREMENT FIRST", "int", None),
        ("int DEFAULT 5 AFTER id", "int", "5"),
        ("bigint REFERENCES owners DEFAULT 5", "bigint", "5"),
        ("int DEFAULT", "int", None),
        ("NOT NULL", "", None),
        ("DEFAULT 5 NOT NULL", "", "5"),
        ("", "", None),
    ],
)  # fmt: skip
def test_a_declaration_has_a_type_and_a_default(
    declaration: str, type_: str, default: str | None
) -> None:
    assert (type_of(declaration), default_of(declaration)) == (type_, default)


@pytest.mark.parametrize(
    ("text", "table"),
    [
        ("bigint REFERENCES owners (id)", "owners"),
        ("bigint REFERENCES owners", "owners"),
        ('(a) REFERENCES shop."Owners"(id) ON DELETE CASCADE', "shop.Owners"),
        ("(a) references public.owners", "owners"),
        ("text DEFAULT 'REFERENCES x' REFERENCES owners", "owners"),
        ("text", ""),
        ("text DEFAULT 'REFERENCES x'", ""),
    ],
)
def test_a_foreign_key_references_a_table(text: str, table: str) -> None:
    assert referenced_table(Action("add column", "items", "a", text)) == table


@pytest.mark.parametrize(
    ("item", "constraint", "index"),
    [
        ("id int PRIMARY KEY", False, False),
        ("CONSTRAINT c CHECK (a > 0)", True, False),
        ("PRIMARY KEY (id)", True, False),
        ("UNIQUE (a)", True, False),
        ("unique key u (a)", True, False),
        ("FOREIGN KEY (a) REFERENCES b", True, False),
        ("CHECK (a > 0)", True, False),
        ("EXCLUDE USING gist (a WITH =)", True, False),
        ("NOT NULL a", True, False),
        ("LIKE others", True, False),
        ("KEY (a)", False, True),
        ("KEY k (a)", False, True),
        ("INDEX `k` USING BTREE (a, b)", False, True),
        ("KEY USING BTREE (a)", False, True),
        ("INDEX IF NOT EXISTS k (a)", False, True),
        ("INDEX k ((lower(a)))", False, True),
        ("FULLTEXT (a)", False, True),
        ("FULLTEXT KEY k (a)", False, True),
        ("SPATIAL INDEX k (a)", False, True),
        ("key text", False, False),
        ("key varchar(20) NOT NULL", False, False),
        ("index numeric(10, 2)", False, False),
        ("key enum('a', 'b')", False, False),
        ("index int DEFAULT lower('a')", False, False),
        ("primary_key int", False, False),
        ('"key" (a)', False, False),
        ("", False, False),
    ],
)
def test_an_item_is_a_column_a_constraint_or_an_index(
    item: str, constraint: bool, index: bool
) -> None:
    words = tokenize(item)
    assert (is_constraint(words), is_index(words)) == (constraint, index)
