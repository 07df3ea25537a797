#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154
load helpers

res() { update_config ".linux.resources += $1"; }
# stats: prints them once; $out is one object.
stats() { ok strake events --stats "$ID"; }
# follow FLAG...: events in the background, their lines in $T/events.
follow() {
	background "$RUNTIME" --root "$ROOT" events "$@" "$ID" >"$T/events" 2>"$T/events.err"
	EVENTS=$!
}
has_event() { jq -e "select(.type == \"$1\")" "$T/events" 2>/dev/null | grep -q .; }
watching() { find "/proc/$EVENTS/fd" -lname '*eventfd*' -o -lname '*inotify*' | grep -q .; }
ended() { ! kill -0 "$EVENTS" 2>/dev/null; }
followed_to_the_end() {
	wait_for 10 ended
	wait "$EVENTS"
}

@test "events: --stats is one object of one line" {
	run_sleeper
	stats
	[ "$(wc -l <"$out_file")" = 1 ]
	jq -e --arg id "$ID" '.type == "stats" and .id == $id and (.data | has("cpu") and has("cpuset")
		and has("memory") and has("pids") and has("blkio") and has("hugetlb") and has("intel_rdt")
		and has("network_interfaces") and .network_interfaces == null)' "$out_file"
}

@test "events: the numbers are the kernel's" {
	requires cgroups_v1 cgroup_memory cgroup_pids cgroup_cpu cgroup_cpuset
	local d
	res '{"memory": {"limit": 33554432}, "pids": {"limit": 20}, "cpu": {"quota": 50000, "cpus": "0", "mems": "0"}}'
	run_sleeper
	# Nothing counts while it is paused.
	ok strake pause "$ID"
	stats
	d=$(cgroup_dir memory)
	num() { jq ".data.$1" "$out_file"; }
	assert_eq "$(num memory.usage.limit)" 33554432
	assert_eq "$(num memory.usage.max)" "$(cat "$d/memory.max_usage_in_bytes")"
	assert_eq "$(num memory.usage.failcnt)" "$(cat "$d/memory.failcnt")"
	assert_eq "$(num memory.raw.hierarchical_memory_limit)" 33554432
	assert_eq "$(num pids.limit) $(num pids.current)" '20 1'
	assert_eq "$(num cpu.usage.total)" "$(cat "$(cgroup_dir cpuacct)/cpuacct.usage")"
	assert_eq "$(num 'cpu.usage.percpu | length')" "$(wc -w <"$(cgroup_dir cpuacct)/cpuacct.usage_percpu")"
	assert_eq "$(jq -c '[.data.cpuset | .cpus, .mems, .sched_load_balance]' "$out_file")" '[[0],[0],1]'
	ok strake resume "$ID"
}

@test "events: what runc prints as well" {
	requires cgroups_v1 cmd_runc
	runc_since 1.5 "compares with runc"
	local theirs
	run_sleeper
	# On runc's own container: its state is what both can read.
	ok strake delete --force "$ID"
	runc --root "$ROOT" run --detach --bundle "$BUNDLE" "$ID" >/dev/null 2>&1 </dev/null 3>&- 4>&-
	ok strake pause "$ID"
	theirs=$(runc --root "$ROOT" events --stats "$ID")
	stats
	# runc 1.1 writes what is all zeros, too. What the kernel frees late changes between two looks.
	clean='walk(if type == "object" then with_entries(select(.value != {"limit": 0, "failcnt": 0} and
		(.key != "throttling" or .value != {}))) else . end) |
		.data.memory |= (del(.raw) | map_values(.usage |= type | .max |= type)) |
		.data.memory_raw = ($whole.data.memory.raw | keys)'
	assert_eq "$(jq -S ". as \$whole | $clean" "$out_file")" "$(jq -S ". as \$whole | $clean" <<<"$theirs")"
	ok strake resume "$ID"
	runc --root "$ROOT" delete --force "$ID"
}

@test "events: statistics every interval, until the container is gone" {
	is_strake || requires cgroup_memory # without it runc has none
	run_sleeper
	follow --interval 100ms
	three() { [ "$(grep -c '"type":"stats"' "$T/events")" -ge 3 ]; }
	wait_for 10 three
	ok strake delete --force "$ID"
	followed_to_the_end
	jq -e . "$T/events" >/dev/null
}

@test "events: ends with the container even between two intervals" {
	requires cgroup_memory
	run_sleeper
	follow --interval 1h
	wait_for 5 watching
	ok strake delete --force "$ID"
	followed_to_the_end
	[ ! -s "$T/events" ]
}

@test "events: out of memory" {
	requires cgroup_memory
	res '{"memory": {"limit": 33554432}}'
	# shellcheck disable=SC2016
	set_sh 'while [ ! -e /go ]; do sleep 0.05; done; head -c 100m /dev/zero | tail >/dev/null; sleep 1000'
	ok strake_run --detach
	follow --interval 1h
	wait_for 5 watching
	: >"$BUNDLE/rootfs/go"
	wait_for 20 has_event oom
	assert_eq "$(head -n 1 "$T/events")" "{\"type\":\"oom\",\"id\":\"$ID\"}"
	ok strake delete --force "$ID"
	followed_to_the_end
}

@test "events: without a memory controller the rest is told" {
	requires cgroups_v2
	strake_only "runc fails"
	! grep -qw memory /sys/fs/cgroup/cgroup.controllers || skip "needs a cgroup2 without the memory controller"
	run_sleeper
	follow --interval 50ms
	wait_for 10 has_event stats
	assert_has "$(cat "$T/events.err")" 'OOM notifications are not available'
	# Its last process is the end, as far as can be seen.
	ok strake kill "$ID" KILL
	followed_to_the_end
}

@test "events v2: what needs no controller, and pressure" {
	requires cgroups_v2
	run_sleeper
	ok strake exec --detach "$ID" sleep 1000
	stats
	jq -e '.data.cpu.usage.total > 0 and .data.pids.current == 2' "$out_file"
	[ -e "$(cgroup_dir x)/cpu.pressure" ] || return 0
	# As in runc, a line of zeros is left out: on a quiet machine there may be no "some".
	jq -e '.data.cpu.psi | type == "object" and
		(.some == null or (.some | has("avg10") and has("avg60") and has("avg300") and .total > 0))' "$out_file"
	if [ -e "$(cgroup_dir x)/hugetlb.2MB.max" ]; then
		jq -e '.data.hugetlb["2MB"].failcnt == 0' "$out_file"
	fi
}

@test "events: created and paused containers too" {
	set_args sleep 1000
	ok strake_create
	stats
	ok strake start "$ID"
	ok strake pause "$ID"
	stats
	ok strake resume "$ID"
}

@test "events: a stopped container, none, a wrong interval" {
	run_sleeper
	ok strake kill "$ID" KILL
	wait_status stopped
	strake events --stats "$ID"
	assert_status 1
	assert_has "$err" "container with id $ID is not running"
	strake events "$ID"
	assert_status 1
	assert_has "$err" "container with id $ID is not running"
	strake events no-such
	assert_status 1
	assert_has "$err" 'container does not exist'
	strake events --interval 0 "$ID"
	assert_status 1
	assert_has "$err" 'duration interval must be greater than 0'
	strake events --interval soon "$ID"
	assert_status 1
	assert_has "$err$out" 'invalid value'
}

@test "events: a slow reader, and a pipe that does not block" {
	requires cmd_python3
	is_strake || requires cgroup_memory # without it runc has none
	run_sleeper
	background "$REPO/tests/integration/nonblocking.py" 1 "$RUNTIME" --root "$ROOT" events --interval 50ms "$ID" \
		>"$T/events" 2>"$T/events.err"
	EVENTS=$!
	three() { [ "$(grep -c '"type":"stats"' "$T/events")" -ge 3 ]; }
	wait_for 10 three
	ok strake delete --force "$ID"
	followed_to_the_end
	jq -e . "$T/events" >/dev/null
}

@test "events: a reader that goes away ends it" {
	runc_since 1.5 "runc 1.1.5 goes on for ever"
	run_sleeper
	status=0
	timeout 10 "$RUNTIME" --root "$ROOT" events --interval 20ms "$ID" 2>"$T/e" | head -n 1 >"$T/first" || status=$?
	[ "$status" != 124 ]
	jq -e '.type == "stats"' "$T/first"
}
