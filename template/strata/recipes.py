"""Pieces of Alembic code that several rules advise."""

import textwrap


def autocommitted(*lines: str) -> str:
    """Code in a block in which each statement is a transaction of its own."""
    return "with op.get_context().autocommit_block():\n" + textwrap.indent("\n".join(lines), "    ")


def batches(table: str, verb: str = "update") -> str:
    """Code that changes the rows of a table in batches."""
    change = f"DELETE FROM {table}" if verb == "delete" else f"UPDATE {table} SET ..."
    return "connection = op.get_bind()\n" + autocommitted(
        "while connection.execute(",
        "    sa.text(",
        f'        "{change} WHERE id IN (SELECT id FROM "',
        f'        "(SELECT id FROM {table} WHERE ... LIMIT 1000) batch)"',
        "    )",
        ").rowcount:",
        "    pass",
    )
