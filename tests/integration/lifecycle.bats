#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The order of the commands, and the words when the order is wrong.
load helpers

@test "lifecycle: created, running, stopped, gone" {
	set_sh 'echo started; sleep 1000'
	ok strake_create
	local ctr_out=$out_file
	is_status created
	[ ! -s "$ctr_out" ]
	ok strake start "$ID"
	wait_status running
	wait_for 5 grep -q started "$ctr_out"
	ok strake kill "$ID" KILL
	wait_status stopped
	assert_eq "$(init_pid)" 0
	ok strake delete "$ID"
	assert_nothing_left
	not_ok strake state "$ID"
	assert_err_match 'container does not exist'
}

@test "lifecycle: create with an id in use" {
	set_args sleep 1000
	ok strake_create
	not_ok strake_create
	assert_status 1
	assert_err_match 'container with given ID already exists'
	is_status created
}

@test "lifecycle: the id of a deleted container can be used again" {
	ok strake_create
	ok strake delete --force "$ID"
	ok strake_create
}

@test "lifecycle: start of a running, of a stopped and of no container" {
	run_sleeper
	not_ok strake start "$ID"
	assert_err_match 'cannot start an already running container'
	ok strake kill "$ID" KILL
	wait_status stopped
	not_ok strake start "$ID"
	assert_err_match 'cannot start a container that has (stopped|run and stopped)'
	not_ok strake start no-such
	assert_err_match 'container does not exist'
}

@test "lifecycle: only one of many starts at a time succeeds" {
	set_args sleep 1000
	ok strake_create
	local i pids=() won=0
	for i in 1 2 3 4; do
		"$RUNTIME" --root "$ROOT" start "$ID" </dev/null >"$T/s.$i" 2>&1 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do wait "$i" && won=$((won + 1)); done
	[ "$won" = 1 ] || fail "$won of 4 concurrent starts succeeded" "$(cat "$T"/s.*)"
	wait_status running
}

@test "lifecycle: create leaves init waiting, as a child of the caller's reaper, in its cgroup" {
	set_args sleep 1000
	ok strake_create
	local pid
	pid=$(init_pid)
	kill -0 "$pid"
	grep -q "$ID" "/proc/$pid/cgroup"
}

@test "lifecycle: editing config.json after create has no effect" {
	set_sh 'echo first'
	ok strake_create
	local ctr_out=$out_file
	set_sh 'echo second'
	ok strake start "$ID"
	wait_status stopped
	assert_eq "$(cat "$ctr_out")" first
}

@test "lifecycle: a container whose config.json has vanished can be killed and deleted" {
	run_sleeper
	rm "$BUNDLE/config.json"
	ok strake kill "$ID" KILL
	wait_status stopped
	ok strake delete "$ID"
}

@test "lifecycle: the bundle is what it is really called" {
	local way
	ln -s bundle "$T/link"
	set_args sleep 100
	for way in "$BUNDLE" "$BUNDLE/" "$T//bundle" "$T/./bundle" "$T/link" "$T/link/../bundle"; do
		ok strake create --bundle "$way" "$ID"
		assert_eq "$(state_of bundle)" "$BUNDLE"
		ok strake delete --force "$ID"
	done
	# And a config.json that is a symlink is followed.
	mv "$BUNDLE/config.json" "$BUNDLE/real.json"
	ln -s real.json "$BUNDLE/config.json"
	ok strake_create
	assert_eq "$(state_of bundle)" "$BUNDLE"
}

@test "lifecycle: a state directory that is removed before it is locked" {
	strake_only "runc has no lock"
	command -v strace >/dev/null || skip "needs strace"
	set_args true
	timeout 20 strace -f -e trace=flock -e inject=flock:delay_enter=1000000:when=1 -o "$T/trace" \
		"$RUNTIME" --root "$ROOT" create --bundle "$BUNDLE" "$ID" </dev/null >"$T/o" 2>&1 3>&- &
	local pid=$!
	wait_for 10 rmdir "$ROOT/$ID"
	status=0
	wait $pid || status=$?
	assert_status 1
	assert_has "$(cat "$T/o")" "container does not exist"
	assert_nothing_left
}

@test "lifecycle: a signal while run removes the container does not change its status" {
	strake_only "it blocks signals to the end"
	requires cmd_strace cmd_pgrep
	set_sh 'exit 7'
	background strace -e trace=rmdir -e inject=rmdir:delay_enter=1000000:when=1 -o "$T/trace" \
		"$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" >"$T/o" 2>&1
	local tracer=$!
	wait_for 10 grep -q rmdir "$T/trace"
	kill -TERM "$(pgrep -P "$tracer")"
	status=0
	wait "$tracer" || status=$?
	assert_status 7
	assert_nothing_left
}

# Init is there by then, and goes with the rest.
@test "lifecycle: no exec.fifo can be made" {
	strake_only "where it is made is its own matter"
	requires cmd_strace
	local call
	# Nobody has been told of it so far.
	update_config ".hooks.poststop = [{path: \"/bin/touch\", args: [\"touch\", \"$T/stopped\"]}]"
	for call in mknodat fchmodat; do
		status=0
		# Not of init's calls: it makes devices.
		STRAKE_TEST_ID=$ID timeout 20 strace -o "$T/trace" -e "trace=$call" -e "inject=$call:error=ENOSPC:when=1" "$RUNTIME" --root "$ROOT" \
			create --bundle "$BUNDLE" "$ID" </dev/null >"$T/o" 2>&1 3>&- 4>&- || status=$?
		assert_status 1
		assert_has "$(cat "$T/o")" "$ROOT/$ID/exec.fifo: no space left on device"
		assert_nothing_left
		[ ! -e "$T/stopped" ]
		assert_not "$(cat "$T/o")" poststop
	done
}

@test "lifecycle: a killed create leaves nothing that delete --force cannot clear" {
	strake_only "runc writes its state late and leaves cgroups"
	local n
	set_args sleep 1000
	for n in 001 002 004 006 008 010 015 020 030; do
		STRAKE_TEST_ID=$ID timeout -s KILL "0.$n" "$RUNTIME" --root "$ROOT" create --bundle "$BUNDLE" "$ID" \
			</dev/null >"$T/k.out" 2>&1 3>&- || true
		ok strake delete --force "$ID"
		(assert_nothing_left) || fail "killed after 0.$n s"
	done
}

@test "lifecycle: missing arguments" {
	local c
	for c in create start state delete kill pause resume; do
		not_ok strake "$c"
	done
}
