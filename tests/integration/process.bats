#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The attributes that a container's process is born with.
load helpers

put_probe() {
	requires payload_probe
	cp "$STRAKE_PAYLOAD/probe" "$BUNDLE/rootfs/probe"
}
proc_status() { sed -n "s/^$1:\t//p" "$out_file"; }

@test "process: user, groups and umask" {
	update_config '.process.user = {"uid": 1000, "gid": 1001, "additionalGids": [5, 65533], "umask": 23}'
	run_sh 'id -u; id -g; grep Groups: /proc/self/status; umask'
	assert_has "$out" $'1000\n1001\n'
	assert_out_match $'Groups:\t5 65533'
	assert_has "$out" 0027
}

@test "process: umask is 0022 by default, whatever the caller's" {
	(umask 077 && run_sh 'umask' && [ "$out" = 0022 ])
}

@test "supplementary_groups_not_leaked" {
	requires cmd_setpriv
	set_args sh -c 'grep -E "Groups:|CapBnd:|SigIgn:" /proc/self/status; id -G'
	local groups want
	ok strake_run
	want=$out
	assert_has "$want" CapBnd
	# So many that the caller's status is longer than what is read of it: nothing is known of the caller, then.
	for groups in 4242,4243 "4242,4243,$(seq -s , 70000 70900)"; do
		STRAKE_TEST_ID=$ID setpriv --groups "$groups" "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" \
			</dev/null >"$T/o" 2>&1 3>&-
		assert_eq "$(cat "$T/o")" "$want"
	done
}

@test "process: a non-root user has no effective capabilities" {
	update_config '.process.user = {"uid": 1000, "gid": 1000} | .process.capabilities.ambient = []'
	set_args cat /proc/self/status
	ok strake_run
	assert_eq "$(proc_status CapEff) $(proc_status CapInh)" '0000000000000000 0000000000000000'
}

@test "process: capability sets as configured" {
	update_config '.process.capabilities = {"bounding": ["CAP_CHOWN", "CAP_KILL", "CAP_SYS_ADMIN"], "effective": ["CAP_CHOWN"], "permitted": ["CAP_CHOWN", "CAP_KILL"], "inheritable": ["CAP_KILL"], "ambient": ["CAP_KILL"]}
		| .process.user.uid = 1000'
	set_args cat /proc/self/status
	ok strake_run
	assert_eq "$(proc_status CapBnd) $(proc_status CapInh) $(proc_status CapAmb) $(proc_status CapEff)" \
		'0000000000200021 0000000000000020 0000000000000020 0000000000000020'
}

@test "process: no capabilities object: none" {
	strake_only "runc keeps all"
	update_config 'del(.process.capabilities)'
	set_args cat /proc/self/status
	ok strake_run
	assert_eq "$(proc_status CapEff) $(proc_status CapBnd)" '0000000000000000 0000000000000000'
}

@test "process: an unknown capability is a warning" {
	update_config '.process.capabilities.bounding += ["CAP_TIME_TRAVEL"]'
	set_args true
	ok strake_run
	assert_err_match 'CAP_TIME_TRAVEL'
}

@test "process: noNewPrivileges" {
	set_args cat /proc/self/status
	ok strake_run
	assert_eq "$(proc_status NoNewPrivs)" 1
	update_config '.process.noNewPrivileges = false'
	ok strake_run
	assert_eq "$(proc_status NoNewPrivs)" 0
}

@test "process: rlimits can be lowered" {
	update_config '.process.rlimits = [{"type": "RLIMIT_NOFILE", "soft": 100, "hard": 200}, {"type": "RLIMIT_CORE", "soft": 0, "hard": 0}]'
	run_sh 'ulimit -Sn; ulimit -Hn; ulimit -Hc'
	assert_out $'100\n200\n0'
}

@test "process: a low limit of descriptors, and a filter that forbids to set one" {
	local n
	for n in 64 20; do
		update_config --argjson n $n '.process.noNewPrivileges = false |
			.process.rlimits = [{"type": "RLIMIT_NOFILE", "soft": $n, "hard": $n}] |
			.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW",
				"syscalls": [{"names": ["prlimit64", "setrlimit"], "action": "SCMP_ACT_ERRNO"}]}'
		# The shell cannot ask either.
		run_sh 'grep "open files" /proc/self/limits'
		assert_out_match "^Max open files +$n +$n "
		set_args sleep 1000
		ok strake --debug --log "$T/log" create --bundle "$BUNDLE" "$ID"
		ok strake start "$ID"
		ok strake exec --user 1000 "$ID" grep "open files" /proc/self/limits
		assert_out_match "^Max open files +$n +$n "
		ok strake delete --force "$ID"
	done
}

@test "process: a very low limit of descriptors, and a filter that forbids to set one, fail at once" {
	strake_only "runc sets it before the filter, and then lacks descriptors"
	local refused='a limit of descriptors below [0-9]+ cannot be set: the seccomp profile forbids prlimit64'
	update_config '.process.noNewPrivileges = false | .process.rlimits = [{"type": "RLIMIT_NOFILE", "soft": 8, "hard": 8}] |
		.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW",
			"syscalls": [{"names": ["prlimit64", "setrlimit"], "action": "SCMP_ACT_ERRNO"}]}'
	set_args sleep 1000
	not_ok strake_create
	assert_err_match "setting rlimits: $refused"
	assert_nothing_left
	not_ok strake_run
	assert_err_match "$refused"
	assert_nothing_left
	jq '.process | .args = ["true"]' <"$BUNDLE/config.json" >"$T/process.json"
	update_config 'del(.process.rlimits)'
	ok strake_create
	ok strake start "$ID"
	not_ok strake exec -p "$T/process.json" "$ID"
	assert_err_match "$refused"
	ok strake delete --force "$ID"
	# A profile that has another word for other limits, or none, is no reason.
	update_config '.linux.seccomp.syscalls[0].args = [{"index": 1, "value": 6, "op": "SCMP_CMP_EQ"}] |
		.process.rlimits = [{"type": "RLIMIT_NOFILE", "soft": 8, "hard": 8}]'
	run_sh 'grep "open files" /proc/self/limits'
	assert_out_match '^Max open files +8 +8 '
}

@test "process: a low limit of descriptors, a hook in the container, and a filter that forbids to set one" {
	update_config '.process.rlimits = [{"type": "RLIMIT_NOFILE", "soft": 64, "hard": 64}] |
		.hooks.startContainer = [{"path": "/bin/true"}] |
		.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW",
			"syscalls": [{"names": ["prlimit64", "setrlimit"], "action": "SCMP_ACT_ERRNO"}]}'
	run_sh 'grep "open files" /proc/self/limits'
	assert_out_match '^Max open files +64 +64 '
}

@test "process: rlimits can be raised" {
	requires sys_resource
	update_config '.process.rlimits = [{"type": "RLIMIT_NOFILE", "soft": 100000, "hard": 200000}]'
	run_sh 'ulimit -Hn'
	assert_out 200000
}

@test "process: an unknown rlimit, and one named twice" {
	update_config '.process.rlimits = [{"type": "RLIMIT_NOPE", "soft": 1, "hard": 1}]'
	set_args true
	not_ok strake_run
	assert_has "$err" RLIMIT_NOPE
	assert_nothing_left
}

@test "process: an rlimit named twice" {
	strake_only "no other runtime refuses it"
	update_config '.process.rlimits = [{"type": "RLIMIT_CORE", "soft": 0, "hard": 0}, {"type": "RLIMIT_CORE", "soft": 0, "hard": 0}]'
	not_ok strake_run
	assert_has "$err" RLIMIT_CORE
	assert_nothing_left
}

@test "process: oomScoreAdj" {
	update_config '.process.oomScoreAdj = 321'
	set_args cat /proc/self/oom_score_adj
	ok strake_run
	assert_out 321
}

@test "process: oomScoreAdj of exec" {
	runc_since 1.5 "runc 1.1.5 does not apply it"
	update_config '.process.oomScoreAdj = 321'
	run_sleeper
	ok strake exec "$ID" cat /proc/self/oom_score_adj
	assert_out 321
}

@test "process: cwd, and one that is made" {
	update_config '.process.cwd = "/tmp"'
	set_args pwd
	ok strake_run
	assert_out /tmp
	update_config '.process.cwd = "/made/here"'
	ok strake_run
	assert_out /made/here
}

@test "process: a working directory is made for all, whatever the caller's umask" {
	strake_only "runc makes it with the caller's umask"
	update_config '.process.cwd = "/made/for" | .process.user = {"uid": 1000, "gid": 1000}'
	set_args pwd
	(umask 077 && ok strake_run)
	assert_eq "$(stat -c %a "$BUNDLE/rootfs/made/for")" 755
	rmdir -p "$BUNDLE/rootfs/made/for" 2>/dev/null || [ ! -e "$BUNDLE/rootfs/made" ]
	update_config '.hooks.createContainer = [{path: "/bin/true"}]'
	(umask 077 && ok strake_run)
	assert_eq "$(stat -c %a "$BUNDLE/rootfs/made/for")" 755
}

@test "process: all ids are the config's, whatever the caller's real ones" {
	requires cmd_setpriv
	set_args grep -E '^[UG]id:' /proc/self/status
	setpriv --ruid 1000 "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$T/o" 3>&-
	assert_eq "$(cat "$T/o")" $'Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0'
	setpriv --rgid 1000 --clear-groups "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$T/o" 3>&-
	assert_eq "$(cat "$T/o")" $'Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0'
}

@test "process: a relative cwd" {
	update_config '.process.cwd = "tmp"'
	not_ok strake_run
	assert_err_match '[cC]wd'
	assert_nothing_left
}

@test "process: cwd that only the user may enter" {
	mkdir "$BUNDLE/rootfs/mine"
	chown 1000:1000 "$BUNDLE/rootfs/mine"
	chmod 700 "$BUNDLE/rootfs/mine"
	update_config '.process.cwd = "/mine" | .process.user = {"uid": 1000, "gid": 1000} | .process.capabilities = {}'
	set_args pwd
	ok strake_run
	assert_out /mine
}

@test "process: env is what the config says, and HOME" {
	update_config '.process.env = ["PATH=/bin", "A=b=c", "EMPTY="]'
	set_args env
	SECRET_OF_CALLER=x ok strake_run
	assert_eq "$(sort "$out_file")" $'A=b=c\nEMPTY=\nHOME=/root\nPATH=/bin'
	update_config '.process.user.uid = 1000'
	ok strake_run
	assert_has "$out" HOME=/home
	update_config '.process.env += ["HOME=/mine"]'
	ok strake_run
	assert_has "$out" HOME=/mine
}

@test "process: the program is looked up in the container's PATH" {
	mkdir "$BUNDLE/rootfs/odd"
	printf '#!/bin/sh\necho odd $0 $1\n' >"$BUNDLE/rootfs/odd/prog"
	chmod +x "$BUNDLE/rootfs/odd/prog"
	update_config '.process.env = ["PATH=/nowhere:/odd:/bin"]'
	set_args prog arg
	ok strake_run
	assert_out 'odd /odd/prog arg'
	update_config '.process.env = ["PATH=/nowhere"]'
	not_ok strake_run
	assert_err_match 'executable file not found in \$PATH'
}

@test "process: a name with a slash is relative to cwd" {
	update_config '.process.cwd = "/bin"'
	set_args ./echo here
	ok strake_run
	assert_out here
}

@test "process: signals as a fresh process has them" {
	put_probe
	set_args /probe signals
	# conmon ignores SIGPIPE, and nohup SIGHUP; 34 is one that musl keeps for itself.
	(trap '' PIPE HUP USR1 TERM 34 && strake_run && [ "$status" = 0 ] && assert_out default)
}

@test "process: a pipe that the runtime finds closed is none of the container's business" {
	strake_only "runc writes nothing then"
	set_sh 'trap "echo GOT" PIPE; sleep 0.5; echo end'
	# Its log goes to a reader that has left.
	"$RUNTIME" --root "$ROOT" --debug run --bundle "$BUNDLE" "$ID" </dev/null >"$T/o" 2> >(exec true) 3>&- 4>&-
	assert_eq "$(cat "$T/o")" end
}

@test "process: signals in exec" {
	put_probe
	run_sleeper
	(trap '' PIPE HUP 34 && strake exec "$ID" /probe signals && assert_out default)
}

@test "process: is the leader of a session" {
	run_sh 'cut -d" " -f6 /proc/self/stat'
	assert_out 1
}

@test "process: personality" {
	put_probe
	update_config '.linux.personality = {"domain": "LINUX32"}'
	set_args /probe personality
	runc_since 1.5 "runc 1.1.5 does not know it"
	ok strake_run
	assert_out 8
}

@test "process: scheduler" {
	runc_since 1.5 "runc 1.1.5 does not know it"
	put_probe
	update_config '.process.scheduler = {"policy": "SCHED_BATCH", "nice": 7}'
	set_args /probe sched
	ok strake_run
	assert_out '3 7'
}

@test "process: ioPriority" {
	runc_since 1.5 "runc 1.1.5 does not know it"
	update_config '.process.ioPriority = {"class": "IOPRIO_CLASS_BE", "priority": 6}'
	set_args ionice
	ok strake_run
	assert_has "$out" 'prio 6'
}

@test "process: a session keyring of its own" {
	put_probe
	set_args /probe keyring
	ok strake_run
	assert_has "$out" "$ID"
	ok strake_run --no-new-keyring
	assert_not "$out" "$ID"
}

@test "process: a container's process is dumpable again" {
	put_probe
	set_args /probe dumpable
	ok strake_run
	assert_out 1
}

@test "process: its CPU affinity is not the caller's" {
	runc_since 1.5 "runc 1.1.5 hands it on"
	requires cmd_taskset
	[ "$(nproc)" -gt 1 ] || skip "needs two processors"
	set_args grep Cpus_allowed_list /proc/self/status
	local all
	all=$(sed -n 's/^Cpus_allowed_list:\t//p' /proc/1/status)
	STRAKE_TEST_ID=$ID taskset -c 0 "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$T/o" 2>&1 3>&-
	assert_eq "$(cut -f2 "$T/o")" "$all"
}

@test "process: empty args, no args, no process" {
	update_config '.process.args = []'
	not_ok strake_create
	assert_nothing_left
	update_config 'del(.process.args)'
	not_ok strake_create
	assert_nothing_left
	# Without any process create succeeds: see spec-process.bats.
	update_config 'del(.process)'
	not_ok strake_run
	assert_nothing_left
}

@test "process: a program that the kernel cannot run" {
	printf 'not a program' >"$BUNDLE/rootfs/bad"
	chmod +x "$BUNDLE/rootfs/bad"
	set_args /bad
	not_ok strake_run
	assert_err_match 'exec format error'
	assert_nothing_left
	is_strake || return 0 # the others do not say why
	assert_eq "$err" 'exec /bad: exec format error: it is neither an ELF program nor a script that begins with #!'
	: >"$BUNDLE/rootfs/bad"
	not_ok strake_run
	assert_eq "$err" 'exec /bad: exec format error: it is empty'
	# Of a busybox for another machine: s390x, which has the other byte order.
	own_copy /bin/busybox
	printf '\2\2' | dd of="$BUNDLE/rootfs/bin/busybox" bs=1 seek=4 conv=notrunc status=none
	printf '\0\26' | dd of="$BUNDLE/rootfs/bin/busybox" bs=1 seek=18 conv=notrunc status=none
	set_args /bin/busybox
	not_ok strake_run
	case $(uname -m) in
	x86_64) assert_has "$err" 'exec format error: it is for another machine (ELF machine 22, this one is 62)' ;;
	aarch64) assert_has "$err" 'exec format error: it is for another machine (ELF machine 22, this one is 183)' ;;
	esac
	# A script is what its interpreter is; one that names none is left without words.
	printf '#!/foreign\n' >"$BUNDLE/rootfs/bad"
	mv "$BUNDLE/rootfs/bin/busybox" "$BUNDLE/rootfs/foreign"
	set_args /bad
	not_ok strake_run
	assert_has "$err" 'exec /bad: exec format error: its interpreter /foreign is for another machine (ELF machine 22,'
	: >"$BUNDLE/rootfs/foreign"
	not_ok strake_run
	assert_eq "$err" 'exec /bad: exec format error: its interpreter /foreign is empty'
	echo '#!' >"$BUNDLE/rootfs/bad"
	not_ok strake_run
	assert_eq "$err" 'exec /bad: exec format error'
}

@test "process: an interpreter that is missing is named" {
	strake_only "the others name the program alone"
	local name
	printf '#! /no/sh -e\n' >"$BUNDLE/rootfs/script"
	printf '#!/bin/sh\r\n' >"$BUNDLE/rootfs/dos"
	# The head of a 64-bit ELF program with one program header: PT_INTERP, 7 bytes at 120.
	printf '\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0\76\0\1\0\0\0\0\0\100\0\0\0\0\0\100\0\0\0\0\0\0\0' >"$BUNDLE/rootfs/elf"
	printf '\0\0\0\0\0\0\0\0\0\0\0\0\100\0\70\0\1\0\0\0\0\0\0\0' >>"$BUNDLE/rootfs/elf"
	printf '\3\0\0\0\4\0\0\0\170\0\0\0\0\0\0\0\170\0\0\0\0\0\0\0\170\0\0\0\0\0\0\0' >>"$BUNDLE/rootfs/elf"
	printf '\7\0\0\0\0\0\0\0\7\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0/no/ld\0' >>"$BUNDLE/rootfs/elf"
	chmod +x "$BUNDLE/rootfs"/{script,dos,elf}
	# That one by the program's name alone: runc's words.
	for name in 'script;' 'dos;: its interpreter /bin/sh and a carriage return is missing'; do
		set_args "/${name%%;*}"
		not_ok strake_run
		assert_status 255
		assert_eq "$err" "exec /${name%%;*}: no such file or directory${name#*;}"
	done
	run_sleeper
	not_ok strake exec "$ID" /elf
	[ "$(uname -m)" != x86_64 ] ||
		assert_has "$err" 'exec /elf: no such file or directory: its interpreter /no/ld is missing'
}

@test "process: standard streams belong to its user" {
	update_config '.process.user = {"uid": 1000, "gid": 1000} | .process.capabilities = {}'
	run_sh 'stat -L -c %u /proc/self/fd/1; echo reopened >>/dev/stdout'
	assert_has "$out" 1000
	assert_has "$out" reopened
}

@test "fds: nothing but 0, 1 and 2 (leaked_fds_not_inherited)" {
	put_probe
	set_args /probe fds
	mkdir "$T/host"
	STRAKE_TEST_ID=$ID "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" \
		</dev/null >"$T/o" 2>"$T/e" 3>&- 5<"$T/host" 6</etc/hostname 15>"$T/x" 200<"$T/host"
	assert_eq "$(cut -d' ' -f1 "$T/o" | tr '\n' ' ')" '0 1 2 '
	run_sleeper
	STRAKE_TEST_ID=$ID "$RUNTIME" --root "$ROOT" exec "$ID" /probe fds \
		</dev/null >"$T/o" 2>"$T/e" 3>&- 5<"$T/host" 6</etc/hostname 15>"$T/x"
	assert_eq "$(cut -d' ' -f1 "$T/o" | tr '\n' ' ')" '0 1 2 '
}

@test "fds: --preserve-fds" {
	put_probe
	set_sh 'cat <&3; cat <&4; /probe fds >&2'
	echo three >"$T/three"
	echo four >"$T/four"
	STRAKE_TEST_ID=$ID "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" --preserve-fds 2 "$ID" \
		</dev/null >"$T/o" 2>"$T/e" 3<"$T/three" 4<"$T/four" 5<"$T/four"
	assert_eq "$(cat "$T/o")" $'three\nfour'
	! grep -q '^5 ' "$T/e"
}

@test "fds: --preserve-fds in exec" {
	run_sleeper
	echo three >"$T/three"
	STRAKE_TEST_ID=$ID "$RUNTIME" --root "$ROOT" exec --preserve-fds 1 "$ID" sh -c 'cat <&3' \
		</dev/null >"$T/o" 2>"$T/e" 3<"$T/three"
	assert_eq "$(cat "$T/o")" three
}

@test "fds: a hole in --preserve-fds is refused" {
	strake_only "runc fills it with one of its own"
	put_probe
	set_args /probe fds
	local rc=0
	STRAKE_TEST_ID=$ID "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" --preserve-fds 3 "$ID" \
		</dev/null >"$T/o" 2>"$T/e" 3</dev/null 4<&- 5</dev/null || rc=$?
	[ "$rc" != 0 ]
	grep -q 'preserved-fd 4' "$T/e" || grep -q 'preserve' "$T/e"
	assert_nothing_left
}

@test "fds: LISTEN_FDS" {
	set_sh 'echo $LISTEN_FDS $LISTEN_PID; cat <&3'
	echo three >"$T/three"
	STRAKE_TEST_ID=$ID bash -c 'LISTEN_FDS=1 LISTEN_PID=$$ exec "$@"' - \
		"$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$T/o" 2>"$T/e" 3<"$T/three"
	assert_eq "$(cat "$T/o")" $'1 1\nthree'
}
