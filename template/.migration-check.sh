#!/bin/sh
# A commit that changes models brings a migration: what is staged is checked, not the working tree.
# To use it without any framework: cp .migration-check.sh .git/hooks/pre-commit
# With --always it looks whatever the commit touches.
set -eu
top=$(git rev-parse --show-toplevel)
root=$top
inside=
if [ ! -f "$root/strata.toml" ]; then
    # The service, or the project, is in a folder of the repository.
    inside=$(git -C "$root" ls-files -- '*/strata.toml' | head -n 1)
    inside=/${inside%/strata.toml}
    root=$root$inside
fi
cd "$root"
python=$root/.venv/bin/python
[ -x "$python" ] || python=python3

# What an update of the template left to be settled goes into no commit.
marked=$(git diff --cached --name-only --diff-filter=AM -G'^<<<<<<< ')
rejected=$(find . -name .git -prune -o -name .venv -prune -o -name '*.rej' -print)
[ -z "$marked$rejected" ] || "$python" -m strata.conflicts

# A project that has the migrations alone may not name its packages: then any Python file counts.
packages=$(sed -n 's/^packages *= *\[\(.*\)\].*/\1/p' strata.toml | tr -d "\"'," | tr . /)
set -f
# shellcheck disable=SC2086 # one word each
if [ "${1-}" != --always ] &&
    git diff --cached --quiet -- ${packages:-*.py} migrations strata.toml; then
    exit 0
fi

# The staged files in a folder of their own, of which only those that differ are written.
staged=$root/.local/staged
mkdir -p "$staged"
GIT_INDEX_FILE=$root/.local/staged.index git --work-tree="$staged" \
    read-tree --reset -u "$(git write-tree)"
ln -sfn "$top/.git" "$staged/.git"
for name in .venv .local .env; do
    [ ! -e "$root/$name" ] || ln -sfn "$root/$name" "$staged$inside/$name"
done
export STRATA_WORKING_TREE="$root"
exec "$python" "$staged$inside/scripts/check_migrations.py"
