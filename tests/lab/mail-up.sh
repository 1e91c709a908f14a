#!/usr/bin/env bash
# A private Postfix (SMTP, a real queue, real bounces) with Dovecot (LMTP in, IMAP out), on loopback only.
#
#   mail-up.sh FOLDER SMTP_PORT IMAP_PORT      start, or start again; returns when both ports answer
#
# Needs root and the Debian packages postfix, dovecot-imapd, dovecot-lmtpd; no systemd, nothing of /etc is touched.
# FOLDER must be enterable by every user (not below a 0700 folder) and have a short name (unix sockets).
# Every name @centre.test has a mailbox, read by IMAP with its address and the password "test", but for:
#   later@ → 450 · full@ → 552 · nobody…@ → 550 · bounce@ → taken, then a bounce message comes back to the sender
set -euo pipefail
lab="$1" smtp="$2" imap="$3"
mkdir -p "$lab"/{etc,queue,data,log,dovecot,mail}
chmod 755 "$lab"
chown mail: "$lab/mail"            # mailboxes belong to Debian's own user "mail": no user has to be made
chown postfix: "$lab/data"
uid=$(id -u mail) gid=$(id -g mail)

cat >"$lab/dovecot.conf" <<CONF
base_dir = $lab/dovecot
log_path = $lab/log/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:$lab/mail/%u
mail_fsync = never
mail_uid = $uid
mail_gid = $gid
first_valid_uid = 1
passdb {
  driver = static
  args = password=test
}
userdb {
  driver = static
  args = uid=$uid gid=$gid home=$lab/mail/%u allow_all_users=yes
}
service imap-login {
  inet_listener imap {
    port = $imap
  }
  inet_listener imaps {
    port = 0
  }
}
service lmtp {
  unix_listener lmtp {
    mode = 0666
  }
}
CONF

cat >"$lab/etc/main.cf" <<CONF
compatibility_level = 3.6
queue_directory = $lab/queue
data_directory = $lab/data
maillog_file = $lab/log/mail.log
maillog_file_prefixes = $lab/log
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
myhostname = mail.centre.test
mydestination =
mynetworks = 127.0.0.0/8
alias_maps =
local_recipient_maps =
local_transport = error:no local delivery
virtual_mailbox_domains = centre.test
virtual_mailbox_maps = regexp:$lab/etc/known
virtual_transport = lmtp:unix:$lab/dovecot/lmtp
default_transport = error:5.1.2 nothing leaves this host
relay_transport = error:5.1.2 nothing leaves this host
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions =
    check_recipient_access inline:{ {later@centre.test=450 4.2.0 try again later} {full@centre.test=552 5.2.2 mailbox full} },
    reject_unlisted_recipient, permit_mynetworks, reject
transport_maps = inline:{ {bounce@centre.test=latebounce:} }
in_flow_delay = 0
minimal_backoff_time = 5s
queue_run_delay = 5s
CONF
printf '!/^nobody.*@/ ok\n' >"$lab/etc/known"      # everyone exists, except names starting with "nobody"
printf '#!/bin/sh\necho no such person; exit 67\n' >"$lab/etc/late.sh"   # 67: EX_NOUSER, a permanent failure
chmod 755 "$lab/etc/late.sh"

# Postfix's daemons, none in a chroot: the sockets of Dovecot and this folder must stay visible to them.
cat >"$lab/etc/master.cf" <<CONF
127.0.0.1:$smtp inet n - n - - smtpd
pickup    unix n - n 60 1 pickup
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
verify    unix - - n - 1 verify
flush     unix n - n 1000? 0 flush
proxymap  unix - - n - - proxymap
lmtp      unix - - n - - lmtp
showq     unix n - n - - showq
error     unix - - n - - error
retry     unix - - n - - error
discard   unix - - n - - discard
anvil     unix - - n - 1 anvil
scache    unix - - n - 1 scache
postlog   unix-dgram n - n - 1 postlogd
latebounce unix - n n - - pipe
  user=mail argv=$lab/etc/late.sh
CONF

# Daemons get no input and no pipe of ours: whoever reads this script's output must not wait for them.
if ! doveadm -c "$lab/dovecot.conf" who </dev/null >/dev/null 2>&1; then
  dovecot -c "$lab/dovecot.conf" </dev/null >"$lab/log/dovecot-start.log" 2>&1 || { cat "$lab/log/dovecot-start.log"; exit 1; }
fi
if ! postfix -c "$lab/etc" status </dev/null >/dev/null 2>&1; then
  postfix -c "$lab/etc" start </dev/null >"$lab/log/postfix-start.log" 2>&1 ||
    { cat "$lab/log/postfix-start.log" "$lab"/log/mail.log 2>/dev/null; exit 1; }
fi
for port in "$smtp" "$imap"; do
  for _ in $(seq 400); do (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null && continue 2; sleep 0.05; done
  echo "nothing answers on 127.0.0.1:$port"; tail -n 20 "$lab"/log/*; exit 1
done
