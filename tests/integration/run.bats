#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# run: exit status, stdio, detach, keep, and that nothing stays behind.
load helpers

@test "run: output, exit status, and nothing left" {
	set_sh 'echo to stdout; echo to stderr >&2; exit 0'
	ok strake_run
	assert_out 'to stdout'
	assert_eq "$err" 'to stderr'
	assert_nothing_left
}

@test "run: the exit status is the process's" {
	local n
	for n in 1 42 255; do
		set_sh "exit $n"
		strake_run
		assert_status "$n"
	done
}

@test "run: 128+n when a signal ended the process" {
	set_sh 'kill -9 $$'
	update_config '.linux.namespaces |= map(select(.type != "pid"))'
	strake_run
	assert_status 137
	set_sh 'kill -15 $$'
	strake_run
	assert_status 143
}

@test "run: stdin is the caller's" {
	echo hello >"$T/in"
	set_args cat
	STDIN=$T/in
	ok strake_run
	assert_out hello
}

@test "run: --keep leaves a stopped container" {
	set_args true
	ok strake_run --keep
	is_status stopped
	ok strake delete "$ID"
	assert_nothing_left
}

@test "run: --detach returns at once, the container goes on" {
	run_sleeper
	is_status running
	kill -0 "$(init_pid)"
}

@test "run: nothing that outlives the command holds its standard streams, but the container" {
	set_sh 'exec >/dev/null 2>&1 </dev/null; sleep 1000'
	# A pipe that is read to its end: it must come once the container let go of it.
	STRAKE_TEST_ID=$ID timeout 20 "$RUNTIME" --root "$ROOT" run --detach --bundle "$BUNDLE" "$ID" \
		</dev/null 2>&1 3>&- | timeout 10 cat >"$T/piped"
	[ "${PIPESTATUS[1]}" = 0 ]
	is_status running
}

@test "run: signals to the command go to the process" {
	local sig
	# 34 is the first that glibc leaves to programs, and the last that musl does not; Go does not take it, and runc dies
	# of it. Who would be killed by the last two leaves the container behind.
	for sig in USR1 34 ABRT SEGV; do
		[ "$sig-$RUNTIME_NAME" != 34-runc ] || continue
		rm -f "$T/fg.out" # or the last one's "ready" is found
		set_sh "trap 'echo got; exit 3' $sig; echo ready; while :; do sleep 0.02; done"
		STRAKE_TEST_ID=$ID "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" \
			</dev/null >"$T/fg.out" 2>&1 3>&- &
		local pid=$! rc=0
		wait_for 10 grep -q ready "$T/fg.out"
		kill -"$sig" "$pid"
		wait "$pid" || rc=$?
		assert_eq "$rc" 3
		grep -q got "$T/fg.out"
		assert_nothing_left
	done
}

@test "run: the command's death in the foreground does not hide the container" {
	set_args sleep 1000
	STRAKE_TEST_ID=$ID "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" \
		</dev/null >"$T/fg.out" 2>&1 3>&- &
	local pid=$!
	wait_status running
	kill -9 "$pid"
	wait "$pid" || true
	ok strake delete --force "$ID"
	assert_nothing_left
}

@test "run: the bundle is the current directory by default" {
	set_args true
	cd "$BUNDLE"
	ok strake run "$ID"
}

@test "run: a relative --bundle and a relative root.path" {
	set_args pwd
	cd "$T"
	ok strake run --bundle bundle "$ID"
	assert_out /
}

@test "run: init is pid 1 and alone" {
	run_sh 'echo $$; ls -d /proc/[0-9]* | wc -l'
	assert_out_match '^1'
}

@test "run: many containers at a time" {
	local i pids=()
	set_sh 'echo $(hostname)'
	# Each gets its own default cgroup.
	update_config 'del(.linux.cgroupsPath)'
	for i in 1 2 3 4 5 6; do
		STRAKE_TEST_ID=$ID timeout 60 "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID-$i" \
			</dev/null >"$T/m.$i" 2>&1 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do wait "$i" || fail "$(cat "$T"/m.*)"; done
	assert_eq "$(cat "$T"/m.*)" "$(for i in 1 2 3 4 5 6; do echo testhost; done)"
	assert_nothing_left
}

@test "run: what init says before it is told to begin is heard" {
	strake_only "the system calls are its own"
	requires cmd_strace
	set_args true
	# It is the first to move its program. (Where that is no way, nothing is moved.)
	STRAKE_TEST_ID=$ID timeout 20 strace -f -o "$T/trace" -e trace=mremap -e inject=mremap:error=ENOMEM:when=1 \
		"$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$T/o" 2>&1 3>&- 4>&- || true
	grep -q INJECTED "$T/trace" || skip "the program is not left by moving to memory"
	assert_has "$(cat "$T/o")" "leaving the runtime's own file: cannot allocate memory"
	assert_nothing_left
}
