#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# config-linux.md's seccomp section: each action, operator and flag.
load helpers

seccomp() { update_config --argjson s "$1" '.linux.seccomp = $s'; }

@test "spec seccomp: each action" {
	local row
	for row in KILL:159 KILL_THREAD:159 KILL_PROCESS:159 TRAP:159 ERRNO:1 TRACE:1 LOG:0 ALLOW:0; do
		seccomp "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [{\"names\": [\"mkdir\", \"mkdirat\"], \"action\": \"SCMP_ACT_${row%:*}\"}]}"
		set_sh 'mkdir /tmp/x 2>&1; echo "status $?"'
		rm -rf "$BUNDLE/rootfs/tmp/x"
		ok strake_run
		assert_has "$out" "status ${row#*:}"
	done
	# Without a tracer the kernel says ENOSYS.
	seccomp '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_TRACE"}]}'
	ok strake_run
	assert_has "$out" 'not implemented'
	seccomp '{"defaultAction": "SCMP_ACT_NONSENSE"}'
	not_ok strake_run
	assert_has "$err" seccomp
	assert_nothing_left
}

@test "spec seccomp: each operator" {
	# chmod's mode is what is compared: 0700 is 448.
	local row op value two denied allowed m
	for row in 'NE 448 0;600 755;700' 'LT 448 0;600 677;700 755' 'LE 448 0;677 700;701' 'EQ 448 0;700;701 600' \
		'GE 448 0;700 755;600' 'GT 448 0;701;700 600' 'MASKED_EQ 2048 2048;4755 4700;755'; do
		IFS=';' read -r op denied allowed <<<"$row"
		read -r op value two <<<"$op"
		arg() { echo "[{\"index\": $1, \"value\": $value, \"valueTwo\": $two, \"op\": \"SCMP_CMP_$op\"}]"; }
		seccomp "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"syscalls\": [
			{\"names\": [\"chmod\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 28, \"args\": $(arg 1)},
			{\"names\": [\"fchmodat\", \"fchmodat2\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 28, \"args\": $(arg 2)}]}"
		set_sh "for m in $denied; do chmod \$m /tmp/f 2>/dev/null && echo \"\$m passed\"; done
			for m in $allowed; do chmod \$m /tmp/f 2>/dev/null || echo \"\$m refused\"; done; echo done"
		touch "$BUNDLE/rootfs/tmp/f"
		ok strake_run
		assert_eq "$op $out" "$op done"
	done
}

@test "spec seccomp: defaultErrnoRet, errnoRet, and neither" {
	local base='"syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO"'
	seccomp "{\"defaultAction\": \"SCMP_ACT_ALLOW\", $base}]}"
	set_sh 'mkdir /tmp/x 2>&1; true'
	ok strake_run
	assert_has "$out" 'not permitted'
	seccomp "{\"defaultAction\": \"SCMP_ACT_ALLOW\", $base, \"errnoRet\": 28}]}"
	ok strake_run
	assert_has "$out" 'No space left'
	seccomp "{\"defaultAction\": \"SCMP_ACT_ALLOW\", $base, \"errnoRet\": 5000}]}"
	not_ok strake_run
	assert_has "$err" seccomp
	assert_nothing_left
}

@test "spec seccomp: each flag, and an unknown one" {
	strake_only "the peers differ in what they know"
	local f
	for f in '"SECCOMP_FILTER_FLAG_TSYNC"' '"SECCOMP_FILTER_FLAG_LOG"' '"SECCOMP_FILTER_FLAG_SPEC_ALLOW"' \
		'"SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_LOG", "SECCOMP_FILTER_FLAG_SPEC_ALLOW"'; do
		seccomp "{\"defaultAction\": \"SCMP_ACT_ALLOW\", \"flags\": [$f], \"syscalls\": [{\"names\": [\"mkdir\", \"mkdirat\"], \"action\": \"SCMP_ACT_ERRNO\"}]}"
		set_sh 'grep Seccomp: /proc/self/status; grep Speculation_Store /proc/self/status; mkdir /tmp/x 2>/dev/null || echo refused'
		ok strake_run
		assert_has "$out" $'Seccomp:\t2'
		assert_has "$out" refused
	done
	seccomp '{"defaultAction": "SCMP_ACT_ALLOW", "flags": ["SECCOMP_FILTER_FLAG_NONSENSE"]}'
	not_ok strake_run
	assert_has "$err" flags
	assert_nothing_left
}

@test "spec seccomp: a record of --debug says the flags" {
	local row
	set_args true
	for row in '"flags": ["SECCOMP_FILTER_FLAG_LOG"], |2' '"flags": [], |0' ' |4'; do
		seccomp "{\"defaultAction\": \"SCMP_ACT_ALLOW\", ${row%|*}\"syscalls\": [{\"names\": [\"mkdir\"], \"action\": \"SCMP_ACT_ERRNO\"}]}"
		ok strake --debug run --bundle "$BUNDLE" "$ID"
		assert_has "$err" "msg=\"seccomp filter flags: ${row#*|}\""
	done
	assert_nothing_left
}

@test "spec seccomp: exec has a listener too, with the metadata and its own pid" {
	requires payload_recvfd
	listen() {
		"$STRAKE_PAYLOAD/recvfd" notify "$T/sock" 28 </dev/null >"$T/$1.out" 2>"$T/$1.err" 3>&- &
		BACKGROUND+=($!)
		wait_for 5 test -S "$T/sock"
	}
	listen create
	# Known to runc with libseccomp 2.6.
	local flags='[]'
	! is_strake || flags='["SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV"]'
	update_config --arg s "$T/sock" --argjson f "$flags" '.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW", "listenerPath": $s, "listenerMetadata": "meta",
		"flags": $f, "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_NOTIFY"}]}'
	run_sleeper
	sed -n 1p "$T/create.out" | jq -e --argjson p "$(init_pid)" '.state.status == "creating" and .pid == $p and .metadata == "meta"'
	rm -f "$T/sock"
	listen exec
	strake exec "$ID" mkdir /tmp/x
	assert_has "$err" 'No space left'
	sed -n 1p "$T/exec.out" | jq -e --argjson p "$(init_pid)" --arg id "$ID" \
		'.state.status == "running" and .state.pid == $p and .pid != $p and .pid > 0 and .metadata == "meta" and .state.id == $id'
}

@test "spec seccomp: an old profile without new privileges lets the container start" {
	# Nothing that set-up needs as root is asked of the profile: getcwd, faccessat2, prlimit64.
	strake_only "runc needs getcwd"
	update_config '.process.noNewPrivileges = false'
	seccomp '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["getcwd", "faccessat2", "prlimit64", "setrlimit", "mount", "umount2"], "action": "SCMP_ACT_ERRNO"}]}'
	update_config '.process.rlimits = [{"type": "RLIMIT_CORE", "soft": 0, "hard": 0}]'
	run_sh 'echo started'
	assert_out started
}
