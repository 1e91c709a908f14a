#!/usr/bin/env bash
# Stop what mail-up.sh started in FOLDER; the mails and the queue stay there.     mail-down.sh FOLDER
set -u
lab="$1"
for file in "$lab/queue/pid/master.pid" "$lab/dovecot/master.pid"; do
  pid=$(tr -d ' \n' <"$file" 2>/dev/null) && [ -n "$pid" ] || continue
  # a stale file may name a stranger by now
  case "$(cat "/proc/$pid/comm" 2>/dev/null)" in master | dovecot) ;; *) continue ;; esac
  kill -TERM "$pid"
  rm -f "$file" # while the zombie of its number lingers, a new Dovecot would believe that it runs already
  for _ in $(seq 10); do
    # gone, or a zombie that nobody has collected yet: both have let go of their ports
    grep -q '^State:[[:space:]]*[^Z]' "/proc/$pid/status" 2>/dev/null || continue 2
    sleep 0.05
  done
  # Postfix's master sleeps for seconds before it ends, to let others log: its queue is safe against more than this
  kill -KILL -- "-$pid" 2>/dev/null
done
exit 0
