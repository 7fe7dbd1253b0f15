"""Which of two types holds more, and which functions are volatile."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stratakit.sql.types import VOLATILE, is_narrower, is_wider


@pytest.mark.parametrize(
    ("old", "new", "narrower"),
    [
        ("character varying(200)", "VARCHAR(20)", True),
        ("character varying(20)", "VARCHAR(20)", False),
        ("character varying(20)", "VARCHAR(200)", False),
        ("character varying(20)", "text", False),
        ("text", "varchar(20)", True),
        ("text", "varchar", False),
        ("longtext", "varchar(20)", True),
        ("character(5)", "char(4)", True),
        ("text", "int", True),
        ("varchar(20)", "date", True),
        ("varchar(20)", "boolean", True),
        ("text", "jsonb", False),
        ("bigint", "integer", True),
        ("bigint", "int4", True),
        ("integer", "smallint", True),
        ("int(11)", "int(5)", False),
        ("integer", "bigint", False),
        ("integer", "int", False),
        ("numeric(10,2)", "numeric(10,2)", False),
        ("numeric(10,2)", "NUMERIC(12, 2)", False),
        ("numeric(10,2)", "numeric(12,4)", False),
        ("numeric(10,2)", "numeric(10,3)", True),
        ("numeric(10,2)", "numeric(12,1)", True),
        ("numeric(10,2)", "decimal(9,2)", True),
        ("numeric(10)", "numeric(9)", True),
        ("numeric(10)", "numeric(10)", False),
        ("numeric(10) comment '(5)'", "numeric(10)", False),
        ("numeric(10)", "numeric(10,1)", True),
        ("numeric(10,1)", "numeric(10)", True),
        ("text", "numeric(10,2)", True),
        ("timestamp with time zone", "time", True),
        ("timestamp", "date", True),
        ("varchar(30) comment '(5)'", "varchar(20)", True),
        ("varchar(30) comment '(5)'", "varchar(30)", False),
        ("numeric", "numeric(10,2)", True),
        ("numeric(10,2)", "numeric", False),
        ("numeric(10,2)", "integer", True),
        ("double precision", "real", True),
        ("double precision", "bigint", True),
        ("real", "double precision", False),
        ("timestamp with time zone", "date", True),
        ("timestamp with time zone", "timestamp", False),
        ("timestamp without time zone", "date", True),
        ("datetime", "date", True),
        ("date", "timestamp", False),
        ("varchar(200) collate utf8mb4_bin", "varchar(20)", True),
        ("int unsigned", "smallint", True),
        ("uuid", "text", False),
    ],
)
def test_a_type_is_narrower(old: str, new: str, narrower: bool) -> None:
    assert is_narrower(old, new) is narrower


@pytest.mark.parametrize(
    ("old", "new", "wider"),
    [
        ("VARCHAR(20)", "VARCHAR(200)", True),
        ("VARCHAR(20)", "TEXT", True),
        ("VARCHAR(200)", "VARCHAR(20)", False),
        ("INTEGER", "BIGINT", True),
        ("BIGINT", "INTEGER", False),
        ("NUMERIC(10, 2)", "NUMERIC(12, 2)", True),
        ("NUMERIC(10, 2)", "NUMERIC(12, 1)", False),
        ("INTEGER", "TEXT", False),
        ("TEXT", "UUID", False),
        ("DATE", "DATE", False),
    ],
)
def test_a_type_of_the_same_kind_is_wider(old: str, new: str, wider: bool) -> None:
    assert is_wider(old, new) is wider


@given(
    name=st.sampled_from(["varchar", "char", "numeric", "decimal", "character varying"]),
    size=st.integers(1, 1000),
    more=st.integers(0, 1000),
)
def test_of_two_sizes_of_a_type_the_smaller_is_narrower(name: str, size: int, more: int) -> None:
    small, large = f"{name}({size})", f"{name.upper()}({size + more})"
    assert not is_narrower(small, large)
    assert is_wider(small, large)
    assert is_narrower(large, small) is (more > 0)


@given(whole=st.integers(1, 30), scale=st.integers(0, 10), other=st.integers(0, 10))
def test_a_decimal_with_fewer_digits_on_either_side_is_narrower(
    whole: int, scale: int, other: int
) -> None:
    old, new = f"numeric({whole + scale},{scale})", f"numeric({whole + other},{other})"
    assert is_narrower(old, new) is (other < scale)


@pytest.mark.parametrize(
    ("expression", "volatile"),
    [
        ("gen_random_uuid()", True),
        ("uuid_generate_v4()", True),
        ("uuidv7 ()", True),
        ("round(RANDOM() * 10)", True),
        ("clock_timestamp()", True),
        ("nextval('s'::regclass)", True),
        ("now()", False),
        ("CURRENT_TIMESTAMP", False),
        ("random", False),
        ("my_random_number()", False),
    ],
)
def test_a_volatile_function_gives_each_row_its_own_value(expression: str, volatile: bool) -> None:
    assert bool(VOLATILE.search(expression)) is volatile
