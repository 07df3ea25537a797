#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What `run` of a usual config costs, in things that do not depend on the machine's speed.
# docs/design/performance.md says what they are made of.
load helpers

# default_config: what `spec` writes, with a cgroup namespace and without a terminal.
default_config() {
	rm "$BUNDLE/config.json"
	ok strake spec --bundle "$BUNDLE"
	update_config '.process.terminal = false | .process.args = ["true"] |
		.linux.namespaces |= (map(select(.type != "cgroup")) + [{type: "cgroup"}]) |
		.mounts |= (map(select(.type != "cgroup")) + [{destination: "/sys/fs/cgroup", type: "cgroup",
			source: "cgroup", options: ["nosuid", "noexec", "nodev", "relatime", "ro"]}])'
}

# The ceilings are the static program's; a shared libc has its own calls and pages.
strake_static() {
	strake_only "its own ceilings"
	! readelf -d "$RUNTIME" | grep -q NEEDED || skip "needs the program linked with musl"
}

# Parent and init without what busybox calls behind its execve, which is not ours.
count_calls() {
	total=$(grep -cE '^[0-9]+ +[a-z0-9_]+\(' "$T/trace")
	payload=$(awk '/execve\(/ && NR > 1 { pid = $1; next } pid && $1 == pid && /^[0-9]+ +[a-z0-9_]+\(/ { n++ }
		END { print n + 0 }' "$T/trace")
	echo "system calls: $total, $payload of them the payload's"
	[ "$payload" -gt 0 ]
}

# trace_run STRACE_OPTION...: one run, on a host with cgroup v2 alone; $T/trace. Not the first two, which
# look for the smallest mount namespace, and then remember it.
trace_run() {
	command -v strace >/dev/null || skip "needs strace"
	strake_only "its own ceilings"
	default_config
	ok strake_run
	ok strake_run
	# A caller in supplementary groups costs a call more.
	setpriv --clear-groups "$REPO/tests/bench/in-cgroup2" strace -f -o "$T/trace" "$@" \
		"$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null 3>&- 4>&- ||
		fail "the traced run failed"
}

# calls NAME: how often it was called.
calls() { grep -cE "^[0-9]+ +$1\(" "$T/trace" || true; }

@test "ceilings: system calls of run" {
	# Each level of cgroups above the container's takes a dozen more.
	grep -qx 0::/ /proc/self/cgroup || skip "needs a caller in the root of cgroup v2"
	strake_static
	trace_run
	local total payload
	count_calls
	# Parent and init, the 38 drops from the bounding set included; docs/design/performance.md.
	# A dozen of them buy a network namespace that is made meanwhile, a tenth of the time of run; a dozen more a mount
	# namespace without the host's mounts, a tenth of that of create; three a sysfs that is, on a busy host. 290, and up to eight more where the kernel puts parent,
	# helper and init on one CPU (os/placement.h), or the parent decides late.
	[ $((total - payload)) -le 300 ]
	! grep -E '(close|flock)\(.* EBADF' "$T/trace" || fail "a descriptor is closed that is not there"
	[ "$(calls clone3)" = 1 ]
	[ "$(calls 'v?fork')" = 0 ]
	[ "$(calls clone)" = 1 ] # the helper for the network namespace
}

@test "ceilings: system calls of exec" {
	command -v strace >/dev/null || skip "needs strace"
	strake_static
	default_config
	set_args sleep 1000
	setpriv --clear-groups "$REPO/tests/bench/in-cgroup2" sh -ec '"$1" --root "$2" run --detach --bundle "$3" "$4" >/dev/null 2>&1
		strace -f -o "$5" "$1" --root "$2" exec "$4" true
		"$1" --root "$2" delete --force "$4"' sh "$RUNTIME" "$ROOT" "$BUNDLE" "$ID" "$T/trace" </dev/null 3>&- 4>&- ||
		fail "the traced exec failed"
	local total payload
	count_calls
	# The 38 drops from the bounding set included.
	[ $((total - payload)) -le 142 ]
}

# The first look into /proc/self takes as long as a dozen other calls.
@test "ceilings: who only needs the state does not ask where it is" {
	command -v strace >/dev/null || skip "needs strace"
	strake_only "its own ceilings"
	default_config
	set_args sleep 1000
	ok strake_create
	local command
	for command in "state $ID" "start $ID" "exec $ID true" "kill $ID 0" "pause $ID" "resume $ID" "kill $ID KILL" "delete --force $ID"; do
		# shellcheck disable=SC2086 # words
		strace -f -e trace=%file -o "$T/trace" "$RUNTIME" --root "$ROOT" $command </dev/null >"$T/o" 2>&1 3>&- 4>&- ||
			fail "$command failed" "$(cat "$T/o")"
		! grep -E 'self/(ns/user|uid_map)' "$T/trace" || fail "$command asks for the user namespace"
	done
}

@test "ceilings: system calls of list, for each container" {
	command -v strace >/dev/null || skip "needs strace"
	strake_only "its own ceilings"
	default_config
	set_args sleep 1000
	"$REPO/tests/bench/in-cgroup2" sh -ec 'for n in 1 2 3; do
			"$1" --root "$2" create --bundle "$3" "$4-$n" >/dev/null 2>&1
			strace -f -o "$5.created.$n" "$1" --root "$2" list
		done
		for n in 1 2 3; do
			"$1" --root "$2" start "$4-$n"
			strace -f -o "$5.started.$n" "$1" --root "$2" list
		done
		for n in 1 2 3; do "$1" --root "$2" delete --force "$4-$n"; done' \
		sh "$RUNTIME" "$ROOT" "$BUNDLE" "$ID" "$T/list" </dev/null 3>&- 4>&- || fail "the traced list failed"
	wc -l "$T"/list.*
	# The record, its state's stamp, init, and the three of cgroup.events; whether it was started or not.
	assert_eq $(($(wc -l <"$T/list.created.3") - $(wc -l <"$T/list.created.2"))) 6
	assert_eq "$(wc -l <"$T/list.started.3")" "$(wc -l <"$T/list.created.3")"
}

@test "ceilings: nothing in run waits for RCU" {
	trace_run -y
	# One umount2, of the old root; no move by cgroup.procs; no mount descriptor but was attached.
	assert_eq "$(calls umount2)" 1
	! grep -E 'cgroup\.procs' "$T/trace" | grep -E '(write|openat)\(.*O_(WRONLY|RDWR)' ||
		fail "cgroup.procs was opened for writing"
	local made attached
	# (0x1d3 is open_tree_attr(2), which few straces know. The end of a call that another process's came between
	# is on a line of its own: "resumed".)
	made=$(grep -cE ' (fsmount|open_tree|open_tree_attr|syscall_0x1d3)(\(| resumed>).* = [0-9]+' "$T/trace")
	attached=$(grep -cE ' move_mount(\(| resumed>).* = 0$' "$T/trace")
	assert_eq "$attached" "$made"
}

@test "ceilings: memory of run" {
	strake_static
	local watch=$STRAKE_BUILD/tests/bench/bench-stopwatch rss
	[ -x "$watch" ] || skip "needs $watch"
	default_config
	# Peak RSS in KiB, of the runtime or of what it waited for: the payload, busybox, has 1328.
	rss=$(printf 'run\t%s\t--root\t%s\trun\t--bundle\t%s\t%s\n' "$RUNTIME" "$ROOT" "$BUNDLE" "$ID" |
		"$watch" "$T/watched" 3>&- 4>&- | cut -d ' ' -f 5)
	echo "peak RSS: $rss KiB"
	[ "$rss" -gt 0 ] && [ "$rss" -le 1536 ]
}

@test "ceilings: the runtime's own memory while a container runs" {
	strake_static
	default_config
	set_args sleep 1000
	background "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
	local pid=$! own
	wait_status running
	# Without the pages of the program's file.
	own=$(sed -n 's/^RssAnon:[^0-9]*\([0-9]*\) kB/\1/p' "/proc/$pid/status")
	echo "anonymous memory: $own KiB"
	[ "$own" -gt 0 ] && [ "$own" -le 184 ]
}

# They are the container's memory. Where the kernel puts the program decides over one more or less.
@test "ceilings: page tables of init" {
	strake_static
	[ "$(uname -m)" = x86_64 ] || skip "needs the page tables of x86-64"
	default_config
	local least=1000 kib
	for _ in 1 2 3 4 5; do
		ok strake_create
		kib=$(awk '/^VmPTE:/ { print $2 }' "/proc/$(init_pid)/status")
		((kib >= least)) || least=$kib
		ok strake delete --force "$ID"
	done
	echo "at least $least KiB"
	[ "$least" -le 28 ]
}

@test "ceilings: size of the program" {
	strake_static
	command -v strip >/dev/null || skip "needs strip"
	strip -o "$T/stripped" "$RUNTIME"
	local size
	size=$(stat -c %s "$T/stripped")
	echo "stripped: $((size / 1024)) KiB"
	[ "$size" -le $((716 * 1024)) ]
}
