#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# A command that is killed (PDEATHSIG is SIGKILL with every engine) leaves only what `delete
# --force` removes at once.
load helpers

setup() {
	setup_bundle
	strake_only "the order of system calls is its own"
	requires root cmd_strace
	set_args sleep 1000
}

# killed_at SYSCALL NUMBER ARG...: the command dies as it enters that call.
killed_at() {
	local call=$1 n=$2
	shift 2
	STRAKE_TEST_ID=$ID strace -qq -o "$T/trace" -e "trace=$call" \
		-e "inject=$call:signal=KILL:when=$n" "$RUNTIME" --root "$ROOT" "$@" \
		</dev/null >"$T/killed.out" 2>&1 3>&- 4>&- || true
}

delete_is_quick() {
	CALL_TIMEOUT=5 ok strake delete --force "$ID"
	assert_nothing_left
}

@test "killed: create, where init is ready and nobody was told" {
	# state.json, config.json, state.json with the pid; the last is the final state.json.
	local n
	for n in 1 2 3 4; do
		killed_at renameat "$n" create --bundle "$BUNDLE" "$ID"
		delete_is_quick
	done
}

@test "killed: create, right after the clone" {
	local call
	for call in clone clone3 recvmsg sendmsg; do
		killed_at "$call" 1 create --bundle "$BUNDLE" "$ID"
		delete_is_quick
	done
}

@test "killed: a start that released init leaves a running container" {
	ok strake_create
	# The first unlinkat is that of brief, the other that of exec.fifo.
	killed_at unlinkat 2 start "$ID"
	CALL_TIMEOUT=20 not_ok strake start "$ID"
	assert_err_match 'already running'
	is_status running
}

@test "killed: delete, at each directory of the cgroup that it removes" {
	local n
	for n in 1 2 3 4 5 6 7 8; do
		ok strake_create
		killed_at rmdir "$n" delete "$ID"
		delete_is_quick
	done
}

# at_each_call PREPARE COMMAND ARG...: before each try PREPARE makes what the command needs; then the
# command dies at its Nth system call. KILL_STEP=1 tries every one, which takes a quarter of an hour.
at_each_call() {
	local prepare=$1 n rc=0
	shift
	requires payload_killat
	for ((n = ${KILL_FROM:-1}; ; n += ${KILL_STEP:-23})); do
		"$prepare"
		STRAKE_TEST_ID=$ID timeout -k 5 60 "$STRAKE_PAYLOAD/killat" "$n" "$RUNTIME" --root "$ROOT" "$@" \
			</dev/null >"$T/killed.out" 2>&1 3>&- 4>&- || rc=$?
		last_command="$* (killed at call $n)"
		((rc == 0 || rc == 3)) || fail "killat ended with $rc" "$(cat "$T/killed.out")" || return 1
		delete_is_quick || fail "$* was killed at its system call $n" || return 1
		((rc == 0)) || break
	done
	# It was killed more than once, and the last try went through.
	((n > 40)) || fail "only $n system calls?"
}
nothing() { :; }
sleeper() { run_sleeper; }
created() { ok strake_create; }
paused() { run_sleeper && ok strake pause "$ID"; }
ended() { set_args true && ok strake_run --keep && set_args sleep 1000; }

@test "killed: create, at any system call" { at_each_call nothing create --bundle "$BUNDLE" "$ID"; }
@test "killed: run --detach, at any system call" { at_each_call nothing run --detach --bundle "$BUNDLE" "$ID"; }
@test "killed: run, at any system call" {
	set_args true
	at_each_call nothing run --bundle "$BUNDLE" "$ID"
}
@test "killed: start, at any system call" { at_each_call created start "$ID"; }
@test "killed: exec, at any system call" { at_each_call sleeper exec "$ID" true; }
@test "killed: exec --detach, at any system call" { at_each_call sleeper exec --detach "$ID" sleep 1000; }
@test "killed: kill, at any system call" { at_each_call sleeper kill "$ID" KILL; }
@test "killed: pause, at any system call" { at_each_call sleeper pause "$ID"; }
@test "killed: resume, at any system call" { at_each_call paused resume "$ID"; }
@test "killed: update, at any system call" {
	requires cgroup_pids
	at_each_call sleeper update --pids-limit 77 "$ID"
}
@test "killed: delete, at any system call" { at_each_call ended delete "$ID"; }
@test "killed: delete --force, at any system call" { at_each_call sleeper delete --force "$ID"; }

@test "killed: exec into a container whose init is ending says so" {
	# It ends only when the others of its pid namespace are reaped, and here nobody does that.
	requires cmd_python3
	run_sleeper
	python3 - "$RUNTIME" "$ROOT" "$ID" >"$T/result" 2>&1 <<-'PY'
		import ctypes, subprocess, sys, time
		runtime, root, cid = sys.argv[1:]
		ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)  # PR_SET_CHILD_SUBREAPER
		null = subprocess.DEVNULL
		def strake(*args, err=null):
		    return subprocess.run([runtime, "--root", root, *args], stdin=null, stdout=null, stderr=err)
		assert strake("exec", "--detach", cid, "sleep", "1000").returncode == 0
		strake("kill", cid, "KILL")
		time.sleep(0.3)
		strake("exec", cid, "true", err=sys.stdout)
	PY
	assert_has "$(cat "$T/result")" 'container not running'
}
