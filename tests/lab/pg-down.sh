#!/usr/bin/env bash
# Stop what pg-up.sh started in FOLDER; its data stay.     pg-down.sh FOLDER [fast|immediate]
set -u
lab="$1"
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
PATH="${bin:+$bin:}$PATH"
[ -s "$lab/data/postmaster.pid" ] || exit 0
cd "$lab" || exit 0
if [ "$(id -u)" = 0 ]; then as() { setpriv --reuid=postgres --regid=postgres --init-groups "$@"; } else as() { "$@"; } fi
as pg_ctl -D data -m "${2:-fast}" -w stop </dev/null >>stop.log 2>&1
exit 0
