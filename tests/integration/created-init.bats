#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What the init of a created container holds while it waits for start, and what it says then.
load helpers

setup() {
	setup_bundle
	requires root
}

# The directory of exec.fifo alone, beside what it hands on.
@test "created: init holds no descriptor of the host but the fifo's directory" {
	strake_only "runc holds others"
	set_args sleep 1000
	ok strake_create
	local fds
	fds=$(find "/proc/$(init_pid)/fd" -type l -printf '%f %l\n' | sort -n)
	assert_eq "$(tail -n +4 <<<"$fds")" "3 $ROOT/$ID"
}

@test "created: preserved descriptors stay, and so does the fifo's directory" {
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
	strake_only "its order is its own"
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
