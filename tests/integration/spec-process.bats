#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# config.md's process section, for the container's process and for what exec starts.
load helpers

put_probe() {
	requires payload_probe
	cp "$STRAKE_PAYLOAD/probe" "$BUNDLE/rootfs/probe"
}

@test "spec process: every rlimit" {
	local all='AS CORE CPU DATA FSIZE LOCKS MEMLOCK MSGQUEUE NICE NOFILE NPROC RSS RTPRIO RTTIME SIGPENDING STACK'
	set_args cat /proc/self/limits
	local t
	for t in $all; do
		update_config --arg t "RLIMIT_$t" --argjson v "$(limit_for "$t")" '.process.rlimits = [{"type": $t, "soft": $v, "hard": $v}]'
		ok strake_run
		grep -E "^$(limit_name "$t") +$(limit_for "$t") +$(limit_for "$t") " "$out_file" || fail "$t" "$out"
	done
}
# Lower than any default, higher than what cat needs.
limit_for() {
	case $1 in
	AS | DATA | STACK | RSS | FSIZE) echo 268435456 ;;
	NICE | RTPRIO | CORE) echo 0 ;;
	NOFILE | NPROC | SIGPENDING) echo 64 ;;
	CPU) echo 1000 ;;
	*) echo 4096 ;;
	esac
}
limit_name() {
	case $1 in
	AS) echo 'Max address space' ;; CORE) echo 'Max core file size' ;; CPU) echo 'Max cpu time' ;;
	DATA) echo 'Max data size' ;; FSIZE) echo 'Max file size' ;; LOCKS) echo 'Max file locks' ;;
	MEMLOCK) echo 'Max locked memory' ;; MSGQUEUE) echo 'Max msgqueue size' ;; NICE) echo 'Max nice priority' ;;
	NOFILE) echo 'Max open files' ;; NPROC) echo 'Max processes' ;; RSS) echo 'Max resident set' ;;
	RTPRIO) echo 'Max realtime priority' ;; RTTIME) echo 'Max realtime timeout' ;;
	SIGPENDING) echo 'Max pending signals' ;; STACK) echo 'Max stack size' ;;
	esac
}

@test "spec process: an rlimit that leaves no descriptors for the set-up" {
	strake_only "a Go program needs more"
	local n
	set_sh 'ulimit -Sn; ulimit -Hn'
	for n in '0 0' '3 3' '4 4' '0 100' '3 1024'; do
		# shellcheck disable=SC2086
		set -- $n
		update_config --argjson s "$1" --argjson h "$2" '.process.rlimits = [{"type": "RLIMIT_NOFILE", "soft": $s, "hard": $h}]'
		ok strake_run
		assert_out "$1"$'\n'"$2"
		ok strake_create
		ok strake start "$ID"
		wait_status stopped
		ok strake delete "$ID"
	done
	update_config '.hooks.startContainer = [{"path": "/bin/sh", "args": ["sh", "-c", "cat >/dev/null"]}]'
	run_sleeper
	ok strake exec "$ID" sh -c 'ulimit -n'
	assert_out 3
}

@test "spec process: a soft rlimit above the hard one" {
	update_config '.process.rlimits = [{"type": "RLIMIT_CORE", "soft": 2, "hard": 1}]'
	not_ok strake_run
	assert_nothing_left
}

@test "spec process: each scheduling policy" {
	strake_only "runc does not know it"
	put_probe
	local row
	for row in '{"policy": "SCHED_OTHER", "nice": 5};0 5' '{"policy": "SCHED_BATCH", "nice": 7};3 7' '{"policy": "SCHED_IDLE"};5 0' \
		'{"policy": "SCHED_FIFO", "priority": 10};1 0' '{"policy": "SCHED_RR", "priority": 20};2 0' \
		'{"policy": "SCHED_DEADLINE", "runtime": 1000000, "deadline": 10000000, "period": 10000000};6 0' \
		'{"policy": "SCHED_FIFO", "priority": 10, "flags": ["SCHED_FLAG_RESET_ON_FORK"]};1073741825 0'; do
		update_config --argjson s "${row%%;*}" '.process.scheduler = $s'
		set_args /probe sched
		strake_run
		if [ "$status" != 0 ] && [[ $row == *FIFO* || $row == *RR* || $row == *DEADLINE* ]] && [[ $err == *"not permitted"* ]]; then
			continue # no realtime budget in this cgroup, or a cpuset in the way
		fi
		assert_status 0
		assert_out "${row#*;}"
	done
}

@test "spec process: scheduler words and combinations that are wrong" {
	runc_since 1.5 "runc 1.1.5 does not know it"
	local s
	for s in '{}' '{"policy": "SCHED_NONSENSE"}' '{"policy": "SCHED_OTHER", "flags": ["SCHED_FLAG_NONSENSE"]}' '{"policy": "SCHED_OTHER", "nice": 20}' \
		'{"policy": "SCHED_OTHER", "nice": -21}' '{"policy": "SCHED_OTHER", "priority": 1}' '{"policy": "SCHED_FIFO", "priority": 100}' \
		'{"policy": "SCHED_OTHER", "runtime": 5}'; do
		update_config --argjson s "$s" '.process.scheduler = $s'
		not_ok strake_run
		assert_has "$err" scheduler
		assert_nothing_left
	done
}

@test "spec process: each I/O priority class" {
	runc_since 1.5 "runc 1.1.5 does not know it"
	local row
	for row in 'IOPRIO_CLASS_BE 6;best-effort: prio 6' 'IOPRIO_CLASS_RT 1;realtime: prio 1' 'IOPRIO_CLASS_IDLE 0;idle'; do
		read -r class prio <<<"${row%%;*}"
		update_config --arg c "$class" --argjson p "$prio" '.process.ioPriority = {"class": $c, "priority": $p}'
		set_args ionice
		ok strake_run
		assert_has "$out" "${row#*;}"
	done
	update_config '.process.ioPriority = {"class": "IOPRIO_CLASS_NONE", "priority": 0}'
	not_ok strake_run
	assert_has "$err" ioPriority
	update_config '.process.ioPriority = {"class": "IOPRIO_CLASS_BE", "priority": 8}'
	not_ok strake_run
	assert_has "$err" ioPriority
	assert_nothing_left
}

@test "spec process: execCPUAffinity of the container's process, of exec, and of a process file" {
	runc_since 1.5 "crun takes it from the process file alone"
	[ "$(nproc)" -gt 1 ] || skip "needs two processors"
	update_config '.process.execCPUAffinity = {"initial": "0", "final": "1"}'
	run_sleeper
	local all
	all=$(sed -n 's/^Cpus_allowed_list:\t//p' /proc/1/status)
	assert_eq "$(sed -n 's/^Cpus_allowed_list:\t//p' "/proc/$(init_pid)/status")" "$all"
	ok strake exec "$ID" grep Cpus_allowed_list /proc/self/status
	assert_out $'Cpus_allowed_list:\t1'
	jq '.process | .args = ["grep", "Cpus_allowed_list", "/proc/self/status"] | .execCPUAffinity = {"initial": "1", "final": "0"}' \
		"$BUNDLE/config.json" >"$T/p.json"
	ok strake exec --process "$T/p.json" "$ID"
	assert_out $'Cpus_allowed_list:\t0'
	jq '.execCPUAffinity = {"initial": "1"}' "$T/p.json" >"$T/q.json"
	ok strake exec --process "$T/q.json" "$ID"
	assert_out $'Cpus_allowed_list:\t1'
	jq '.execCPUAffinity = {"final": "7-3"}' "$T/p.json" >"$T/q.json"
	not_ok strake exec --process "$T/q.json" "$ID"
}

@test "spec process: exec has the container's scheduler, I/O priority, limits, umask, groups and score" {
	runc_since 1.5 "runc 1.1.5 does not know them"
	put_probe
	update_config '.process.scheduler = {"policy": "SCHED_BATCH", "nice": 3} | .process.ioPriority = {"class": "IOPRIO_CLASS_BE", "priority": 5}
		| .process.rlimits = [{"type": "RLIMIT_NOFILE", "soft": 99, "hard": 99}] | .process.user.umask = 63 | .process.user.additionalGids = [77]
		| .process.oomScoreAdj = 222'
	run_sleeper
	ok strake exec "$ID" /probe sched
	assert_out '3 3'
	ok strake exec "$ID" sh -c 'ionice; ulimit -n; umask; grep Groups /proc/self/status; cat /proc/self/oom_score_adj; grep -E "NoNewPrivs|CapBnd" /proc/self/status'
	assert_has "$out" 'best-effort: prio 5'
	assert_has "$out" $'\n99\n0077\n'
	assert_out_match $'Groups:\t77 \n222'
	assert_has "$out" $'NoNewPrivs:\t1'
}

@test "spec process: a process file has its own of all that" {
	strake_only "runc does not know them"
	put_probe
	run_sleeper
	jq '.process | .scheduler = {"policy": "SCHED_BATCH", "nice": 4} | .ioPriority = {"class": "IOPRIO_CLASS_IDLE", "priority": 0}
		| .user = {"uid": 1000, "gid": 1001, "umask": 7, "additionalGids": [9]} | .oomScoreAdj = 333 | .cwd = "/tmp"
		| .rlimits = [{"type": "RLIMIT_CORE", "soft": 0, "hard": 0}]
		| .args = ["sh", "-c", "/probe sched; ionice; id -u; id -g; umask; cat /proc/self/oom_score_adj; pwd; ulimit -Hc"]' \
		"$BUNDLE/config.json" >"$T/p.json"
	ok strake exec --process "$T/p.json" "$ID"
	assert_out $'3 4\nidle\n1000\n1001\n0007\n333\n/tmp\n0'
}

@test "spec process: what a process file leaves open is the container's" {
	strake_only "runc does not know all of them"
	put_probe
	update_config '.process.scheduler = {"policy": "SCHED_BATCH", "nice": 4} | .process.ioPriority = {"class": "IOPRIO_CLASS_IDLE", "priority": 0}
		| .process.user.umask = 7 | .process.oomScoreAdj = 333 | .process.execCPUAffinity = {"final": "0"}
		| .process.rlimits = [{"type": "RLIMIT_CORE", "soft": 0, "hard": 0}]'
	run_sleeper
	echo '{"cwd": "/", "user": {"uid": 0, "gid": 0}, "env": ["PATH=/bin"],
		"args": ["sh", "-c", "/probe sched; ionice; umask; cat /proc/self/oom_score_adj; ulimit -Hc; grep CapEff /proc/self/status; grep Cpus_allowed_list /proc/self/status"]}' >"$T/p.json"
	ok strake exec "$ID" grep CapEff /proc/self/status
	local caps=$out
	ok strake exec --process "$T/p.json" "$ID"
	assert_out $'3 4\nidle\n0007\n333\n0\n'"$caps"$'\nCpus_allowed_list:\t0'
	jq '.noNewPrivileges = false | .args = ["grep", "NoNewPrivs", "/proc/self/status"]' "$T/p.json" >"$T/q.json"
	ok strake exec --process "$T/q.json" "$ID"
	assert_out $'NoNewPrivs:\t0'
}

# No LSM is needed to see that its label is asked for: what was saved at create is given one.
@test "spec process: a process file without a label gets the container's" {
	strake_only "the saved config is strake's own"
	local label
	run_sleeper
	echo '{"cwd": "/", "user": {"uid": 0, "gid": 0}, "env": ["PATH=/bin"], "args": ["true"]}' >"$T/p.json"
	ok strake exec --process "$T/p.json" "$ID"
	cp "$ROOT/$ID/config.json" "$T/saved"
	for label in apparmorProfile:strake-no-such selinuxLabel:no_u:no_r:no_t; do
		jq --arg k "${label%%:*}" --arg v "${label#*:}" '.process[$k] = $v' "$T/saved" >"$ROOT/$ID/config.json"
		not_ok strake exec --process "$T/p.json" "$ID"
		assert_err_match 'apparmor|selinux'
		not_ok strake exec "$ID" true
		assert_err_match 'apparmor|selinux'
	done
	cp "$T/saved" "$ROOT/$ID/config.json"
}

@test "spec process: oomScoreAdj that is 0 is written, one that is absent is inherited" {
	set_args cat /proc/self/oom_score_adj
	update_config '.process.oomScoreAdj = 0'
	(echo 77 >/proc/self/oom_score_adj && ok strake_run && assert_out 0)
	update_config 'del(.process.oomScoreAdj)'
	(echo 77 >/proc/self/oom_score_adj && ok strake_run && assert_out 77)
	update_config '.process.oomScoreAdj = 1001'
	not_ok strake_run
	assert_nothing_left
}

@test "spec process: an explicit false is false" {
	update_config '.process.noNewPrivileges = false | .process.terminal = false | .root.readonly = false'
	run_sh 'grep NoNewPrivs /proc/self/status; touch /written && echo rw'
	assert_out $'NoNewPrivs:\t0\nrw'
	ok strake_create
	ok strake start "$ID"
}

@test "spec process: unknown capabilities in every set are warnings" {
	runc_since 1.5 "crun makes errors of them"
	update_config '.process.capabilities |= with_entries(.value += ["CAP_OF_TOMORROW"])
		| .process.capabilities.inheritable = ["CAP_OF_TOMORROW"] | .process.capabilities.ambient = ["CAP_OF_TOMORROW"]'
	set_args grep CapEff /proc/self/status
	ok strake_run
	assert_err_match 'CAP_OF_TOMORROW'
	assert_out_match '[1-9a-f]'
}

@test "spec process: capabilities that the runtime does not have itself are warnings, the others are given" {
	strake_only "runc and crun make errors of them, against the specification"
	local lacking="$T/lacking"
	printf '#!/bin/sh\nexec setpriv --bounding-set -net_raw --inh-caps -net_raw "%s" "$@"\n' "$RUNTIME" >"$lacking"
	chmod +x "$lacking"
	update_config '.process.capabilities |= (["CAP_NET_RAW", "CAP_KILL"] as $c
		| {bounding: $c, effective: $c, permitted: $c, inheritable: $c, ambient: $c})'
	set_args grep -E 'Cap(Prm|Eff|Inh|Bnd|Amb)' /proc/self/status
	RUNTIME=$lacking ok strake_run
	assert_err_match 'ignoring capability CAP_NET_RAW: '
	assert_not "$err" CAP_KILL
	assert_eq "$(grep -c '0000000000000020$' <<<"$out")" 5
	run_sleeper
	RUNTIME=$lacking ok strake exec --cap CAP_NET_RAW "$ID" grep CapPrm /proc/self/status
	assert_err_match 'ignoring capability CAP_NET_RAW: '
	assert_has "$out" 0000000000000020
}

@test "spec process: create takes a config without process, start does not" {
	strake_only "runc refuses it at create"
	update_config 'del(.process)'
	ok strake_create
	assert_eq "$(state_of status)" created
	not_ok strake start "$ID"
	assert_has "$err" process
	ok strake delete --force "$ID"
	assert_nothing_left
	not_ok strake_run
	assert_nothing_left
}

@test "spec process: personality of exec, and its words" {
	runc_since 1.5 "runc 1.1.5 does not know it"
	put_probe
	update_config '.linux.personality = {"domain": "LINUX32"}'
	run_sleeper
	ok strake exec "$ID" /probe personality
	assert_out 8
	ok strake delete --force "$ID"
	update_config '.linux.personality = {"domain": "LINUX", "flags": []}'
	set_args /probe personality
	ok strake_run
	assert_out 0
	update_config '.linux.personality = {"domain": "XENIX"}'
	not_ok strake_run
	assert_has "$err" personality
	assert_nothing_left
}
