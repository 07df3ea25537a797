#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Containers that use their cgroup as a tree of their own, with controllers that count.
load helpers

setup() {
	in_vm
	setup_bundle
	own_cgroup
}
teardown() {
	teardown_bundle
}

own_cgroup() {
	update_config '.linux.namespaces += [{"type": "cgroup"}] |
		.mounts += [{"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup", "options": ["nosuid", "noexec", "nodev", "rw"]}]'
}
# Init goes to a leaf and hands controllers down: from now on its cgroup takes no process.
move_away() {
	set_sh 'cd /sys/fs/cgroup && mkdir leaf && echo $$ >leaf/cgroup.procs && echo "+memory +pids" >cgroup.subtree_control &&
		echo 10 >leaf/pids.max && : >/tmp/ready; exec sleep 1000'
	ok strake_run --detach
	wait_for 20 [ -e "$BUNDLE/rootfs/tmp/ready" ]
	assert_eq "$(file cgroup.subtree_control)" 'memory pids'
}

@test "cgroup trees: the root of the container's own view" {
	set_sh 'cat /proc/self/cgroup; ls /sys/fs/cgroup | grep -c "^memory.max$"; grep -w memory /sys/fs/cgroup/cgroup.controllers'
	ok strake_run
	assert_has "$out" '0::/'
	assert_not "$out" "$ID"
}

@test "cgroup trees: exec into a container that moved to a leaf" {
	[ "$RUNTIME_NAME" != crun ] || skip "crun 1.8 fails"
	move_away
	ok strake exec "$ID" cat /proc/self/cgroup
	assert_out '0::/leaf'
}

@test "cgroup trees: kill, pause and delete reach a leaf" {
	move_away
	ok strake pause "$ID"
	is_status paused
	assert_eq "$(file cgroup.events | grep frozen) $(file leaf/cgroup.events | grep frozen)" 'frozen 1 frozen 1'
	ok strake resume "$ID"
	ok strake kill "$ID" KILL
	wait_status stopped
	ok strake delete "$ID"
	[ ! -e "/sys/fs/cgroup$CGROUP_PARENT/$ID" ]
}

@test "cgroup trees: ps sees the processes of a leaf" {
	move_away
	ok strake ps --format json "$ID"
	assert_eq "$(jq length <<<"$out")" 1
}

@test "cgroup trees: kill --all ends everybody at once" {
	set_sh 'cd /sys/fs/cgroup; for i in 1 2 3; do mkdir $i; (echo 0 >$i/cgroup.procs; exec sleep 1000) & done; : >/tmp/ready; wait'
	ok strake_run --detach
	wait_for 20 [ -e "$BUNDLE/rootfs/tmp/ready" ]
	strake kill --all "$ID" KILL
	wait_status stopped
	assert_eq "$(file cgroup.events | grep populated)" 'populated 0'
}

@test "cgroup trees: a limit set above holds in a leaf" {
	update_config '.linux.resources.memory.limit = 33554432'
	set_sh 'cd /sys/fs/cgroup && mkdir leaf && echo $$ >leaf/cgroup.procs && echo +memory >cgroup.subtree_control &&
		cat leaf/memory.max; exec tail /dev/zero'
	strake_run
	assert_status 137
	assert_has "$out" max
}

@test "cgroup trees: delete of a frozen container" {
	run_sleeper
	ok strake pause "$ID"
	ok strake delete --force "$ID"
	assert_nothing_left
}

@test "cgroup trees: controllers are handed down to a deep cgroupsPath" {
	update_config --arg id "$ID" '.linux.cgroupsPath = "/strake-test/" + $id + "/a/b/c" | .linux.resources.pids.limit = 12 |
		.linux.resources.memory.limit = 33554432'
	run_sleeper
	assert_eq "$(file a/b/c/pids.max) $(file a/b/c/memory.max)" '12 33554432'
	ok strake delete --force "$ID"
	find "/sys/fs/cgroup/strake-test/$ID" -depth -type d -exec rmdir {} + 2>/dev/null || true
}
