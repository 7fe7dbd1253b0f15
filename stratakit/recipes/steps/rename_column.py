"""Another name for a column."""

from stratakit.operations.snippets import quote_name
from stratakit.recipes.recipe import Plan, Recipe, Request
from stratakit.recipes.replace_column import replace_column


class RenameColumn(Recipe):
    """Rename a column."""

    name = "rename-column"
    target = "TABLE.COLUMN NEW"

    def plan(self, request: Request) -> Plan:
        """Add a column of the new name, keep both equal, drop the old one."""
        return replace_column(self, request, quote_name(request.name), quote_name(request.to))
