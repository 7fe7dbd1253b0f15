#!/bin/sh
# For a platform without a job that migrates first: applies the pending revisions, then serves at
# PORT (8000). However many start at once, one of them migrates while the others wait for it. What
# takes away from older code that still serves is left: docs/migrations.md, "Deploy".
# Arguments are those of `migrate.py upgrade`.
set -eu

cd "$(dirname "$0")"
python=$PWD/.venv/bin/python
[ -x "$python" ] || python=python3

# As the first process of a container, a shell would not end by a signal while it waits.
stop() {
    kill "$migration" 2>/dev/null || true
    wait
    exit "$1"
}
migration=
trap 'stop 130' INT
trap 'stop 143' TERM
"$python" scripts/migrate.py upgrade --rolling "$@" &
migration=$!
wait "$migration"
trap - INT TERM

exec "$python" -m uvicorn app.main:create_app --factory --host 0.0.0.0 --port "${PORT:-8000}" \
    --limit-concurrency 1000 --timeout-graceful-shutdown 20 --no-server-header
