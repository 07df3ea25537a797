#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What the init of a created container holds while it waits for start, and what it says then.
load helpers

setup() {
	setup_bundle
	requires root
}

# exec.fifo itself, and the container's own /proc/self/fd to open it by.
@test "created: init holds no descriptor of the host but the fifo" {
	strake_only "runc holds others"
	set_args sleep 1000
	ok strake_create
	local fds
	fds=$(find "/proc/$(init_pid)/fd" -type l -printf '%f %l\n' | sort -n)
	assert_eq "$(tail -n +4 <<<"$fds")" "3 $ROOT/$ID/exec.fifo"$'\n'"4 /proc/1/task/1/fd"
	ok strake start "$ID"
	wait_status running
}

# A container without a /proc of its own, or with a false one, waits at the directory and starts too.
@test "created: without a /proc, and with one that is not true" {
	strake_only "runc needs the container's /proc"
	set_args echo started
	update_config '.mounts |= map(select(.destination != "/proc")) | .linux.maskedPaths = [] | .linux.readonlyPaths = []'
	mkdir -p "$BUNDLE/rootfs/proc/self/fd"
	ok strake_create
	created=$out_file
	ok strake start "$ID"
	wait_status stopped
	assert_eq "$(cat "$created")" started
	ok strake delete "$ID"
	local n
	for n in 3 4 5 6 7 8 9 10 11 12; do ln -s /dev/zero "$BUNDLE/rootfs/proc/self/fd/$n"; done
	ok strake_create
	created=$out_file
	ok strake start "$ID"
	wait_status stopped
	assert_eq "$(cat "$created")" started
}

@test "created: SIGTERM ends an init that waits, and is the payload's own matter afterwards" {
	set_args sleep 1000
	ok strake_create
	ok strake kill "$ID" TERM
	wait_status stopped
	ok strake delete "$ID"
	ok strake_create
	ok strake start "$ID"
	wait_for 5 grep -q sleep "/proc/$(init_pid)/comm"
	assert_eq "$(sed -n 's/^SigCgt:\t//p' "/proc/$(init_pid)/status")" 0000000000000000
}

@test "created: the fifo is opened by the container's user, in user namespaces too" {
	set_args id -u
	update_config '.process.user = {"uid": 1000, "gid": 1000}'
	ok strake_create
	created=$out_file
	ok strake start "$ID"
	wait_status stopped
	assert_eq "$(cat "$created")" 1000
	ok strake delete "$ID"
	update_config '.linux.namespaces += [{"type": "user"}] |
		.linux.uidMappings = [{"containerID": 0, "hostID": 0, "size": 65536}] |
		.linux.gidMappings = [{"containerID": 0, "hostID": 0, "size": 65536}]'
	ok strake_create
	created=$out_file
	ok strake start "$ID"
	wait_status stopped
	assert_eq "$(cat "$created")" 1000
}

@test "created: preserved descriptors stay, beside the fifo" {
	set_sh 'cat <&3; cat <&4; ls /proc/self/fd | wc -l'
	echo three >"$T/three"
	echo four >"$T/four"
	kept=$T/preserved
	"$RUNTIME" --root "$ROOT" create --bundle "$BUNDLE" --preserve-fds 2 "$ID" \
		</dev/null >"$kept" 2>&1 3<"$T/three" 4<"$T/four"
	ok strake start "$ID"
	wait_status stopped
	# ls has 0, 1, 2, both, and the directory that it reads.
	assert_eq "$(cat "$kept")" $'three\nfour\n6'
}

@test "run: a failing poststart hook leaves no pid file" {
	runc_since 1.5 "the order of the older peers is another"
	set_args sleep 1000
	update_config '.hooks.poststart = [{"path": "/bin/false"}]'
	not_ok strake_run --detach --pid-file "$T/pid"
	[ ! -e "$T/pid" ] || fail "a pid file: $(cat "$T/pid")"
	assert_nothing_left
}

@test "LISTEN_FDS of the caller wins over the config's" {
	update_config '.process.env += ["LISTEN_FDS=7", "LISTEN_PID=99"]'
	set_args env
	# The shell that becomes the runtime knows its pid.
	sh -c 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"' sh \
		"$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" \
		</dev/null >"$T/env" 2>&1 3</dev/null
	assert_eq "$(grep ^LISTEN_ "$T/env" | sort)" $'LISTEN_FDS=1\nLISTEN_PID=1'
}
