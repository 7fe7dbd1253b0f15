#!/bin/sh
# A commit that changes models brings a migration.
# To use it without any framework: cp .migration-check.sh .git/hooks/pre-commit
set -eu
root=$(git rev-parse --show-toplevel)
if git diff --cached --quiet -- "$root/app" "$root/migrations" "$root/strata.toml"; then
    exit 0
fi
python="$root/.venv/bin/python"
[ -x "$python" ] || python=python3
exec "$python" "$root/scripts/check_migrations.py"
