#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helpers

seccomp() { update_config ".linux.seccomp = $1"; }
NR_GETPRIORITY=140

@test "seccomp: errno, the default one and a given one" {
	seccomp '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO"}]}'
	set_sh 'mkdir /x'
	not_ok strake_run
	assert_has "$err" 'peration not permitted'
	seccomp '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28}]}'
	not_ok strake_run
	assert_has "$err" 'No space left'
}

@test "seccomp: the filter of a non-root user without new privileges, and of root with them" {
	seccomp '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28}]}'
	set_sh 'grep Seccomp: /proc/self/status; mkdir /tmp/x'
	update_config '.process.user = {"uid": 1000, "gid": 1000}'
	not_ok strake_run
	assert_out $'Seccomp:\t2'
	update_config '.process.user = {"uid": 0, "gid": 0} | .process.noNewPrivileges = false'
	not_ok strake_run
	assert_out $'Seccomp:\t2'
	assert_has "$err" 'No space left'
}

@test "seccomp: kill" {
	seccomp '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_KILL_PROCESS"}]}'
	set_sh 'mkdir /x; echo $?'
	ok strake_run
	assert_has "$out" 159
}

@test "seccomp: an allow list is enough for the runtime itself" {
	# The filter of the profile decides over execve and what follows it, not over the runtime's set-up.
	strake_only "runc needs a profile that lets it open its fifo anew"
	requires payload_probe
	cp "$STRAKE_PAYLOAD/probe" "$BUNDLE/rootfs/probe"
	seccomp '{"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38, "syscalls": [{"names": ["execve", "exit_group", "exit", "brk", "mmap", "munmap", "mprotect", "arch_prctl", "set_tid_address", "set_robust_list", "rseq", "prlimit64", "getrandom", "readlink", "readlinkat", "newfstatat", "fstat", "write", "writev", "futex", "rt_sigreturn", "uname", "prctl", "close", "close_range", "read"], "action": "SCMP_ACT_ALLOW"}]}'
	set_args /probe syscall $NR_GETPRIORITY
	ok strake_run
	assert_out ENOSYS
}

@test "seccomp: arguments" {
	requires payload_probe
	cp "$STRAKE_PAYLOAD/probe" "$BUNDLE/rootfs/probe"
	seccomp '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["getpriority"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28, "args": [{"index": 0, "value": 0, "op": "SCMP_CMP_EQ"}]}]}'
	set_args /probe syscall $NR_GETPRIORITY
	ok strake_run
	assert_out ENOSPC
	seccomp '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["getpriority"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28, "args": [{"index": 0, "value": 1, "op": "SCMP_CMP_EQ"}]}]}'
	ok strake_run
	assert_out ok
	seccomp '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["getpriority"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28, "args": [{"index": 0, "value": 255, "valueTwo": 0, "op": "SCMP_CMP_MASKED_EQ"}]}]}'
	ok strake_run
	assert_out ENOSPC
}

@test "seccomp: system calls that nobody knows are passed over" {
	seccomp '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["no_such_syscall"], "action": "SCMP_ACT_ERRNO"}]}'
	set_args true
	ok strake_run
}

@test "seccomp: what is newer than the profile is ENOSYS, not EPERM" {
	requires payload_probe
	cp "$STRAKE_PAYLOAD/probe" "$BUNDLE/rootfs/probe"
	# The first of them up to "getdents64" are what runc needs once the filter is loaded.
	seccomp '{"defaultAction": "SCMP_ACT_ERRNO", "syscalls": [{"names": ["nanosleep", "openat", "openat2", "fsopen", "fsconfig", "fsmount", "open_tree", "move_mount", "mount", "fstatfs", "statfs", "fcntl", "getpid", "gettid", "tgkill", "rt_sigaction", "rt_sigprocmask", "sigaltstack", "clone", "clone3", "epoll_pwait", "epoll_ctl", "epoll_create1", "eventfd2", "sched_yield", "madvise", "dup3", "readv", "getdents64", "execve", "exit_group", "brk", "mmap", "munmap", "mprotect", "arch_prctl", "set_tid_address", "set_robust_list", "rseq", "prlimit64", "getrandom", "readlink", "readlinkat", "newfstatat", "fstat", "write", "futex", "prctl", "read", "close", "close_range", "statx"], "action": "SCMP_ACT_ALLOW"}]}'
	set_args /probe syscall 2000
	ok strake_run
	assert_out ENOSYS
}

@test "seccomp: bad profiles" {
	local p
	for p in '{"defaultAction": "SCMP_ACT_FROBNICATE"}' \
		'{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_PDP11"]}' \
		'{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 0, "value": 0, "op": "SCMP_CMP_NO"}]}]}' \
		'{"defaultAction": "SCMP_ACT_ALLOW", "flags": ["SECCOMP_FILTER_FLAG_NO"]}'; do
		seccomp "$p"
		not_ok strake_create
		assert_nothing_left
	done
}

@test "seccomp: other architectures" {
	seccomp '{"defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32", "SCMP_ARCH_AARCH64"], "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28}]}'
	set_sh 'mkdir /x'
	not_ok strake_run
	assert_has "$err" 'No space left'
}

@test "seccomp: notify" {
	requires payload_recvfd
	"$STRAKE_PAYLOAD/recvfd" notify "$T/sock" 28 </dev/null >"$T/n.out" 2>"$T/n.err" 3>&- &
	BACKGROUND+=($!)
	wait_for 5 test -S "$T/sock"
	update_config --arg s "$T/sock" '.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW", "listenerPath": $s, "listenerMetadata": "some metadata",
		"syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_NOTIFY"}]}'
	set_sh 'mkdir /x; echo ended'
	ok strake_run
	assert_has "$out" ended
	assert_has "$err" 'No space left'
	grep -q notified "$T/n.out"
	sed -n 1p "$T/n.out" | jq -e --arg id "$ID" '.fds == ["seccompFd"] and .metadata == "some metadata" and .state.id == $id and .pid > 0'
}

@test "seccomp: notify to a path that no address has room for" {
	requires payload_recvfd
	strake_only "runc says that the argument is invalid"
	local dir
	dir=$T/$(printf '%0120d' 0)
	mkdir "$dir"
	"$STRAKE_PAYLOAD/recvfd" notify "$T/sock" 28 </dev/null >"$T/n.out" 2>"$T/n.err" 3>&- &
	BACKGROUND+=($!)
	wait_for 5 test -S "$T/sock"
	mv "$T/sock" "$dir/sock"
	update_config --arg s "$dir/sock" '.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW", "listenerPath": $s,
		"syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_NOTIFY"}]}'
	set_sh 'mkdir /x; echo ended'
	ok strake_run
	assert_has "$err" 'No space left'
}

@test "seccomp: notify without a listener" {
	update_config '.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_NOTIFY"}]}'
	not_ok strake_create
	assert_nothing_left
	update_config --arg s "$T/none" '.linux.seccomp.listenerPath = $s'
	not_ok strake_create
	assert_nothing_left
}

@test "seccomp: startContainer hooks run under the filter, with no_new_privs too" {
	set_args true
	update_config '.process.noNewPrivileges = true | .linux.seccomp = {
		"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_KILL_PROCESS"}]} |
		.hooks.startContainer = [{"path": "/bin/sh", "args": ["sh", "-c", "exec mkdir /tmp/hook"]}]'
	not_ok strake_run
	assert_err_match 'error running startContainer hook #0: .*bad system call'
	[ ! -e "$BUNDLE/rootfs/tmp/hook" ]
}

@test "seccomp: libseccomp's own generator can be chosen, and decides the same" {
	is_strake || skip "strake's own"
	local names
	names=$(printf '"%s", ' access acct add_key adjtimex alarm bind chroot chmod delete_module dup dup2 epoll_create fchmod fchown \
		flock fork getitimer getpgrp inotify_init io_setup ioperm iopl kexec_load link lookup_dcookie mkdirat mknod)
	seccomp '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ['"$names"' "mkdir"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28}]}'
	set_sh 'mkdir /tmp/x'
	for STRAKE_FALLBACK in exe_replace exe_replace,seccomp_tree; do
		export STRAKE_FALLBACK
		not_ok strake --debug --log "$T/log.$STRAKE_FALLBACK" run --bundle "$BUNDLE" "$ID"
		assert_has "$err" 'No space left'
	done
	# Two generators do not agree by accident on the number of instructions.
	instructions() { sed -n 's/.*seccomp filter: \([0-9]*\) instructions.*/\1/p' "$1"; }
	[ "$(instructions "$T/log.exe_replace")" -gt 0 ]
	[ "$(instructions "$T/log.exe_replace,seccomp_tree")" -ne "$(instructions "$T/log.exe_replace")" ]
}

@test "seccomp: a program that cannot be compiled beside init, which has records on the way" {
	strake_only "runc does not know the annotation"
	seccomp '{"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["no_such_call"], "action": "SCMP_ACT_ERRNO"}]}'
	update_config '.annotations = {"run.oci.seccomp_fail_unknown_syscall": "1"}'
	not_ok strake --debug run --bundle "$BUNDLE" "$ID"
	assert_status 1
	assert_has "$err" 'no_such_call'
	[ ! -e "$ROOT/$ID" ]
}

@test "seccomp: whom the filter lets neither execute nor end ends" {
	seccomp '{"defaultAction": "SCMP_ACT_ERRNO", "defaultErrnoRet": 38, "syscalls": [{"names": ["read", "write", "close"], "action": "SCMP_ACT_ALLOW"}]}'
	set_args true
	CALL_TIMEOUT=20 strake_run
	[ "$status" != 0 ] && [ "$status" != 124 ] && [ "$status" != 137 ] || fail "it did not end" "$(show)"
	ok strake_create
	CALL_TIMEOUT=20 strake start "$ID"
	wait_status stopped
}
