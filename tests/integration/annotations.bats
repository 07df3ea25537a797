#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154,SC2034,SC2016
#
# crun's annotations: docs/annotations.md.
load helpers

setup() {
	setup_bundle
	strake_only "annotations of crun"
}

annotate() { update_config --arg k "run.oci.$1" --arg v "$2" '.annotations[$k] = $v'; }

@test "annotations: run.oci.hooks.stdout and .stderr" {
	annotate hooks.stdout "$T/hooks.out"
	annotate hooks.stderr "$T/hooks.err"
	local kind
	for kind in prestart createRuntime createContainer poststart poststop; do
		update_config --arg k "$kind" '.hooks[$k] = [{"path": "/bin/sh", "args": ["sh", "-c", "echo " + $k + "; echo err-" + $k + " >&2"]}]'
	done
	echo before >"$T/hooks.out"
	run_sh 'ls -l /proc/self/fd | grep -c hooks || true'
	assert_out 0
	assert_eq "$(cat "$T/hooks.out")" $'before\nprestart\ncreateRuntime\ncreateContainer\npoststart\npoststop'
	assert_eq "$(cat "$T/hooks.err")" $'err-prestart\nerr-createRuntime\nerr-createContainer\nerr-poststart\nerr-poststop'
	assert_eq "$(stat -c %a "$T/hooks.err")" 600
	annotate hooks.stdout relative
	not_ok strake_run
	assert_err_match 'run.oci.hooks.stdout: .*relative.* is not an absolute path'
	annotate hooks.stdout "$T/none/hooks.out"
	not_ok strake_run
	assert_err_match 'open .*none/hooks.out for the output of hooks: no such file'
	assert_nothing_left
}

@test "annotations: a FIFO for the output of hooks" {
	mkfifo "$T/fifo"
	annotate hooks.stdout "$T/fifo"
	update_config '.hooks.createRuntime = [{"path": "/bin/echo", "args": ["echo", "hooked"]}]'
	CALL_TIMEOUT=20 not_ok strake_run
	assert_status 1
	assert_err_match 'open .*/fifo for the output of hooks: nobody reads from it'
	assert_nothing_left
	# A reader from here on.
	local fd
	exec {fd}<>"$T/fifo"
	ok strake_run
	timeout 10 head -n 1 <&"$fd" >"$T/read"
	exec {fd}>&-
	assert_eq "$(cat "$T/read")" hooked
}

@test "annotations: run.oci.keep_original_groups" {
	requires cmd_setpriv
	annotate keep_original_groups 1
	update_config '.process.user.additionalGids = [7]'
	set_args sleep 1000
	local saved=$RUNTIME
	cat >"$T/strake" <<-SH
		#!/bin/sh
		exec setpriv --groups 4242,5353 "$saved" "\$@"
	SH
	chmod +x "$T/strake"
	RUNTIME=$T/strake
	ok strake_run --detach
	grep -q '^Groups:.4242 5353' "/proc/$(init_pid)/status"
	ok strake exec "$ID" grep ^Groups: /proc/self/status
	assert_has "$out" "4242 5353"
	RUNTIME=$saved
	ok strake delete --force "$ID"
	update_config 'del(.annotations)'
	RUNTIME=$T/strake
	ok strake_run --detach
	grep -q '^Groups:.7 *$' "/proc/$(init_pid)/status"
	RUNTIME=$saved
}

# agent NAME: an answerer of seccomp notifications at $T/NAME.
agent() {
	"$STRAKE_PAYLOAD/recvfd" notify "$T/$1" 28 </dev/null >"$T/$1.out" 2>"$T/$1.err" 3>&- 4>&- &
	BACKGROUND+=($!)
	wait_for 5 test -S "$T/$1"
}

@test "annotations: run.oci.seccomp.receiver" {
	requires payload_recvfd
	update_config '.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW",
		"syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_NOTIFY"}]}'
	annotate seccomp.receiver "$T/one"
	agent one
	run_sh 'mkdir /x; echo ended'
	assert_has "$err" 'No space left'
	grep -q notified "$T/one.out"
	# The environment's is for those without an annotation; the config's own comes first.
	agent two
	update_config 'del(.annotations)'
	RUN_OCI_SECCOMP_RECEIVER=$T/two ok strake_run
	grep -q notified "$T/two.out"
	agent three
	annotate seccomp.receiver "$T/two"
	update_config --arg s "$T/three" '.linux.seccomp.listenerPath = $s'
	ok strake_run
	grep -q notified "$T/three.out"
	update_config 'del(.annotations, .linux.seccomp.listenerPath)'
	RUN_OCI_SECCOMP_RECEIVER=there not_ok strake_run
	assert_err_match 'RUN_OCI_SECCOMP_RECEIVER: \\?"there\\?" is not an absolute path'
	# An empty one counts as unset.
	RUN_OCI_SECCOMP_RECEIVER='' not_ok strake_run
	assert_err_match 'listenerPath'
}

@test "annotations: run.oci.seccomp_fail_unknown_syscall" {
	update_config '.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW",
		"syscalls": [{"names": ["no_such_call"], "action": "SCMP_ACT_ERRNO"}]}'
	ok strake_run
	annotate seccomp_fail_unknown_syscall 1
	not_ok strake_run
	assert_err_match 'linux.seccomp: unknown seccomp syscall .*no_such_call'
}

@test "annotations: run.oci.seccomp_bpf_data" {
	requires cmd_python3
	# A filter that refuses this machine's mkdir and mkdirat with 121.
	local bpf
	bpf=$(python3 -c '
import base64, platform, struct
calls = {"x86_64": [83, 258], "aarch64": [34]}[platform.machine()]
out = struct.pack("<HBBI", 0x20, 0, 0, 0)
for i, nr in enumerate(calls):
    out += struct.pack("<HBBI", 0x15, len(calls) - i, 0, nr)
out += struct.pack("<HBBI", 0x06, 0, 0, 0x7fff0000) + struct.pack("<HBBI", 0x06, 0, 0, 0x00050000 | 121)
print(base64.b64encode(out).decode())') || skip "needs another filter on this machine"
	annotate seccomp_bpf_data "$bpf"
	set_sh 'mkdir /x'
	not_ok strake_run
	assert_err_match 'Remote I/O error'
	# It takes the place of the config's, for exec too.
	update_config '.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW",
		"syscalls": [{"names": ["rmdir", "unlinkat"], "action": "SCMP_ACT_ERRNO"}]}'
	mkdir "$BUNDLE/rootfs/y"
	set_args sleep 1000
	ok strake_run --detach
	ok strake exec "$ID" sh -c 'rmdir /y; grep ^Seccomp: /proc/self/status; mkdir /x 2>&1 || true'
	assert_out_match $'^Seccomp:\t2\n.*Remote I/O error'
	ok strake delete --force "$ID"
	local bad
	for bad in '' AAAA 'AAAAAAAAAA=' 'AAAAAAAAAAA=A' '(AAAAAAAAAA='; do
		annotate seccomp_bpf_data "$bad"
		not_ok strake_run
		assert_err_match 'config.json:[0-9]+:[0-9]+: annotations\[.*"run.oci.seccomp_bpf_data.*"\]: the filter is not base64 of whole instructions'
	done
}

@test "annotations: run.oci.pidfd_receiver" {
	requires payload_recvfd
	annotate pidfd_receiver "$T/pidfd"
	set_args sleep 1000
	"$STRAKE_PAYLOAD/recvfd" fd "$T/pidfd" </dev/null >"$T/pidfd.out" 2>&1 3>&- 4>&- &
	BACKGROUND+=($!)
	wait_for 5 test -S "$T/pidfd"
	ok strake_create
	wait_for 5 grep -q Pid: "$T/pidfd.out"
	assert_eq "$(sed -n 's/^Pid:\t//p' "$T/pidfd.out")" "$(init_pid)"
}

@test "annotations: run.oci.mount_context_type" {
	annotate mount_context_type nonsense
	not_ok strake_run
	assert_err_match 'run.oci.mount_context_type: unknown type .*nonsense'
	annotate mount_context_type fscontext
	ok strake_run
}

@test "annotations: run.oci.systemd.subgroup without a unit is warned of" {
	set_args true
	annotate systemd.subgroup below
	ok strake_run
	assert_has "$err" 'level=warning msg="annotations: run.oci.systemd.subgroup has no effect without --systemd-cgroup"'
	annotate systemd.subgroup ''
	ok strake_run
	assert_eq "$err" ''
}

@test "annotations: what cannot be had is refused" {
	local key
	for key in handler seccomp.plugins; do
		update_config 'del(.annotations)'
		annotate "$key" krun
		not_ok strake_run
		assert_err_match "annotations: run.oci.$key is not supported"
	done
	assert_nothing_left
}

@test "annotations: features lists them as unsafe" {
	strake_raw features
	jq -e '.potentiallyUnsafeConfigAnnotations | index("run.oci.")' <<<"$out"
}

# delegated: a container of user 1000, whose cgroup has a part for it.
delegated() {
	annotate delegate-cgroup "$1"
	update_config '.process.user = {"uid": 1000, "gid": 1000} | .linux.namespaces += [{"type": "cgroup"}] |
		.mounts += [{"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup", "options": ["rw"]}]'
}
init_cgroup() { sed -n 's/^0:://p' "/proc/$(init_pid)/cgroup"; }

@test "annotations: run.oci.delegate-cgroup gives the user a part of the cgroup" {
	requires cgroups_v2
	local dir
	delegated //payload/own
	set_sh 'trap "exit 0" TERM; mkdir /sys/fs/cgroup/payload/own/sub && cat /proc/self/cgroup; sleep 1000 & wait'
	ok strake_create
	dir=$(cgroup_dir)
	assert_eq "$(init_cgroup)" "$CGROUP_PARENT/$ID/payload/own"
	assert_eq "$(stat -c %u "$dir/payload/own" "$dir/payload/own/cgroup.procs" "$dir/payload" | paste -sd ' ')" '1000 1000 0'
	# All that the container may limit is handed down, and its limits are not the user's.
	assert_eq "$(cat "$dir/payload/own/cgroup.controllers")" "$(cat "$dir/cgroup.controllers")"
	assert_eq "$(cat "$dir/cgroup.subtree_control")" "$(cat "$dir/cgroup.controllers")"
	assert_eq "$(cat "$dir/cgroup.procs")" ''
	ok strake start "$ID"
	wait_for 10 test -d "$dir/payload/own/sub"
	# The namespace's root is the container's cgroup.
	wait_for 10 grep -qxF 0::/payload/own "$T/out.1"
	ok strake exec "$ID" grep ^0: /proc/self/cgroup
	assert_out 0::/payload/own
	ok strake exec --detach "$ID" sleep 1000
	ok strake ps --format json "$ID"
	assert_eq "$(jq length <<<"$out")" 3
	ok strake pause "$ID"
	is_status paused
	assert_eq "$(sed -n 's/^frozen //p' "$dir/payload/own/cgroup.events")" 1
	ok strake resume "$ID"
	[ ! -e "$dir/pids.max" ] || ok strake update --pids-limit 30 "$ID"
	ok strake events --stats "$ID"
	ok strake kill "$ID" KILL
	wait_status stopped
	ok strake delete "$ID"
	assert_nothing_left
}

@test "annotations: exec follows who moved on in the delegated cgroup" {
	requires cgroups_v2
	delegated payload
	set_sh 'cd /sys/fs/cgroup/payload && mkdir init.scope && echo 0 >init.scope/cgroup.procs && echo moved; sleep 1000'
	ok strake_run --detach
	wait_for 10 grep -q moved "$T/out.1"
	ok strake exec "$ID" grep ^0: /proc/self/cgroup
	assert_out 0::/payload/init.scope
	ok strake delete --force "$ID"
	assert_nothing_left
}

@test "annotations: run.oci.delegate-cgroup in a user namespace is its root's" {
	requires cgroups_v2
	annotate delegate-cgroup payload
	update_config '.linux.namespaces += [{"type": "user"}] |
		.linux.uidMappings = [{"containerID": 0, "hostID": 100000, "size": 65536}] |
		.linux.gidMappings = .linux.uidMappings'
	chmod a+x "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR" "$T" "$BUNDLE"
	set_args sleep 1000
	ok strake_run --detach
	assert_eq "$(init_cgroup)" "$CGROUP_PARENT/$ID/payload"
	assert_eq "$(stat -c %u "$(cgroup_dir)/payload")" 100000
}

@test "annotations: a cgroup that cannot be delegated is an error" {
	delegated ../payload
	not_ok strake_run
	assert_err_match 'run.oci.delegate-cgroup: .*\.\./payload.* is no cgroup below the container'
	annotate delegate-cgroup payload
	if is_cgroup2; then
		not_ok strake --cgroup-manager disabled run --bundle "$BUNDLE" "$ID"
		assert_err_match 'cannot delegate cgroup .*payload.*: the container has no cgroup'
	else
		not_ok strake_run
		assert_err_match 'run.oci.delegate-cgroup needs cgroup v2'
	fi
	assert_nothing_left
	# Empty: none, as with crun.
	annotate delegate-cgroup ''
	ok strake_run
}

# named_v1: the test mounts systemd's v1 hierarchy where the host has v2 alone; in $NAMED. Wherever it is
# mounted will do, so a place is taken that every host has, in a mount namespace that is the tests' own.
named_v1() {
	NAMED=/sys/fs/cgroup/systemd
	is_cgroup2 || return 0
	[ "$(readlink /proc/self/ns/mnt)" != "$(readlink /proc/1/ns/mnt)" ] ||
		skip "needs a mount namespace of the tests' own (tests/run v2)"
	NAMED=/mnt
	mount -t cgroup -o none,name=systemd systemd "$NAMED"
}
teardown() {
	local rc=0
	teardown_bundle || rc=1
	[ "${NAMED:-}" != /mnt ] || umount "$NAMED"
	return $rc
}

# force_v1: that in place of the container's cgroup2.
force_v1() {
	named_v1
	annotate systemd.force_cgroup_v1 /sys/fs/cgroup/
	update_config '.mounts += [{"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup", "options": ["rw"]}]'
}
named_dir() { echo "$NAMED$CGROUP_PARENT/$ID"; }

@test "annotations: run.oci.systemd.force_cgroup_v1" {
	force_v1
	update_config '.linux.namespaces += [{"type": "cgroup"}]'
	set_sh 'mkdir /sys/fs/cgroup/systemd/init.scope; ls /sys/fs/cgroup; stat -f -c %t /sys/fs/cgroup /sys/fs/cgroup/systemd
		grep name=systemd: /proc/self/cgroup; sleep 1000'
	ok strake_run --detach
	wait_for 10 test -d "$(named_dir)/init.scope"
	wait_for 10 grep -q name= "$T/out.1"
	# tmpfs and cgroup v1.
	assert_eq "$(sed 's/^[0-9]*://' "$T/out.1")" $'systemd\n1021994\n27e0eb\nname=systemd:/'
	grep -q ":name=systemd:.*$CGROUP_PARENT/$ID\$" "/proc/$(init_pid)/cgroup"
	ok strake exec "$ID" sh -c 'echo 0 >/sys/fs/cgroup/systemd/init.scope/cgroup.procs; grep name= /proc/self/cgroup'
	assert_out_match 'name=systemd:/init.scope$'
	ok strake exec "$ID" grep name= /proc/self/cgroup
	assert_out_match 'name=systemd:/$'
	ok strake pause "$ID"
	ok strake resume "$ID"
	ok strake kill "$ID" KILL
	wait_status stopped
	ok strake delete "$ID"
	[ ! -e "$(named_dir)" ]
	assert_nothing_left
}

@test "annotations: force_cgroup_v1 without a cgroup namespace shows the own part alone" {
	force_v1
	run_sh 'ls -d /sys/fs/cgroup/systemd/st* || cat /sys/fs/cgroup/systemd/cgroup.procs'
	assert_out 1
	[ ! -e "$(named_dir)" ]
	# The runtime's state is one that runc can read: a single path on v2.
	run_sleeper
	! is_cgroup2 || assert_eq "$(jq -c '.cgroup_paths | keys' "$ROOT/$ID/state.json")" '[""]'
	ok strake delete --force "$ID"
	[ ! -e "$(named_dir)" ]
}

@test "annotations: force_cgroup_v1 that cannot be had is an error" {
	annotate systemd.force_cgroup_v1 /sys/fs/cgroup
	set_args true
	if is_cgroup2; then
		not_ok strake_run
		assert_err_match 'force_cgroup_v1: the cgroup v1 hierarchy name=systemd is not mounted on this host'
	fi
	force_v1
	annotate systemd.force_cgroup_v1 /other
	not_ok strake_run
	assert_err_match 'force_cgroup_v1: no mount has the destination /other'
	annotate systemd.force_cgroup_v1 relative
	not_ok strake_run
	assert_err_match 'force_cgroup_v1: .*relative.* is not an absolute path'
	assert_nothing_left
}
