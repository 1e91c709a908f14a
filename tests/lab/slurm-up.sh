#!/usr/bin/env bash
# A private one-host Slurm on loopback, with its accounting: munge, MariaDB, slurmdbd, slurmctld, slurmd n1 n2 (16 CPUs
# each), slurmrestd. As root on Debian (slurm-wlm slurmdbd slurmrestd slurm-wlm-jwt-plugin munge mariadb-server), no
# systemd, no cgroups.
#
#   slurm-up.sh FOLDER DB_PORT DBD_PORT CTLD_PORT REST_PORT N1_PORT N2_PORT     start what is not running
#
# Clients: SLURM_CONF=FOLDER/etc/slurm.conf. Cluster "valmorin", partitions batch (an hour) and long (no limit). The users
# vigie-ada (account helios) and vigie-bruno (account kronos) are made on this host and stay. FOLDER/token holds a JWT of
# root for http://127.0.0.1:REST_PORT.
set -euo pipefail
lab="$1" db_port="$2" dbd_port="$3" ctld_port="$4" rest_port="$5" n1_port="$6" n2_port="$7"
host="$(hostname -s)"
umask 022
mkdir -p "$lab"/{etc,run,log,state,spool/n1,spool/n2,home,mysql,munge}
export SLURM_CONF="$lab/etc/slurm.conf"
export PATH="$PATH:/usr/sbin:/sbin"

# An orphan may stay a zombie for a moment, for which kill -0 succeeds.
alive() { [ -s "$1" ] && grep -qE '^State:[[:space:]]+[^Z[:space:]]' "/proc/$(cat "$1")/status" 2>/dev/null; }
wait_for() { # wait_for SECONDS WHAT COMMAND…
  local tries=$(($1 * 20)) what="$2"
  shift 2
  for ((i = 0; i < tries; i++)); do "$@" >/dev/null 2>&1 && return 0; sleep 0.05; done
  echo "not there in time: $what" >&2
  tail -n 5 "$lab"/log/*.log "$lab/mysql/error.log" >&2 || true
  return 1
}

# Two labs may start at once: the same users are made once.
exec 8>/tmp/.vigie-slurm-users.lock
flock 8
for user in vigie-ada vigie-bruno; do
  id "$user" >/dev/null 2>&1 || useradd -M -d "/nonexistent" -s /bin/bash "$user"
  mkdir -p "$lab/home/$user"
  chown "$user:" "$lab/home/$user"
done
id vigie-rest >/dev/null 2>&1 || useradd -r -M -d /nonexistent -s /usr/sbin/nologin vigie-rest # slurmrestd won't be root
flock -u 8
exec 8>&-

# The accounting database; slow first, so everything else is made while it starts.
if ! alive "$lab/mysql/mysqld.pid"; then
  chown mysql: "$lab/mysql"
  [ -d "$lab/mysql/data/mysql" ] ||
    mariadb-install-db --no-defaults --user=mysql --datadir="$lab/mysql/data" --skip-name-resolve \
      --innodb-flush-method=nosync --innodb-log-file-size=8M \
      --auth-root-authentication-method=normal --skip-test-db </dev/null >"$lab/log/mariadb-install.log" 2>&1
  setpriv --reuid=mysql --regid=mysql --init-groups mariadbd --no-defaults --datadir="$lab/mysql/data" \
    --socket="$lab/mysql/sock" --pid-file="$lab/mysql/mysqld.pid" --bind-address=127.0.0.1 --port="$db_port" \
    --innodb-buffer-pool-size=64M --innodb-log-file-size=8M --innodb-flush-method=nosync \
    --innodb-flush-log-at-trx-commit=0 --innodb-lock-wait-timeout=900 --skip-name-resolve \
    --log-error="$lab/mysql/error.log" </dev/null >/dev/null 2>&1 &
  disown
fi

if ! alive "$lab/munge/munged.pid"; then
  [ -s "$lab/munge/key" ] || dd if=/dev/urandom of="$lab/munge/key" bs=1024 count=1 status=none
  chown -R munge: "$lab/munge"
  chmod 400 "$lab/munge/key"
  rm -f "$lab/munge/"{munged.pid,sock,sock.lock}
  setpriv --reuid=munge --regid=munge --init-groups munged --key-file="$lab/munge/key" --socket="$lab/munge/sock" \
    --pid-file="$lab/munge/munged.pid" --log-file="$lab/munge/munged.log" --seed-file="$lab/munge/seed" </dev/null
fi

[ -s "$lab/etc/jwt.key" ] || dd if=/dev/urandom of="$lab/etc/jwt.key" bs=32 count=1 status=none
chmod 600 "$lab/etc/jwt.key"
# cred_expire: a requeued job waits for the end of its old credential before it may start again, two minutes by default
cat >"$SLURM_CONF" <<CONF
ClusterName=valmorin
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
SlurmctldPort=$ctld_port
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
AuthType=auth/munge
AuthInfo=socket=$lab/munge/sock,cred_expire=5
AuthAltTypes=auth/jwt
AuthAltParameters=jwt_key=$lab/etc/jwt.key
CredType=cred/munge
SlurmctldPidFile=$lab/run/slurmctld.pid
SlurmdPidFile=$lab/run/slurmd-%n.pid
SlurmctldLogFile=$lab/log/slurmctld.log
SlurmdLogFile=$lab/log/slurmd-%n.log
StateSaveLocation=$lab/state
SlurmdSpoolDir=$lab/spool/%n
MailProg=/bin/true
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
ReturnToService=2
SlurmdParameters=config_overrides
SchedulerType=sched/backfill
SchedulerParameters=bf_interval=1,sched_interval=1,batch_sched_delay=0,sched_min_interval=0
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
PriorityType=priority/multifactor
DefMemPerCPU=100
MinJobAge=120
KillWait=2
JobAcctGatherType=jobacct_gather/linux
JobAcctGatherFrequency=task=1
AccountingStorageType=accounting_storage/slurmdbd
AccountingStorageHost=127.0.0.1
AccountingStoragePort=$dbd_port
AccountingStoragePass=$lab/munge/sock
AccountingStorageEnforce=associations,limits,qos
NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=$n1_port CPUs=16 RealMemory=8000 State=UNKNOWN
NodeName=n2 NodeHostname=$host NodeAddr=127.0.0.1 Port=$n2_port CPUs=16 RealMemory=8000 State=UNKNOWN
PartitionName=batch Nodes=ALL Default=YES MaxTime=1:00:00 DefaultTime=10:00 State=UP
PartitionName=long Nodes=ALL State=UP
CONF
printf 'CgroupAutomount=no\n' >"$lab/etc/cgroup.conf"
cat >"$lab/etc/slurmdbd.conf" <<CONF
AuthType=auth/munge
AuthInfo=socket=$lab/munge/sock
AuthAltTypes=auth/jwt
AuthAltParameters=jwt_key=$lab/etc/jwt.key
DbdAddr=127.0.0.1
DbdHost=$host
DbdPort=$dbd_port
CommunicationParameters=NoInAddrAny
SlurmUser=root
PidFile=$lab/run/slurmdbd.pid
LogFile=$lab/log/slurmdbd.log
StorageType=accounting_storage/mysql
StorageHost=127.0.0.1
StoragePort=$db_port
StorageUser=slurm
StoragePass=slurm
StorageLoc=slurm_acct_db
CONF
chmod 600 "$lab/etc/slurmdbd.conf"

wait_for 10 munge munge -S "$lab/munge/sock" -n
wait_for 60 MariaDB mariadb --no-defaults -S "$lab/mysql/sock" -uroot -e 'select 1'
mariadb --no-defaults -S "$lab/mysql/sock" -uroot <<SQL
create database if not exists slurm_acct_db;
create user if not exists 'slurm'@'127.0.0.1' identified by 'slurm';
grant all on slurm_acct_db.* to 'slurm'@'127.0.0.1';
SQL

alive "$lab/run/slurmdbd.pid" || slurmdbd </dev/null >"$lab/log/slurmdbd.start.log" 2>&1
wait_for 60 slurmdbd sacctmgr -n -p list cluster
if ! sacctmgr -n -p list cluster | grep -q '^valmorin|'; then
  {
    sacctmgr -i -Q add cluster valmorin
    sacctmgr -i -Q add account helios,kronos Description=experiment Organization=valmorin
    sacctmgr -i -Q add user vigie-ada account=helios
    sacctmgr -i -Q add user vigie-bruno account=kronos
  } </dev/null >"$lab/log/sacctmgr.log" 2>&1
fi

alive "$lab/run/slurmctld.pid" || slurmctld </dev/null >"$lab/log/slurmctld.start.log" 2>&1
wait_for 30 slurmctld scontrol ping
for node in n1 n2; do
  alive "$lab/run/slurmd-$node.pid" || slurmd -N "$node" </dev/null >"$lab/log/slurmd-$node.start.log" 2>&1
done
nodes_up() { [ "$(sinfo -h -N -p batch -o '%T' | grep -Ec '^(idle|mixed|allocated|maint|reserved|drain|completing)')" = 2 ]; }
wait_for 30 'both nodes' nodes_up

scontrol token lifespan=86400 | sed 's/^SLURM_JWT=//' >"$lab/token"
chmod 600 "$lab/token"
if ! alive "$lab/run/slurmrestd.pid"; then
  setpriv --reuid=vigie-rest --regid=vigie-rest --init-groups env SLURM_JWT=daemon \
    slurmrestd -a rest_auth/jwt "127.0.0.1:$rest_port" </dev/null >"$lab/log/slurmrestd.log" 2>&1 &
  echo $! >"$lab/run/slurmrestd.pid"
  disown
fi
rest_up() { (: <>"/dev/tcp/127.0.0.1/$rest_port") 2>/dev/null; }
wait_for 15 slurmrestd rest_up
