#!/bin/sh
# Runs scripts/migrate.py with the service's own environment, from any folder.
set -eu

script=$0
while [ -L "$script" ]; do
    target=$(readlink "$script")
    case $target in
        /*) script=$target ;;
        *) script=$(dirname "$script")/$target ;;
    esac
done
root=$(CDPATH='' cd "$(dirname "$script")" && pwd -P)
# This file lies twice in a service: in its folder and in scripts/.
[ -f "$root/scripts/migrate.py" ] || root=$(dirname "$root")

python=$root/.venv/bin/python
[ -x "$python" ] || python=python3
exec "$python" "$root/scripts/migrate.py" "$@"
