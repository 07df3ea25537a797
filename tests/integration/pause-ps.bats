#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helpers

@test "pause and resume" {
	set_sh 'i=0; while :; do i=$((i+1)); echo $i; sleep 0.02; done'
	ok strake_run --detach
	local ctr_out=$out_file a b
	wait_for 5 test -s "$ctr_out"
	ok strake pause "$ID"
	is_status paused
	a=$(wc -c <"$ctr_out")
	sleep 0.2
	b=$(wc -c <"$ctr_out")
	assert_eq "$a" "$b"
	ok strake resume "$ID"
	is_status running
	grew() { [ "$(wc -c <"$ctr_out")" -gt "$b" ]; }
	wait_for 5 grew
}

@test "pause: wrong states" {
	run_sleeper
	not_ok strake resume "$ID"
	assert_err_match 'container not paused'
	ok strake pause "$ID"
	not_ok strake start "$ID"
	ok strake resume "$ID"
	ok strake kill "$ID" KILL
	wait_status stopped
	not_ok strake pause "$ID"
	assert_err_match 'container not running'
	not_ok strake resume "$ID"
	not_ok strake pause no-such
	assert_err_match 'container does not exist'
}

@test "pause: KILL ends a paused container" {
	run_sleeper
	ok strake pause "$ID"
	ok strake kill "$ID" KILL
	# A frozen v1 cgroup keeps the process until it is thawed; nobody but us will.
	if ! is_status stopped; then
		wait_for 5 is_status stopped || ok strake resume "$ID"
	fi
	wait_status stopped
}

@test "ps: json is an array of pids" {
	run_sleeper
	ok strake exec --detach "$ID" sleep 1000
	ok strake ps --format json "$ID"
	jq -e --argjson p "$(init_pid)" 'length == 2 and index($p) != null' <<<"$out"
	ok strake ps -f json "$ID"
}

@test "ps: table has a PID column and the container's processes alone" {
	requires cmd_ps
	run_sleeper
	ok strake ps "$ID"
	assert_out_match '^UID +PID'
	assert_has "$out" 'sleep 1000'
	assert_eq "$(wc -l <"$out_file")" 2
	ok strake ps "$ID" -e -o pid,comm
	assert_out_match 'PID COMMAND'
	assert_has "$out" "$(init_pid)"
}

@test "ps: a stopped container has no processes" {
	ok strake_create
	ok strake start "$ID"
	wait_status stopped
	ok strake ps --format json "$ID"
	assert_out_match '^(null|\[\])$'
	not_ok strake ps no-such
	assert_err_match 'container does not exist'
}

@test "ps: an unknown format" {
	run_sleeper
	not_ok strake ps --format yaml "$ID"
	assert_err_match 'invalid format'
}

@test "pause: exec --ignore-paused waits until the container goes on" {
	run_sleeper
	ok strake pause "$ID"
	not_ok strake exec "$ID" true
	assert_status 255
	assert_err_match 'cannot exec in a paused container \(use --ignore-paused to override\)'
	STRAKE_TEST_ID=$ID "$RUNTIME" --root "$ROOT" exec --ignore-paused "$ID" sh -c 'echo went on; exit 7' \
		</dev/null >"$T/exec.out" 2>&1 3>&- 4>&- &
	local pid=$! rc=0
	# It is in the container, and frozen there.
	wait_for 10 eval '[ "$(wc -l <"$(cgroup_dir freezer)/cgroup.procs")" -gt 1 ]'
	[ ! -s "$T/exec.out" ]
	ok strake resume "$ID"
	wait "$pid" || rc=$?
	assert_eq "$rc $(cat "$T/exec.out")" "7 went on"
}
