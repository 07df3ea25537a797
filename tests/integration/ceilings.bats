#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What `run` of a usual config costs, in things that do not depend on the machine's speed.
# docs/design/performance.md says what they are made of.
load helpers

# trace_run STRACE_OPTION...: one run, on a host with cgroup v2 alone; $T/trace.
trace_run() {
	command -v strace >/dev/null || skip "needs strace"
	strake_only "its own ceilings"
	update_config '.linux.namespaces += [{type: "cgroup"}] |
		.mounts += [{destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup",
			options: ["nosuid", "noexec", "nodev", "relatime", "ro"]}]'
	set_args true
	"$REPO/tests/bench/in-cgroup2" strace -f -o "$T/trace" "$@" \
		"$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null 3>&- 4>&- ||
		fail "the traced run failed"
}

# calls NAME: how often it was called.
calls() { grep -cE "^[0-9]+ +$1\(" "$T/trace" || true; }

@test "ceilings: system calls of run" {
	trace_run
	local n
	n=$(grep -cE '^[0-9]+ +[a-z0-9_]+\(' "$T/trace")
	echo "system calls: $n"
	# From the start of the program to the end of the payload, loader and libc of both included.
	[ "$n" -le 650 ]
	[ "$(calls clone3)" = 1 ]
	[ "$(calls 'v?fork|clone')" = 0 ]
}

@test "ceilings: nothing in run waits for RCU" {
	trace_run -y
	# One umount2, of the old root; no move by cgroup.procs; no mount descriptor but was attached.
	assert_eq "$(calls umount2)" 1
	! grep -E 'cgroup\.procs' "$T/trace" | grep -E '(write|openat)\(.*O_(WRONLY|RDWR)' ||
		fail "cgroup.procs was opened for writing"
	local made attached
	made=$(grep -cE ' (fsmount|open_tree)\(.* = [0-9]+' "$T/trace")
	attached=$(grep -cE ' move_mount\([0-9]+.* = 0$' "$T/trace")
	assert_eq "$attached" "$made"
}

@test "ceilings: memory of run" {
	strake_only "its own ceilings"
	local watch=$STRAKE_BUILD/tests/bench/bench-stopwatch rss
	[ -x "$watch" ] || skip "needs $watch"
	! nm -D "$RUNTIME" | grep -q __asan || skip "a sanitizer's build"
	set_args true
	# Peak RSS in KiB, of the runtime or of what it waited for; libc's pages are counted too.
	rss=$(printf 'run\t%s\t--root\t%s\trun\t--bundle\t%s\t%s\n' "$RUNTIME" "$ROOT" "$BUNDLE" "$ID" |
		"$watch" "$T/watched" 3>&- 4>&- | cut -d ' ' -f 5)
	echo "peak RSS: $rss KiB"
	[ "$rss" -gt 0 ] && [ "$rss" -le 2816 ]
}
