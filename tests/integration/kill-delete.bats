#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helpers

@test "kill: names, numbers, with and without SIG, any case" {
	local s
	for s in USR1 SIGUSR1 sigusr1 usr1 10; do
		set_sh 'trap "echo got; exit 7" USR1; echo ready; while :; do sleep 0.02; done'
		ok strake_run --detach
		local ctr_out=$out_file
		wait_for 5 grep -q ready "$ctr_out"
		ok strake kill "$ID" "$s"
		wait_status stopped
		grep -q got "$ctr_out"
		ok strake delete "$ID"
	done
}

@test "kill: TERM is the default" {
	set_sh 'trap "exit 0" TERM; echo ready; while :; do sleep 0.02; done'
	ok strake_run --detach
	wait_for 5 grep -q ready "$out_file"
	ok strake kill "$ID"
	wait_status stopped
}

@test "kill: every form of a signal" {
	strake_only "runc knows fewer names"
	set_sh 'for s in 10 12 34 35 64; do trap "echo $s" $s; done
		echo ready; while :; do sleep 0.02; done'
	ok strake_run --detach
	local log=$out_file form n=1
	wait_for 5 grep -q ready "$log"
	for form in 10=10 USR1=10 SIGUSR1=10 sigusr1=10 Usr2=12 RTMIN=34 SIGRTMIN+1=35 rtmax=64; do
		ok strake kill "$ID" "${form%=*}"
		n=$((n + 1))
		wait_for 5 eval '[ "$(wc -l <"'"$log"'")" -ge '$n' ]'
		assert_eq "${form%=*} $(tail -n 1 "$log")" "${form%=*} ${form#*=}"
	done
}

@test "kill: unknown signals" {
	run_sleeper
	local s
	for s in FOO 1x 100000; do
		not_ok strake kill "$ID" "$s"
	done
	not_ok strake kill "$ID" FOO
	assert_err_match 'unknown signal .*FOO'
	is_status running
}

@test "kill: a stopped container" {
	ok strake_create
	ok strake start "$ID"
	wait_status stopped
	not_ok strake kill "$ID" KILL
	assert_status 1
	assert_err_match 'container not running|process already finished'
	ok strake kill --all "$ID" KILL
}

@test "kill: no container" {
	not_ok strake kill no-such KILL
	assert_err_match 'container does not exist'
}

@test "kill: a created container" {
	set_args sleep 1000
	ok strake_create
	ok strake kill "$ID" KILL
	wait_status stopped
	ok strake delete "$ID"
}

@test "kill: signal 0 asks only" {
	runc_since 1.5 "runc 1.1.5 knows no signal 0 by number"
	run_sleeper
	ok strake kill "$ID" 0
	is_status running
}

@test "kill: without a pid namespace of its own KILL reaches every process" {
	update_config '.linux.namespaces |= map(select(.type != "pid"))'
	set_sh 'sleep 1000 & sleep 1000 & echo ready; wait'
	ok strake_run --detach
	wait_for 5 grep -q ready "$out_file"
	[ "$(left_processes | wc -l)" -ge 3 ]
	ok strake kill --all "$ID" KILL
	wait_for 5 no_processes
	wait_status stopped
	ok strake delete "$ID"
}

@test "kill: leftovers without a pid namespace die by delete" {
	runc_since 1.5 "runc 1.1.5 leaves them"
	update_config '.linux.namespaces |= map(select(.type != "pid"))'
	set_sh 'sleep 1000 & echo ready; exit 0'
	ok strake_run --detach
	wait_for 5 grep -q ready "$out_file"
	wait_status stopped
	ok strake delete "$ID"
	assert_nothing_left
}

@test "kill: init's death takes the pid namespace along" {
	set_sh 'sleep 1000 & sleep 1000 & echo ready; wait'
	ok strake_run --detach
	wait_for 5 grep -q ready "$out_file"
	ok strake kill "$ID" KILL
	wait_for 5 no_processes
}

@test "kill_dead_pid_refused: a reused pid is not the container" {
	run_sleeper
	local pid
	pid=$(init_pid)
	ok strake kill "$ID" KILL
	wait_status stopped
	# Another process under the pid in the state file: its start time differs.
	background sleep 1000
	local other=$!
	jq -c --argjson p "$other" '.init_process_pid = $p' "$ROOT/$ID/state.json" >"$T/s" && cat "$T/s" >"$ROOT/$ID/state.json"
	is_status stopped
	not_ok strake kill "$ID" KILL
	kill -0 "$other"
	ok strake delete --force "$ID"
	kill -0 "$other"
}

@test "delete: a running container only by --force" {
	run_sleeper
	not_ok strake delete "$ID"
	assert_status 1
	assert_err_match "cannot delete container $ID that is not stopped: running"
	is_status running
	ok strake delete --force "$ID"
	assert_nothing_left
}

@test "delete: --force may follow the id, and -f is the same" {
	run_sleeper
	ok strake delete "$ID" --force
	run_sleeper
	ok strake delete -f "$ID"
}

@test "delete: a created container" {
	set_args sleep 1000
	ok strake_create
	ok strake delete "$ID"
	assert_nothing_left
}

@test "delete: twice; --force is silent about it" {
	ok strake_create
	ok strake delete --force "$ID"
	not_ok strake delete "$ID"
	assert_status 1
	assert_err_match 'container does not exist'
	ok strake delete --force "$ID"
	assert_out ''
	assert_eq "$err" ''
}

@test "delete: a paused container by --force" {
	run_sleeper
	ok strake pause "$ID"
	ok strake delete --force "$ID"
	assert_nothing_left
}

@test "delete: sub-cgroups that the payload made" {
	requires root
	run_sleeper
	local d
	d=$(cgroup_dir memory)
	mkdir "$d/a" "$d/a/b"
	ok strake delete --force "$ID"
	assert_nothing_left
}

@test "delete: a directory without state.json" {
	mkdir -p "$ROOT/$ID"
	not_ok strake delete "$ID"
	mkdir -p "$ROOT/$ID"
	ok strake delete --force "$ID"
	[ ! -e "$ROOT/$ID" ]
}

# A container that may write to its cgroup names and nests what is in it as it likes.
@test "delete: sub-cgroups with a dot before their names, and three hundred deep" {
	local hierarchy=pids dir
	! is_cgroup2 || hierarchy=
	run_sleeper
	dir=$(cgroup_dir $hierarchy)
	mkdir "$dir/.hidden" "$dir/.hidden/..."
	(cd "$dir" && for ((i = 0; i < 300; i++)); do mkdir d && cd d || exit 1; done)
	ok strake ps --format json "$ID"
	assert_out "[$(init_pid)]"
	ok strake delete --force "$ID"
	[ ! -e "$dir" ]
}

@test "kill: whoever hides in a sub-cgroup is reached" {
	local hierarchy=devices dir init hidden
	! is_cgroup2 || hierarchy=
	update_config '.linux.namespaces |= map(select(.type != "pid"))'
	set_sh 'sleep 1000 & sleep 1000'
	ok strake_run --detach
	init=$(init_pid)
	wait_for 5 eval 'hidden=$(pgrep -P '"$init"' -o sleep)'
	hidden=$(pgrep -P "$init" -o sleep)
	dir=$(cgroup_dir $hierarchy)
	(cd "$dir" && mkdir .h && cd .h && for ((i = 0; i < 300; i++)); do mkdir d && cd d || exit 1; done && echo "$hidden" >cgroup.procs)
	ok strake ps --format json "$ID"
	assert_has "${out//,/ } " "$hidden"
	ok strake kill "$ID" KILL
	wait_for 5 eval '[ ! -d /proc/'"$hidden"' ] || grep -q "^State:.Z" /proc/'"$hidden"'/status'
	wait_status stopped
	ok strake delete "$ID"
}

@test "ps: a cgroup that cannot be read is not one without sub-cgroups" {
	requires cmd_strace
	strake_only "the system calls are its own"
	local hierarchy=devices
	! is_cgroup2 || hierarchy=
	run_sleeper
	mkdir "$(cgroup_dir $hierarchy)/sub"
	status=0
	STRAKE_TEST_ID=$ID timeout 20 strace -qq -o "$T/trace" -e trace=getdents64 -e inject=getdents64:error=EIO \
		"$RUNTIME" --root "$ROOT" ps "$ID" </dev/null >"$T/o" 2>&1 3>&- 4>&- || status=$?
	grep -q INJECTED "$T/trace"
	assert_status 1
	assert_has "$(cat "$T/o")" 'input/output error'
}

@test "delete: who was given the same cgroup later lives on" {
	update_config --arg p "$CGROUP_PARENT/$ID" '.linux.cgroupsPath = $p'
	ok strake run --detach --bundle "$BUNDLE" "$ID"
	wait_status stopped
	set_args sleep 1000
	ok strake run --detach --bundle "$BUNDLE" "$ID-2"
	strake delete "$ID"
	assert_eq "$("$RUNTIME" --root "$ROOT" state "$ID-2" | jq -r .status)" running
	assert_status 1
	assert_err_match 'cgroup.* is not empty: 1 process'
	ok strake delete --force "$ID-2"
	ok strake delete --force "$ID"
}

# starts: in the background, with a startContainer hook that does not end; its pid is in $start.
starts() {
	update_config --arg id "$ID" '.hooks.startContainer = [{"path": "/bin/sh", "args": ["sh", "-c", "sleep 1000; true"], "env": ["PATH=/bin", "STRAKE_TEST_ID=" + $id]}]'
	ok strake_create
	background "$RUNTIME" --root "$ROOT" start "$ID" >"$T/start.out" 2>&1
	start=$!
	hook_runs() { left_processes | grep -q 'sleep 1000'; }
	wait_for 5 hook_runs
}

@test "delete: --force while a startContainer hook hangs" {
	local namespaces
	for namespaces in . 'map(select(.type != "pid"))'; do
		update_config ".linux.namespaces |= $namespaces"
		starts
		CALL_TIMEOUT=5 ok strake delete --force "$ID"
		assert_eq "$err" ''
		assert_nothing_left
		timeout 5 tail --pid="$start" -f /dev/null
	done
}

@test "delete: --force waits for any other command" {
	strake_only "the lock is its own"
	requires cmd_flock
	local deleter n
	locked() { ! flock -n "$ROOT/$ID" true; }
	run_sleeper
	background flock "$ROOT/$ID" sleep 3
	wait_for 5 locked
	background "$RUNTIME" --root "$ROOT" delete --force "$ID"
	deleter=$!
	for n in 1 2 3 4; do
		sleep 0.3
		is_status running
	done
	timeout 10 tail --pid="$deleter" -f /dev/null
	assert_nothing_left
}

@test "delete: --force waits for a create that is under way" {
	strake_only "runc does not wait"
	local create rc=0
	update_config --arg t "$T" '.hooks.createRuntime = [{"path": "/bin/sh", "args": ["sh", "-c", ("echo >" + $t + "/begun; sleep 2")]}]'
	set_args sleep 1000
	background "$RUNTIME" --root "$ROOT" create --bundle "$BUNDLE" "$ID" >"$T/create.out" 2>&1
	create=$!
	wait_for 5 test -e "$T/begun"
	ok strake delete --force "$ID"
	wait "$create" || rc=$?
	assert_eq "$rc $(cat "$T/create.out")" '0 '
	assert_nothing_left
}
