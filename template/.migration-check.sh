#!/bin/sh
# A commit that changes models brings a migration: what is staged is checked, not the working tree.
# To use it without any framework: cp .migration-check.sh .git/hooks/pre-commit
# With --always it looks whatever the commit touches; with --conflicts it looks at nothing but what
# an update of the template left to be settled.
set -eu

script=$0
while [ -L "$script" ]; do
    target=$(readlink "$script")
    case $target in
        /*) script=$target ;;
        *) script=$(dirname "$script")/$target ;;
    esac
done
# A copy in .git/hooks starts in the repository; the file itself runs from any folder.
here=$(CDPATH='' cd "$(dirname "$script")" && pwd -P)
[ ! -f "$here/strata.toml" ] || cd "$here"
if [ "${1-}" = --conflicts ] && ! git rev-parse --git-dir >/dev/null 2>&1; then
    # Without a repository there was no update, either.
    exit 0
fi
top=$(git rev-parse --show-toplevel)
inside=$(git rev-parse --show-prefix)
inside=${inside%/}
if [ ! -f "$top/$inside/strata.toml" ]; then
    # The service is in a folder of the repository.
    inside=$(git -C "$top" ls-files -- '*/strata.toml' | head -n 1)
    inside=${inside%/strata.toml}
fi
inside=${inside:+/$inside}
root=$top$inside
cd "$root"

# What an update of the template left to be settled goes into no commit.
where=--cached
[ "${1-}" != --conflicts ] || where=--untracked
marked=$(git -c core.quotePath=false grep $where -lI --all-match -e '^<<<<<<< ' -e '^>>>>>>> ' || true)
rejected=$(find . -name .git -prune -o -name .venv -prune -o -name '*.rej' -print)
if [ -n "$marked$rejected" ]; then
    {
        printf '%s\n' "$marked" | sed -n \
            "s|..*|& has conflict markers. Keep what is right of both, then: git add '&'|p"
        printf '%s\n' "$rejected" | sed -n \
            "s|^\./\(.*\)\.rej$|\1.rej is a change that \1 lacks. Make it by hand, then: rm '\1.rej'|p"
        echo 'A service with half of an update is neither the old nor the new one.'
    } >&2
    exit 1
fi
[ "${1-}" != --conflicts ] || exit 0

if [ "${1-}" != --always ] && git diff --cached --quiet -- app migrations strata.toml; then
    exit 0
fi

python=$root/.venv/bin/python
[ -x "$python" ] || python=python3
exec "$python" scripts/check_migrations.py --staged
