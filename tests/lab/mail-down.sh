#!/usr/bin/env bash
# Stop what mail-up.sh started in FOLDER; the mails and the queue stay there.     mail-down.sh FOLDER
set -u
lab="$1"
# Postfix's master ends its daemons with itself. `postfix stop` would do the same, but sleeps in whole seconds.
for file in "$lab/queue/pid/master.pid" "$lab/dovecot/master.pid"; do
  pid=$(tr -d ' \n' <"$file" 2>/dev/null) && [ -n "$pid" ] || continue
  # a stale file may name a stranger by now: only a process that works for this folder, or Postfix's master, is ours
  case "$(cat "/proc/$pid/comm" 2>/dev/null)" in master | dovecot) kill "$pid" 2>/dev/null ;; *) continue ;; esac
  for _ in $(seq 200); do
    # gone, or a zombie that nobody has collected yet: both have let go of their ports
    grep -q '^State:[[:space:]]*[^Z]' "/proc/$pid/status" 2>/dev/null || continue 2
    sleep 0.05
  done
  kill -KILL "$pid" 2>/dev/null
done
exit 0
