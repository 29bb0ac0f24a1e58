#!/usr/bin/env bash
# A Slurm cluster of this one machine, on the loopback address: `cluster.sh start FOLDER`, `cluster.sh stop FOLDER`.
# Needs Debian's slurm-wlm and munge; the daemons run as whoever starts them. Everything it writes lies in FOLDER; its clients
# need SLURM_CONF=FOLDER/slurm.conf.
set -euo pipefail
folder=$(realpath -m "$2")

# A port that nothing listens on.
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

configure() {
  mkdir -p "$folder"/{state,spool,log,munge}
  chmod 700 "$folder/munge"
  head -c 1024 /dev/urandom > "$folder/munge/munge.key"
  chmod 600 "$folder/munge/munge.key"
  local host cpus
  host=$(hostname -s)
  cpus=$(nproc)
  cat > "$folder/slurm.conf" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
AuthInfo=socket=$folder/munge/munge.socket
CredType=cred/munge
SlurmctldPort=$(free_port)
SlurmdPort=$(free_port)
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/log/slurmctld.log
SlurmdLogFile=$folder/log/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_interval=1,batch_sched_delay=0
MailProg=/bin/true
ReturnToService=2
MinJobAge=3600
KillWait=5
MpiDefault=none
NodeName=$host NodeAddr=127.0.0.1 CPUs=$cpus State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP OverSubscribe=FORCE:4
CONF
}

start() {
  configure
  export SLURM_CONF=$folder/slurm.conf
  munged --force --key-file="$folder/munge/munge.key" --socket="$folder/munge/munge.socket" \
    --pid-file="$folder/munge/munged.pid" --log-file="$folder/log/munged.log" --seed-file="$folder/munge/munge.seed"
  slurmctld -c
  slurmd -c
  for _ in $(seq 60); do
    [ "$(sinfo --noheader --format=%T 2>/dev/null)" = idle ] && return
    sleep 1
  done
  echo "cluster.sh: expected an idle node after 60 s, found: $(sinfo 2>&1)" >&2
  tail -n 20 "$folder"/log/*.log >&2
  exit 1
}

# Ends the daemons and waits until they have written their last.
stop() {
  local ids=()
  for file in slurmd.pid slurmctld.pid munge/munged.pid; do
    [ -f "$folder/$file" ] && ids+=("$(cat "$folder/$file")")
  done
  kill "${ids[@]}" 2>/dev/null || true
  for id in "${ids[@]}"; do
    for _ in $(seq 100); do
      kill -0 "$id" 2>/dev/null || break
      sleep 0.1
    done
  done
}

"$1"
