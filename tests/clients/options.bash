# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What users give to `run`, a row each; behind the bar the script that looks at it from inside. Both
# runtimes run all of a table, and every line that they say is compared.
#
# shellcheck disable=SC2016,SC2034 # scripts of another shell; tables that the suites use

# each_option TABLE COMMAND...: the engine's run, which takes options, `--`, and the words of the process.
each_option()
{
	local table=$1 row options
	shift

	while IFS= read -r row; do
		[ -n "$row" ] || continue
		echo "run ${row%% | *}"
		eval "options=(${row%% | *})"
		# shellcheck disable=SC2154 # by eval
		"$@" "${options[@]}" -- sh -c "${row#* | }" </dev/null
	done <<<"$table"
}

# Every row had an answer, and the rows that succeed are as many as said.
has_options()
{
	local rows=$1 fine=$2 out=$BATS_TEST_TMPDIR/candidate.out

	[ "$(grep -c '^run ' "$out") $(grep -c '^status 0$' "$out")" = "$rows $fine" ] || {
		echo "not $rows rows, $fine of them fine"
		report
		return 1
	}
}

# Both engines'.
COMMON_PROCESS='
--oom-score-adj=500 | cat /proc/self/oom_score_adj
--ulimit=nofile=100:200 --ulimit=core=0 --ulimit=nproc=1000 | ulimit -n; ulimit -Hn; ulimit -c
--group-add=7 --group-add=8 | id -G
--user=root:8 | id
--user=1234:77 | id -u; id -g; echo $HOME
--workdir=/data | pwd
--env=A=b --env=PATH=/bin | echo $A $PATH
--init | tr "\0" " " </proc/1/cmdline | cut -c1-16
--tty | tty
--interactive | cat
--stop-signal=USR1 | echo fine
--entrypoint=/bin/echo | hello
'
COMMON_NAMESPACES='
--cgroupns=private | sort /proc/1/cgroup | sed "s,.*:,,"
--ipc=host | readlink /proc/self/ns/ipc
--ipc=private | cat /proc/sys/kernel/shmmni
--ipc=none | mount | grep " /dev/shm " | wc -l
--uts=host | hostname
--pid=host | readlink /proc/self/ns/pid
--userns=host | cat /proc/self/uid_map
--sysctl=kernel.msgmax=65000 | cat /proc/sys/kernel/msgmax
--hostname=there | hostname; cat /etc/hostname; echo
--add-host=there:1.2.3.4 | grep there /etc/hosts
'
COMMON_FILES='
--shm-size=8m | df -k /dev/shm | tail -n 1 | awk "{print \$2}"
--read-only | touch /x 2>&1; touch /etc/x 2>&1; touch /dev/shm/x && echo fine
--tmpfs=/t:size=4k,mode=1770,noexec | stat -c %a /t; grep " /t " /proc/mounts
--tmpfs=/t:exec,dev,suid | grep " /t " /proc/mounts
--mount=type=tmpfs,dst=/t,tmpfs-size=1m,tmpfs-mode=700 | stat -c %a /t; grep " /t " /proc/mounts
--mount=type=bind,src=/usr/share,dst=/b,ro | grep " /b " /proc/self/mountinfo | grep -o "ro,[a-z,]*"
--mount=type=bind,src=/usr/share,dst=/b,bind-nonrecursive | ls /b >/dev/null && echo fine
--volume=/usr/share:/s:ro | grep " /s " /proc/mounts | grep -o "ro,[a-z,]*"
--device=/dev/null:/dev/nothing:r | ls -l /dev/nothing | cut -c1-10; echo x >/dev/nothing
--device=/dev/zero:/dev/z:rwm | head -c 3 /dev/z | wc -c
--device-cgroup-rule="c 1:3 r" | cat /dev/null && echo fine
'
COMMON_SECURITY='
--security-opt=no-new-privileges | grep NoNewPrivs /proc/self/status
--security-opt=seccomp=unconfined | grep Seccomp: /proc/self/status
--cap-drop=all | grep Cap /proc/self/status
--cap-add=all --cap-drop=sys_resource | grep CapBnd /proc/self/status
--cap-drop=all --cap-add=net_bind_service --user=5 | grep Cap /proc/self/status
'

PODMAN_NAMESPACES='
--cgroups=no-conmon | sort /proc/1/cgroup | sed "s,.*:,,"
--uidmap=0:100000:5000 --gidmap=0:100000:5000 | cat /proc/self/uid_map; id -u; stat -c %u /etc
--no-hosts | test -e /etc/hosts || echo none
'
PODMAN_PROCESS='
--umask=0077 | umask; touch /tmp/x; stat -c %a /tmp/x
--user=1234 --passwd=false | id; grep 1234 /etc/passwd | wc -l
--unsetenv=HOME | echo $HOME
--annotation=run.oci.keep_original_groups=1 | id -G
--systemd=always | mount | grep -c tmpfs; env | grep container=
--tz=local | date +%Z
--log-driver=none | echo unseen
--pidfile="$WORK/pid" | echo fine
'
PODMAN_FILES='
--mount=type=bind,src=/usr/share,dst=/b,ro,bind-propagation=rslave | grep " /b " /proc/self/mountinfo | grep -o "ro,[a-z,]*"
--read-only --read-only-tmpfs=false | touch /tmp/x 2>&1; touch /run/x 2>&1; echo fine
--read-only --read-only-tmpfs=true | touch /tmp/x /run/x /var/tmp/x && echo fine
--tmpfs=/etc:rw,tmpcopyup | ls /etc | head -n 2
--tmpfs=/etc:rw,notmpcopyup | ls /etc | wc -l
--mount=type=devpts,dst=/pts | ls /pts
--mount=type=tmpfs,dst=/t,chown | grep " /t " /proc/mounts
--volume=/usr/share:/s:ro,nosuid,nodev,noexec | grep " /s " /proc/mounts | grep -o "ro,[a-z,]*"
--volume=anonymous:/v:O | touch /v/x && ls /v
--volume=owned:/v:U --user=77 | stat -c %u /v
'
PODMAN_SECURITY='
--security-opt=mask=/etc/hostname | wc -c </etc/hostname
--security-opt=unmask=ALL | ls /proc/acpi /sys/firmware >/dev/null; wc -c </proc/keys | grep -vxc 0
--security-opt=unmask=/proc/keys | wc -c </proc/keys | grep -vxc 0
--security-opt=proc-opts=hidepid=2 | grep " /proc proc" /proc/mounts
--privileged | grep CapEff /proc/self/status; ls /dev
'

DOCKER_LIMITS='
--memory=64m --memory-reservation=32m | echo fine
--cpu-period=50000 --cpu-quota=25000 --cpu-shares=100 --cpuset-cpus=0 | echo fine
--pids-limit=20 | cat /proc/sys/kernel/pid_max | wc -l
--blkio-weight=100 | echo fine
--memory-swappiness=10 | echo fine
--oom-kill-disable | echo fine
--cgroupns=host --cgroup-parent="/$PARENT/options" | grep -c /options/ /proc/self/cgroup
'
DOCKER_SECURITY='
--security-opt=systempaths=unconfined | ls /proc/acpi /sys/firmware >/dev/null; grep " /proc/" /proc/mounts | wc -l
--mount=type=volume,dst=/v,volume-nocopy | ls /v; touch /v/x
--hostname=h.dom --domainname=dom | hostname; cat /proc/sys/kernel/domainname
'
