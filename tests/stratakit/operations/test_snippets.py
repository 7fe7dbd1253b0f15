"""Code of advice, as it is printed."""

import pytest

from stratakit.config import Backend
from stratakit.operations import snippets
from stratakit.sql.indexes import IndexDefinition


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (snippets.execute("DROP TABLE a"), "op.execute('DROP TABLE a')"),
        (
            snippets.operation("drop_column", "shop.items", '"note"'),
            'op.drop_column("items", "note", schema="shop")',
        ),
        (
            snippets.operation("create_foreign_key", "shop.items", '"owners"', name='"fk"'),
            'op.create_foreign_key("fk", "items", "owners", source_schema="shop")',
        ),
        (snippets.operation("drop_table", "items"), 'op.drop_table("items")'),
    ],
)
def test_an_operation_is_written_as_code(code: str, expected: str) -> None:
    compile(code, "advice", "eval")
    assert code.replace('"', "'") == expected.replace('"', "'")


@pytest.mark.parametrize(
    ("name", "backend", "quoted"),
    [
        ("items", "postgresql", "items"),
        ("Shop.order", "postgresql", '"Shop"."order"'),
        ("order", "mysql", "`order`"),
    ],
)
def test_a_name_is_quoted_if_its_database_needs_it(
    name: str, backend: Backend, quoted: str
) -> None:
    assert snippets.quote_name(name, backend) == quoted


def test_a_key_is_added_by_an_index_that_was_built_before() -> None:
    on = IndexDefinition(columns=('"a"', '"b"'))
    code = snippets.key_by_index("UNIQUE", "uq_items", "items", on)
    index, key = code.split(snippets.NEXT)
    assert "postgresql_concurrently=True" in index
    assert "unique=True" in index
    assert "autocommit_block" in index
    assert "ADD CONSTRAINT uq_items UNIQUE USING INDEX uq_items" in key
