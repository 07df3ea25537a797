#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# containerd's runc shim, driven by ctr: create, start, exec, kill, pause, ps, metrics and delete
# as the shim calls them, with the errors that it reads from log.json and from stderr.

load helpers

IMG=localhost/busybox:test
SOCK=/run/strake-containerd/containerd.sock

c()
{
	timeout -k 5 "${CALL_TIMEOUT:-60}" ctr --address "$SOCK" --namespace "$PARENT" "$@"
}

# ctr's cgroup is /NAMESPACE/ID: below the tests' own directory.
c_run()
{
	local shares=()

	# ctr always sets them.
	has_controller cpu || shares=(--cpu-shares 0)
	c run --runc-binary "$RT" "${shares[@]}" "$@"
}

engine_clean()
{
	local box

	for box in $(c container ls -q); do
		c task kill -s SIGKILL "$box"
		c task delete -f "$box"
		c container delete "$box"
	done
}

is_up()
{
	c version >/dev/null 2>&1
}

setup_file()
{
	mkdir -p /run/strake-containerd
	cat >"$WORK/containerd.toml" <<-EOF
	version = 2
	root = "$WORK/containerd"
	state = "/run/strake-containerd/state"
	disabled_plugins = ["io.containerd.grpc.v1.cri"]
	[grpc]
	  address = "$SOCK"
	[ttrpc]
	  address = "$SOCK.ttrpc"
	EOF
	start_daemon containerd containerd --config "$WORK/containerd.toml"
	eventually is_up || { cat "$WORK/containerd.log"; return 1; }
	export REFERENCE_RT=$REFERENCE CANDIDATE_RT=$RUNTIME
	make_layout "$WORK/layout" '["sh"]'
	c image import --index-name "$IMG" "$WORK/layout.tar" >/dev/null 3>&-
}

teardown_file()
{
	stop_daemon containerd
}

setup()
{
	needs containerd ctr
}

c_status()
{
	c task ls | awk '$1 == "box" { print $3 }'
}

c_is()
{
	[ "$(c_status)" = "$1" ]
}

# The container's pid on the host.
c_pid()
{
	c task ls | awk '$1 == "box" { print $2 }'
}

# ctr says the exit code of a deleted task in a warning only.
c_task_delete()
{
	c task delete "$@" box 2>&1 | grep -o 'exit code [0-9]*' || echo 'exit code 0'
}

s_run()
{
	c_run --rm "$IMG" box "$@"
	echo "status $?"
}

s_started()
{
	c_run -d "$IMG" box "$@" || echo "not started: $?"
	eventually c_is RUNNING
}

@test "containerd: run passes output and exit code" {
	both s_run sh -c 'echo out; echo err >&2; exit 7'
	has out 'status 7'
}

@test "containerd: a missing command" {
	both s_run no-such-command
	has 'status 1'
	grep -q 'executable file not found in \$PATH' "$BATS_TEST_TMPDIR/candidate.err"
}

@test "containerd: a missing absolute path" {
	both s_run /no/such/command
	grep -q 'no such file or directory' "$BATS_TEST_TMPDIR/candidate.err"
}

@test "containerd: a file that is no program" {
	both s_run /data/plain
	grep -q 'permission denied' "$BATS_TEST_TMPDIR/candidate.err"
}

@test "containerd: a failed create leaves no task and no cgroup" {
	s_failed() {
		c_run "$IMG" box no-such-command
		echo "status $?"
		c task ls -q | wc -l
		find /sys/fs/cgroup -type d -path "*/$PARENT/box" | wc -l
	}
	both s_failed
	has 'status 1' 0
}

@test "containerd: run on a terminal" {
	s_tty() {
		on_terminal ctr --address "$SOCK" --namespace "$PARENT" \
			run --rm -t --runc-binary "$RT" "$IMG" box \
			sh -c 'tty; until stty size 2>/dev/null | grep -v "^0 "; do sleep 0.1; done; ls -l /dev/console | cut -c1; exit 4'
		echo "status $?"
	}
	both s_tty
	has /dev/pts/0 '33 77' c 'status 4'
}

@test "containerd: exec" {
	s_exec() {
		s_started sleep 100
		c task exec --exec-id e1 box sh -c 'echo inside; exit 9'; echo "status $?"
		c task exec --exec-id e2 --user 1000:1000 --cwd /tmp box sh -c 'id -u; pwd'; echo "status $?"
		c task exec --exec-id e3 box sh -c 'kill -9 $$'; echo "status $?"
	}
	both s_exec
	has inside 'status 9' 1000 /tmp 'status 137'
}

@test "containerd: exec of a missing command" {
	s_exec_fail() {
		s_started sleep 100
		c task exec --exec-id e1 box no-such-command; echo "status $?"
		c task exec --exec-id e2 box echo alive; echo "status $?"
	}
	both s_exec_fail
	has 'status 1' alive
	grep -q 'executable file not found in \$PATH' "$BATS_TEST_TMPDIR/candidate.err"
}

@test "containerd: exec on a terminal" {
	s_exec_t() {
		s_started sleep 100
		on_terminal ctr --address "$SOCK" --namespace "$PARENT" \
			task exec -t --exec-id e1 box sh -c 'tty; until stty size 2>/dev/null | grep -v "^0 "; do sleep 0.1; done; exit 6'
		echo "status $?"
	}
	both s_exec_t
	has '33 77' 'status 6'
	has_part /dev/pts/
}

@test "containerd: exec detached" {
	s_exec_d() {
		s_started sleep 100
		c task exec -d --exec-id e1 box sh -c 'echo made >/tmp/made; sleep 100'; echo "status $?"
		eventually c task exec --exec-id e2 box cat /tmp/made 2>/dev/null
		c task ps box | awk 'NR > 1' | wc -l
	}
	both s_exec_d
	has 'status 0' made
}

@test "containerd: kill by number, by name, and of the dead" {
	s_kill() {
		s_started sh -c 'trap "exit 3" USR1; while :; do sleep 0.1; done'
		sleep 0.3
		c task kill -s SIGUSR1 box; echo "kill $?"
		eventually c_is STOPPED && c_status
		c task kill -s 9 box; echo "kill $?"
		c_task_delete
		c task kill -s 9 box; echo "kill $?"
	}
	both s_kill
	has 'kill 0' STOPPED 'exit code 3'
}

@test "containerd: kill --all" {
	s_kill_all() {
		s_started sh -c 'sleep 50 & sleep 60 & wait'
		c task kill -a -s 9 box; echo "kill $?"
		eventually c_is STOPPED && c_status
	}
	both s_kill_all
	has 'kill 0' STOPPED
}

@test "containerd: pause and resume" {
	s_pause() {
		s_started sleep 100
		c task pause box; echo "pause $?"
		c_status
		c task exec --exec-id e1 box true; echo "exec $?"
		c task resume box; echo "resume $?"
		c_status
		c task exec --exec-id e2 box echo awake; echo "exec $?"
		c task resume box; echo "resume $?"
	}
	both s_pause
	has 'pause 0' PAUSED 'resume 0' RUNNING awake 'exec 0'
}

@test "containerd: ps lists the container's processes" {
	s_ps() {
		s_started sh -c 'sleep 50 & exec sleep 60'
		sleep 0.3
		c task ps box | awk 'NR > 1 { print $1 }' | while read -r pid; do
			tr '\0' ' ' <"/proc/$pid/cmdline"; echo
		done
	}
	both s_ps
	has 'sleep 60 ' 'sleep 50 '
}

@test "containerd: metrics" {
	s_metrics() {
		s_started sleep 100
		c task metrics box | awk 'NR > 2 && NF { print $1 }'; echo "status $?"
	}
	both s_metrics
	has 'status 0'
}

@test "containerd: the container is in its cgroup, and the cgroup goes with it" {
	s_cgroup() {
		local pid
		s_started sleep 100
		pid=$(c_pid)
		grep -c "/$PARENT/box$" "/proc/$pid/cgroup"
		c task kill -s 9 box
		eventually c_is STOPPED
		c task delete box
		find /sys/fs/cgroup -type d -path "*/$PARENT/box" | wc -l
	}
	both s_cgroup
	has 0
}

@test "containerd: delete -f of a running task" {
	s_delete() {
		local pid
		s_started sleep 100
		pid=$(c_pid)
		c_task_delete -f
		kill -0 "$pid" 2>/dev/null; echo "alive $?"
		c container delete box; echo "delete $?"
	}
	both s_delete
	has 'exit code 137' 'alive 1' 'delete 0'
}

@test "containerd: a second task of the same container" {
	s_again() {
		c_run "$IMG" box sh -c 'echo run; exit 5'; echo "status $?"
		c task start box; echo "status $?"
	}
	both s_again
	has run 'status 5'
}

@test "containerd: host network and host pid namespace" {
	s_host() {
		c_run --rm --net-host --with-ns pid:/proc/1/ns/pid "$IMG" box \
			sh -c 'readlink /proc/self/ns/net | wc -l; exit 2'
		echo "status $?"
	}
	both s_host
	has 1 'status 2'
}

@test "containerd: without a pid namespace of its own, kill reaches the children" {
	s_hostpid() {
		c_run -d --with-ns pid:/proc/1/ns/pid "$IMG" box sh -c 'sleep 4321 & exec sleep 60'
		eventually c_is RUNNING
		sleep 0.3
		c task kill -s 9 box
		eventually c_is STOPPED
		c task delete box
		sleep 0.3
		pgrep -f -c '^sleep 4321'
	}
	both s_hostpid
	has 0
}

@test "containerd: read-only root, mounts and a memory limit" {
	needs_controller memory
	s_options() {
		mkdir -p "$WORK/bind"
		echo outside >"$WORK/bind/file"
		c_run --rm --read-only --memory-limit 67108864 \
			--mount "type=bind,src=$WORK/bind,dst=/data,options=rbind:ro" "$IMG" box \
			sh -c 'cat /data/file; touch /x 2>/dev/null; echo $?; touch /data/x 2>/dev/null; echo $?'
		echo "status $?"
	}
	both s_options
	has outside 1 'status 0'
}

@test "containerd: seccomp and capabilities" {
	s_sec() {
		c_run --rm --seccomp "$IMG" box grep -E '^(Cap|Seccomp:|NoNewPrivs)' /proc/self/status
		engine_clean >/dev/null 2>&1
		c_run --rm --privileged "$IMG" box grep -E '^(CapEff|Seccomp:)' /proc/self/status
	}
	both s_sec
	has_part 'Seccomp:	2' 'Seccomp:	0'
}

@test "containerd: no descriptor leaks into the first container of a shim" {
	both s_run sh -c 'ls /proc/self/fd | tr "\n" " "'
	has '0 1 2 3 status 0'
}

@test "containerd: null-io" {
	s_null() {
		c_run -d --null-io "$IMG" box sh -c 'echo lost; exit 3'
		eventually c_is STOPPED
		c_task_delete
	}
	both s_null
	has 'exit code 3'
}

@test "containerd: a pid file" {
	s_pidfile() {
		c_run -d --pid-file "$WORK/box.pid" "$IMG" box sleep 100
		[ "$(cat "$WORK/box.pid")" = "$(c_pid)" ] && echo same
	}
	both s_pidfile
	has same
}

# (A sleep that was dumped may be over then: CRIU makes its system call an interrupted one.)
s_sleepers()
{
	s_started sh -c 'while :; do sleep 1000; done'
}

@test "containerd: a task is checkpointed and goes on" {
	needs_criu
	s_checkpoint() {
		s_sleepers
		c task checkpoint --image-path "$WORK/images.$$" --work-path "$WORK/work.$$" box >/dev/null
		echo "checkpoint $?"
		ls "$WORK/images.$$" | grep -cx 'inventory.img\|descriptors.json'
		ls "$WORK/work.$$" | grep -x dump.log
		c_status
		c task checkpoint --exit --image-path "$WORK/images.$$" --work-path "$WORK/work.$$" box >/dev/null
		echo "checkpoint $?"
		eventually c_is STOPPED
		rm -rf "$WORK/images.$$" "$WORK/work.$$"
	}
	both s_checkpoint
	has 'checkpoint 0' 2 dump.log
	has RUNNING
}

@test "containerd: a container is checkpointed and restored" {
	needs_criu
	s_restore() {
		local image=localhost/checkpoint:test

		s_sleepers
		c container checkpoint --task --image box "$image" >/dev/null
		echo "checkpoint $?"
		c task kill -s SIGKILL box
		eventually c_is STOPPED
		c task delete box >/dev/null 2>&1
		c container delete box
		c container restore --live box "$image" >/dev/null
		echo "restore $?"
		c_status
		c task exec --exec-id x box echo in
		# With the same blobs in the store already, a second checkpoint is not complete.
		c image rm --sync "$image" >/dev/null
	}
	both s_restore
	has 'checkpoint 0' 'restore 0'
	has RUNNING in
}
