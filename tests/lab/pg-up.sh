#!/usr/bin/env bash
# A private PostgreSQL on loopback.
#
#   pg-up.sh FOLDER PORT        make the cluster if there is none, start it, return when it answers
#
# The superuser is "vigie", without a password. PostgreSQL refuses to run as root: then it runs as Debian's user
# "postgres", who must be able to enter FOLDER. Options for the server: PG_LAB_OPTIONS="-c name=value …".
set -euo pipefail
lab="$1" port="$2"
# Debian keeps initdb and pg_ctl out of the PATH; the newest version wins.
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1 || true)
PATH="${bin:+$bin:}$PATH"
mkdir -p "$lab"
if [ "$(id -u)" = 0 ]; then
  chown postgres: "$lab"
  as() { setpriv --reuid=postgres --regid=postgres --init-groups env HOME="$lab" "$@"; }
else
  as() { "$@"; }
fi
cd "$lab"
[ -s data/PG_VERSION ] ||
  as initdb -D data -U vigie -A trust -E UTF8 --locale=C.UTF-8 --no-sync </dev/null >initdb.log 2>&1 || { cat initdb.log; exit 1; }
if ! as pg_ctl -D data status </dev/null >/dev/null 2>&1; then
  # fsync=off: a power cut is not what these tests are about, and they are three times faster
  as pg_ctl -D data -w -l log -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$lab -c fsync=off \
    -c max_connections=200 ${PG_LAB_OPTIONS:-}" start </dev/null >start.log 2>&1 || { cat start.log log; exit 1; }
fi
