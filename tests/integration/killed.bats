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
	for call in clone3 recvmsg sendmsg; do
		killed_at "$call" 1 create --bundle "$BUNDLE" "$ID"
		delete_is_quick
	done
}

@test "killed: a start that released init leaves a running container" {
	ok strake_create
	# Its only unlinkat is that of exec.fifo.
	killed_at unlinkat 1 start "$ID"
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
