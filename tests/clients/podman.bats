#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# podman with conmon. Podman passes --log only to a runtime whose name it knows: the tests "as
# runc" use a link of that name, the others read the errors from the runtime's stderr.

load helpers
load options

IMG=localhost/busybox:test

p()
{
	timeout -k 5 "${CALL_TIMEOUT:-60}" podman --root "$WORK/podman" --runroot /run/podman-root \
		--tmpdir /run/podman-tmp --network-config-dir "$WORK/podman-net" --runtime "$RT" "$@"
}

engine_clean()
{
	p rm -f -t 0 -a
}

setup_file()
{
	# Without CAP_SYS_RESOURCE no runtime can raise a hard limit: the default ulimits are ours.
	cat >"$WORK/containers.conf" <<-EOF
	[containers]
	default_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]
	cgroup_parent = "/$PARENT"
	init_path = "$(command -v catatonit)"
	$(has_controller pids || echo 'pids_limit = 0')
	[engine]
	cgroup_manager = "cgroupfs"
	events_logger = "none"
	runtime_supports_json = ["crun", "runc", "kata", "runsc"]
	EOF
	cat >"$WORK/policy.json" <<-EOF
	{"default": [{"type": "insecureAcceptAnything"}]}
	EOF
	printf '[storage]\ndriver = "overlay"\nrunroot = "/run/podman-root"\ngraphroot = "%s"\n' \
		"$WORK/podman" >"$WORK/storage.conf"
	export CONTAINERS_CONF=$WORK/containers.conf CONTAINERS_STORAGE_CONF=$WORK/storage.conf
	# No systemd: a health check is run by hand.
	export DISABLE_HC_SYSTEMD=true
	export REFERENCE_RT=$REFERENCE CANDIDATE_RT=$RUNTIME
	RT=$REFERENCE p import "$WORK/image.tar" "$IMG" >/dev/null 2>&1 3>&-
}

setup()
{
	needs podman conmon
}

as_runc()
{
	CANDIDATE_RT_NOW=$WORK/as/runc both "$@"
}

s_run()
{
	p run --rm "$IMG" "$@"
	echo "status $?"
}

# s_box OPTIONS -- COMMAND: a container of its own, without a network: the quick case.
s_box()
{
	local options words

	split_options "$@"
	p run --rm --network none "${options[@]}" "$IMG" "${words[@]}"
	echo "status $?"
}

s_started()
{
	p run -d --name box --network none "$@" >/dev/null || echo "not started: $?"
}

podman_status()
{
	p inspect -f '{{.State.Status}}' box
}

podman_is()
{
	[ "$(podman_status)" = "$1" ]
}

@test "podman: run passes output and exit code" {
	both s_run sh -c 'echo out; echo err >&2; exit 7'
	has out 'status 7'
}

@test "podman: the default bridge network has an address" {
	both s_run sh -c 'ip -4 addr show dev eth0 | grep -c "inet 10.88."; ip link show lo | grep -c UP'
	has 1 'status 0'
}

@test "podman: --network none has only lo" {
	both s_box -- sh -c 'ls /sys/class/net'
	has lo 'status 0'
}

@test "podman: two containers of one pod share their network" {
	s_shared() {
		p run -d --name first "$IMG" sh -c 'nc -l -p 8080 -e echo hello' >/dev/null
		p run --rm --network container:first "$IMG" \
			sh -c 'until nc 127.0.0.1 8080 </dev/null; do sleep 0.1; done'
		echo "status $?"
	}
	both s_shared
	has hello 'status 0'
}

@test "podman: a signalled process ends with 128 + the signal" {
	# The first process of a pid namespace cannot kill itself: it has none of its own here.
	both s_box --pid host -- sh -c 'kill -9 $$'
	has 'status 137'
}

@test "podman: a missing command ends with 127" {
	both s_box -- no-such-command
	has 'status 127'
}

@test "podman: a missing absolute path ends with 127" {
	both s_box -- /no/such/command
	has 'status 127'
}

@test "podman: a file that is no program ends with 126" {
	both s_box -- /data/plain
	has 'status 126'
}

@test "podman: a missing command ends with 127, as runc" {
	as_runc s_box -- no-such-command
	has 'status 127'
}

@test "podman: a file that is no program ends with 126, as runc" {
	as_runc s_box -- /data/plain
	has 'status 126'
}

@test "podman: a directory as a command, as runc" {
	# Go before 1.20 said "permission denied" here (126); the words since are "is a directory",
	# which podman does not map (125). Both come from a runtime that is called runc.
	as_runc_dir() { s_box -- /etc | sed 's/12[56]/12X/'; }
	CANDIDATE_RT_NOW=$WORK/as/runc
	side reference "$REFERENCE_RT" as_runc_dir
	side candidate "$CANDIDATE_RT_NOW" as_runc_dir
	cmp "$BATS_TEST_TMPDIR/reference.out" "$BATS_TEST_TMPDIR/candidate.out"
	has 'status 12X'
}

@test "podman: a missing working directory's error" {
	both s_box --workdir /no/such/dir -- true
	[ "$(tail -n 1 "$BATS_TEST_TMPDIR/candidate.out")" != 'status 0' ]
}

@test "podman: run, as runc" {
	as_runc s_box -- sh -c 'id -u; exit 3'
	has 0 'status 3'
}

@test "podman: run -d, logs, wait" {
	s_logs() {
		p run -d --name box "$IMG" sh -c 'echo one; echo two >&2; exit 5' >/dev/null
		p wait box
		p logs box 2>&1 | sort
		podman_status
	}
	both s_logs
	has one two 5 exited
}

@test "podman: input on stdin" {
	s_stdin() { echo typed | p run --rm -i --network none "$IMG" cat; echo "status $?"; }
	both s_stdin
	has typed 'status 0'
}

@test "podman: create, start, attach" {
	s_create() {
		p create --name box --network none "$IMG" sh -c 'sleep 0.5; echo done; exit 4' >/dev/null
		podman_status
		p start -a box
		echo "status $?"
	}
	both s_create
	has created 'done' 'status 4'
}

@test "podman: exec runs in the container" {
	s_exec() {
		s_started "$IMG" sleep 100
		p exec box sh -c 'echo inside; cat /proc/1/cmdline | tr "\0" " "; exit 9'
		echo "status $?"
		p exec --user 1000 --workdir /tmp --env A=b box sh -c 'id -u; pwd; echo $A'
		echo "status $?"
	}
	both s_exec
	has inside 'sleep 100 status 9' 1000 /tmp b
}

@test "podman: exec's own failures: 127, 126" {
	s_exec_fail() {
		s_started "$IMG" sleep 100
		p exec box no-such-command; echo "status $?"
		p exec box /no/such/command; echo "status $?"
		p exec box /data/plain; echo "status $?"
		p exec box sh -c 'kill -15 $$'; echo "status $?"
	}
	both s_exec_fail
	has 'status 127' 'status 126' 'status 143'
}

@test "podman: exec's own failures, as runc" {
	s_exec_fail() {
		s_started "$IMG" sleep 100
		p exec box no-such-command; echo "status $?"
		p exec box /data/plain; echo "status $?"
	}
	as_runc s_exec_fail
	has 'status 127' 'status 126'
}

@test "podman: exec -d" {
	s_exec_d() {
		s_started "$IMG" sleep 100
		p exec -d box sh -c 'echo made >/tmp/made; sleep 100' >/dev/null
		echo "status $?"
		eventually p exec box cat /tmp/made 2>/dev/null
	}
	both s_exec_d
	has made 'status 0'
}

@test "podman: exec on a terminal" {
	s_exec_t() {
		s_started "$IMG" sleep 100
		on_terminal podman --root "$WORK/podman" --runroot /run/podman-root \
			--tmpdir /run/podman-tmp --network-config-dir "$WORK/podman-net" \
			--runtime "$RT" exec -it box sh -c 'tty; test -t 0 && echo tty0; exit 6'
		echo "status $?"
	}
	both s_exec_t
	has tty0 'status 6'
	has_part /dev/pts/
}

@test "podman: run on a terminal of a size" {
	s_run_t() {
		on_terminal podman --root "$WORK/podman" --runroot /run/podman-root \
			--tmpdir /run/podman-tmp --network-config-dir "$WORK/podman-net" --runtime "$RT" \
			run --rm -it --network none "$IMG" \
			sh -c 'tty; ls -l /dev/console | cut -c1; until stty size 2>/dev/null | grep -v "^0 "; do sleep 0.1; done; exit 8'
		echo "status $?"
	}
	both s_run_t
	has_part /dev/pts/0 '33 77'
	has 'status 8'
}

@test "podman: stop sends TERM, then KILL" {
	s_stop() {
		s_started "$IMG" sh -c 'trap "exit 0" TERM; while :; do sleep 0.1; done'
		p stop -t 10 box >/dev/null; echo "stop $?"
		p inspect -f '{{.State.ExitCode}}' box
		p rm box >/dev/null
		s_started "$IMG" sleep 100
		p stop -t 1 box >/dev/null 2>&1; echo "stop $?"
		p inspect -f '{{.State.ExitCode}}' box
		podman_status
	}
	both s_stop
	has 'stop 0' 0 137 exited
}

@test "podman: kill by name and number" {
	s_kill() {
		s_started "$IMG" sh -c 'trap "echo got; exit 3" USR1; while :; do sleep 0.1; done'
		sleep 0.3
		p kill -s USR1 box >/dev/null; echo "kill $?"
		p wait box
		p logs box
		p kill -s 9 box; echo "kill $?"
	}
	both s_kill
	has got 3 'kill 0' 'kill 125'
}

@test "podman: pause and unpause" {
	s_pause() {
		s_started "$IMG" sleep 100
		p pause box >/dev/null; echo "pause $?"
		podman_status
		p exec box true 2>/dev/null; echo "exec $?"
		p unpause box >/dev/null; echo "unpause $?"
		podman_status
		p exec box echo awake
	}
	both s_pause
	has 'pause 0' paused 'unpause 0' running awake
}

@test "podman: rm -f of a running container leaves nothing" {
	s_rm() {
		local pid
		s_started "$IMG" sleep 100
		pid=$(p inspect -f '{{.State.Pid}}' box)
		p rm -f -t 0 box >/dev/null; echo "rm $?"
		kill -0 "$pid" 2>/dev/null; echo "alive $?"
		p ps -a -q | wc -l
		find /sys/fs/cgroup -type d -path "*/$PARENT/libpod-*" | wc -l
	}
	both s_rm
	has 'rm 0' 'alive 1' 0
}

@test "podman: top and inspect" {
	s_top() {
		local pid
		s_started "$IMG" sleep 100
		p top box args
		pid=$(p inspect -f '{{.State.Pid}}' box)
		tr '\0' ' ' <"/proc/$pid/cmdline"; echo
	}
	both s_top
	has 'sleep 100 '
}

@test "podman: restart" {
	s_restart() {
		s_started "$IMG" sh -c 'echo up; sleep 100'
		p restart -t 0 box >/dev/null; echo "restart $?"
		podman_status
		p logs box
	}
	both s_restart
	has 'restart 0' running up
}

@test "podman: a health check" {
	s_health() {
		s_started --health-cmd 'test -e /tmp/healthy' --health-retries 1 "$IMG" sleep 100
		p healthcheck run box; echo "health $?"
		p exec box touch /tmp/healthy
		p healthcheck run box; echo "health $?"
	}
	both s_health
	has 'health 0' 'health 1'
}

@test "podman: a volume and a read-only bind mount" {
	s_volume() {
		mkdir -p "$WORK/bind"
		echo outside >"$WORK/bind/file"
		p run --rm --network none -v vol:/vol -v "$WORK/bind:/bind:ro" "$IMG" \
			sh -c 'echo kept >/vol/f; cat /bind/file; touch /bind/x 2>/dev/null; echo $?'
		p run --rm --network none -v vol:/vol "$IMG" cat /vol/f
		p volume rm vol >/dev/null
	}
	both s_volume
	has outside 1 kept
}

@test "podman: --user with groups" {
	both s_box --user 1000:1000 --group-add 2000 -- sh -c 'id -u; id -g; id -G; touch /etc/x 2>&1'
	has 1000 'status 1'
}

@test "podman: --user can re-open its own stdout" {
	both s_box --user 1000 -- sh -c 'echo again >/proc/self/fd/1'
	has again 'status 0'
}

@test "podman: --read-only" {
	both s_box --read-only -- sh -c 'touch /file 2>/dev/null; echo $?; touch /tmp/file; echo $?'
	has 1 0
}

@test "podman: --init reaps" {
	needs catatonit
	both s_box --init -- sh -c 'cat /proc/1/comm; exit 3'
	has 'status 3'
	has_part init
}

@test "podman: --tmpfs with options" {
	both s_box --tmpfs /scratch:size=1m,mode=0750 -- sh -c \
		'stat -c %a /scratch; grep -c "tmpfs /scratch .*size=1024k" /proc/mounts'
	has 750 1
}

@test "podman: capabilities" {
	s_caps() {
		p run --rm --network none "$IMG" grep Cap /proc/self/status
		p run --rm --network none --cap-drop all --cap-add chown "$IMG" grep Cap /proc/self/status
		p run --rm --network none --user 1000 "$IMG" grep Cap /proc/self/status
	}
	both s_caps
	has_part CapEff CapAmb
}

@test "podman: the default seccomp profile, and none" {
	s_seccomp() {
		p run --rm --network none "$IMG" sh -c \
			'grep -E "^(Seccomp|NoNewPrivs):" /proc/self/status; unshare -m true; echo $?'
		p run --rm --network none --security-opt seccomp=unconfined "$IMG" \
			grep Seccomp: /proc/self/status
		p run --rm --network none --security-opt no-new-privileges "$IMG" \
			grep NoNewPrivs: /proc/self/status
	}
	both s_seccomp
	has_part 'Seccomp:	2' 'Seccomp:	0' 'NoNewPrivs:	1'
}

@test "podman: what the container sees mounted" {
	# Sorted, as podman's own order changes. How a path is masked is the runtime's business, and
	# so is the tmpfs that carries the v1 controllers: runc leaves it writable in spite of "ro".
	s_mounts() {
		p run --rm --network none "$IMG" sed 's/,inode64//' /proc/mounts >"$WORK/mounts"
		awk '$2 !~ "^/(proc|sys)/." || $2 ~ "^/sys/fs/cgroup" { print $2, $3, $4 }' "$WORK/mounts" |
			grep -Ev '^/ |^/sys/fs/cgroup tmpfs' | sort
		awk '$2 ~ "^/(proc|sys)/." && $2 !~ "^/sys/fs/cgroup" { print $2 }' "$WORK/mounts" | sort
	}
	both s_mounts
	has /proc/keys '/dev/mqueue mqueue rw,nosuid,nodev,noexec,relatime'
}

@test "podman: devices, links and their modes" {
	both s_box -- sh -c 'cd /dev; for f in *; do stat -c "%n %F %a %t:%T %u:%g" $f; done'
	has_part 'null character special file 666 1:3 0:0'
}

@test "podman: masked and read-only paths" {
	both s_box -- sh -c \
		'wc -c </proc/kcore; echo x >/proc/sysrq-trigger; echo x >/proc/sys/kernel/hostname; ls /sys/firmware | wc -l'
	has 0
}

@test "podman: a privileged container" {
	both s_box --privileged -- sh -c \
		'grep -E "CapEff|Seccomp:" /proc/self/status; mount -t tmpfs t /tmp; echo "mounted $?"'
	has 'mounted 0'
}

@test "podman: hostname, environment, sysctl, ulimit" {
	both s_box --hostname boxen --env A=b --sysctl kernel.shm_rmid_forced=1 --ulimit nofile=64:128 \
		--ulimit nproc=1000:1000 -- \
		sh -c 'hostname; echo $A; cat /proc/sys/kernel/shm_rmid_forced; ulimit -Sn; ulimit -Hn'
	has boxen b 1 64 128
}

@test "podman: shared pid namespace is killed as a whole" {
	s_hostpid() {
		local pid
		p run -d --name box --network none --pid host "$IMG" sh -c 'sleep 4321 & sleep 100' >/dev/null
		sleep 0.5
		p rm -f -t 0 box >/dev/null; echo "rm $?"
		sleep 0.5
		pgrep -f -c '^sleep 4321'
	}
	both s_hostpid
	has 'rm 0' 0
}

@test "podman: --memory and --pids-limit" {
	needs_controller memory
	needs_controller pids
	s_limits() {
		local pid
		s_started --memory 64m --pids-limit 50 "$IMG" sleep 100
		pid=$(p inspect -f '{{.State.Pid}}' box)
		limit_of "$pid" memory memory.limit_in_bytes memory.max
		limit_of "$pid" pids pids.max pids.max
	}
	both s_limits
	has 67108864 50
}

@test "podman: --cpu-shares, --cpus and --cpuset-cpus" {
	needs_controller cpu
	needs_controller cpuset
	s_cpu() {
		local pid
		s_started --cpu-shares 512 --cpus 0.5 --cpuset-cpus 0 "$IMG" sleep 100
		pid=$(p inspect -f '{{.State.Pid}}' box)
		limit_of "$pid" cpu cpu.shares cpu.weight
		limit_of "$pid" cpu cpu.cfs_quota_us cpu.max
		limit_of "$pid" cpuset cpuset.cpus cpuset.cpus
	}
	both s_cpu
	has_part 50000
}

@test "podman: out of memory is reported" {
	needs_controller memory
	s_oom() {
		p run --name box --network none --memory 8m --memory-swap 8m "$IMG" \
			sh -c 'dd if=/dev/zero of=/dev/shm/x bs=1M count=32 2>/dev/null; tail /dev/zero'
		echo "status $?"
		p inspect -f '{{.State.OOMKilled}}' box
	}
	both s_oom
	has 'status 137'
}

@test "podman: a user namespace" {
	both s_box --uidmap 0:100000:65536 --gidmap 0:200000:65536 -- \
		sh -c 'cat /proc/self/uid_map /proc/self/gid_map | tr -s " "; id -u; touch /tmp/x; echo $?'
	has ' 0 100000 65536' ' 0 200000 65536' 0
}

@test "podman: a pod with its infra container" {
	needs catatonit
	s_pod() {
		p pod create --name pod --cgroup-parent "/$PARENT" --network none >/dev/null; echo "create $?"
		p run -d --pod pod --name box "$IMG" sleep 100 >/dev/null; echo "run $?"
		p exec box hostname; echo "exec $?"
		p pod rm -f -t 0 pod >/dev/null; echo "rm $?"
	}
	both s_pod
	has 'create 0' 'run 0' pod 'exec 0' 'rm 0'
}

@test "podman: --preserve-fds" {
	s_fds() {
		echo kept >"$WORK/fd"
		p run --rm --network none --preserve-fds 1 "$IMG" sh -c 'cat <&3; ls /proc/self/fd | wc -l' \
			3<"$WORK/fd"
		echo "status $?"
	}
	both s_fds
	has kept 'status 0'
}

@test "podman: no descriptor leaks into the container" {
	both s_box -- sh -c 'ls /proc/self/fd | tr "\n" " "'
	has_part '0 1 2 3'
}

@test "podman: signals arrive unblocked and by default" {
	both s_box -- grep -E '^Sig(Ign|Blk|Cgt):' /proc/self/status
	has_part 'SigIgn:	0000000000000000' 'SigBlk:	0000000000000000'
}

@test "podman: info and version name the runtime" {
	s_info() { p info -f '{{.Host.OCIRuntime.Version}}' | grep -c 'spec: '; }
	both s_info
	has 1
}

@test "podman: container checkpoint and restore" {
	needs_criu
	s_checkpoint() {
		p run -d --name box --network none "$IMG" sh -c \
			'trap "n=\$((n + 1)); echo \$n >/count" USR1; n=0; echo 0 >/count; while :; do sleep 1000 & wait $!; done' \
			>/dev/null
		eventually p exec box cat /count >/dev/null
		p kill -s USR1 box >/dev/null
		eventually eval '[ "$(p exec box cat /count)" = 1 ]'
		p container checkpoint box >/dev/null
		echo "checkpoint $?"
		p inspect -f '{{.State.Status}} {{.State.Checkpointed}}' box
		p container restore box >/dev/null
		echo "restore $?"
		p inspect -f '{{.State.Status}}' box
		p kill -s USR1 box >/dev/null
		eventually eval '[ "$(p exec box cat /count)" = 2 ]'
		p exec box cat /count
		p rm -f -t 0 box >/dev/null
		echo "rm $?"
	}
	both s_checkpoint
	has 'checkpoint 0' 'restore 0' 'exited true' running 2 'rm 0'
}

# say TEXT: as the container's first process, the one that sleeps for 4711 seconds.
say()
{
	local pid

	eventually pgrep -xf 'sleep 4711' >/dev/null
	pid=$(pgrep -xf 'sleep 4711')
	eventually test -S "/proc/$pid/root/run/notify/notify.sock" || return
	python3 - "/proc/$pid/root" "$1" <<-'PY'
		import os, socket, sys
		os.chroot(sys.argv[1])
		s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		s.connect(os.environ.get("NOTIFY_SOCKET", "/run/notify/notify.sock"))
		s.send(sys.argv[2].encode())
	PY
}

# A unit of Type=notify that starts podman: the container itself says when it is ready.
@test "podman: --sdnotify=container passes READY on" {
	needs python3 pgrep
	s_notify() {
		local host=$BATS_TEST_TMPDIR/notify.sock heard=$BATS_TEST_TMPDIR/heard listener podman

		rm -f "$host" "$heard"
		python3 - "$host" "$heard" <<-'PY' &
			import array, os, socket, sys
			s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
			s.bind(sys.argv[1])
			with open(sys.argv[2], "w", buffering=1) as log:
			    while True:
			        text, anc, _, _ = s.recvmsg(4096, socket.CMSG_SPACE(4))
			        log.write(text.decode().strip() + "\n")
			        for _, _, data in anc:
			            for fd in array.array("i", data):
			                os.close(fd)
		PY
		listener=$!
		eventually test -S "$host"
		NOTIFY_SOCKET=$host p run -d --sdnotify=container --name box --network none "$IMG" sleep 4711 >/dev/null &
		podman=$!
		say STATUS=working
		grep -c READY "$heard"
		say READY=1
		wait $podman
		echo "run $?"
		eventually grep -qx READY=1 "$heard"
		eventually grep -q '^MAINPID=' "$heard"
		sed 's/^MAINPID=[0-9]*$/MAINPID=N/' "$heard" | grep -xE 'READY=1|MAINPID=N' | sort -u
		p exec box ls /run/notify
		kill $listener
		p rm -f -t 0 box >/dev/null
		echo "rm $?"
	}
	both s_notify
	has 0 'run 0' READY=1 MAINPID=N notify.sock 'rm 0'
}

@test "podman: options of run: what the process is" {
	both each_option "$COMMON_PROCESS$PODMAN_PROCESS" s_box
	has_options 20 20
}

@test "podman: options of run: namespaces" {
	both each_option "$COMMON_NAMESPACES$PODMAN_NAMESPACES" s_box
	has_options 13 13
}

@test "podman: options of run: files and devices" {
	both each_option "$COMMON_FILES$PODMAN_FILES" s_box
	has_options 21 21
}

@test "podman: options of run: security" {
	both each_option "$COMMON_SECURITY$PODMAN_SECURITY" s_box
	has_options 10 10
}
