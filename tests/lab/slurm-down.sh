#!/usr/bin/env bash
# Stop what slurm-up.sh started in FOLDER; its accounting stays there
#
#   slurm-down.sh FOLDER          all, and the jobs, which survive their slurmd on purpose
#   slurm-down.sh FOLDER NAME…    only these daemons, at once (slurmctld, slurmdbd, slurmrestd, slurmd-n1, slurmd-n2, mysqld)
set -u
lab="$1"
shift
export SLURM_CONF="$lab/etc/slurm.conf"
gone() { ! grep -qE '^State:[[:space:]]+[^Z[:space:]]' "/proc/$1/status" 2>/dev/null; }
stop() { # stop PIDFILE NAME SIGNAL
  [ -s "$1" ] || return 0
  local pid
  pid=$(cat "$1")
  # a stale file may name a stranger by now
  case "$(cat "/proc/$pid/comm" 2>/dev/null)" in
  "$2"*)
    kill "-$3" "$pid"
    for _ in $(seq 200); do gone "$pid" && break; sleep 0.05; done
    gone "$pid" || kill -KILL "$pid"
    ;;
  esac
  rm -f "$1"
}
pid_file() { if [ "$1" = mysqld ]; then echo "$lab/mysql/mysqld.pid"; else echo "$lab/run/$1.pid"; fi; }
comm() { case "$1" in mysqld) echo mariadbd ;; slurmd-*) echo slurmd ;; *) echo "$1" ;; esac; }

if [ $# -gt 0 ]; then
  for name in "$@"; do stop "$(pid_file "$name")" "$(comm "$name")" KILL; done
  exit 0
fi
# All at once and hard: nothing of their state is needed any more.
for name in slurmrestd slurmd-n1 slurmd-n2 slurmctld slurmdbd mysqld; do stop "$(pid_file "$name")" "$(comm "$name")" KILL; done
stop "$lab/munge/munged.pid" munged TERM
# What outlives them: a slurmstepd works in the folder of its slurmd's log, a job has the lab in its environment.
for process in /proc/[0-9]*; do
  if [ "$(readlink "$process/cwd" 2>/dev/null)" = "$lab/log" ] ||
    { grep -qzF "SLURM_CONF=$SLURM_CONF" "$process/environ" && grep -qz '^SLURM_JOB_ID=' "$process/environ"; } 2>/dev/null; then
    kill -KILL "${process#/proc/}" 2>/dev/null
  fi
done
exit 0
