"""What services, env.py files and applied revisions import: a name here is never removed."""

import subprocess
import sys

import pytest

MODULES = {
    "stratakit": ["__version__"],
    "stratakit.alembic": ["discover_models", "run_migrations"],
    "stratakit.web": ["add_error_handlers", "health_router"],
    "stratakit.engine.pool": ["Database"],
    "stratakit.orm.naming": ["NAMING_CONVENTION"],
    "stratakit.testing": [
        "test_lint",
        "test_models_import_without_the_web_framework",
        "test_models_match_migrations",
        "test_single_head",
        "test_upgrade_and_downgrade_with_rows",
    ],
    "stratakit.adopt.repair": ["needed"],
    "stratakit.config": ["load"],
    "stratakit.cli.main": ["run"],
}
OPERATIONS = [
    "add_enum_value",
    "create_compatibility_view",
    "create_enum",
    "create_not_null_constraint",
    "create_sync_trigger",
    "create_unique_constraint_using_index",
    "drop_compatibility_view",
    "drop_enum",
    "drop_sync_trigger",
    "fill_in_batches",
    "rename_enum_value",
    "validate_constraint",
]


def run(program: str) -> None:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("module", MODULES)
def test_a_public_module_may_be_imported_first_and_has_its_names(module: str) -> None:
    run(f"from {module} import {', '.join(MODULES[module])}")


def test_env_py_gives_revisions_their_operations() -> None:
    run(f"import stratakit.alembic\nfrom alembic.op import {', '.join(OPERATIONS)}")


def test_env_py_registers_the_write_hook_of_alembic_ini() -> None:
    run(
        "import stratakit.alembic\n"
        "from alembic.script.write_hooks import _registry\n"
        "_registry['stratakit.ruff']"
    )
