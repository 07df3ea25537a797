#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helpers

res() { update_config ".linux.resources += $1"; }
file() { cat "$(cgroup_dir "$1")/$2"; }

@test "cgroups: every process is in cgroupsPath, in every hierarchy" {
	run_sleeper
	local pid line
	pid=$(init_pid)
	while IFS= read -r line; do
		case $line in
		0::*) is_cgroup2 || continue ;;
		*) ! is_cgroup2 || continue ;;
		esac
		case $line in
		*name=*) continue ;;
		esac
		[[ $line == *"/strake-test/$ID" ]] || fail "$line"
	done <"/proc/$pid/cgroup"
}

@test "cgroups: without cgroupsPath a directory named after the id" {
	update_config 'del(.linux.cgroupsPath)'
	run_sleeper
	grep -q "/$ID\$" "/proc/$(init_pid)/cgroup"
	ok strake delete --force "$ID"
	[ -z "$(find /sys/fs/cgroup -type d -name "$ID" 2>/dev/null)" ]
}

@test "cgroups: .. in cgroupsPath does not climb" {
	update_config --arg id "$ID" '.linux.cgroupsPath = "/strake-test/../../../../strake-test/" + $id'
	run_sleeper
	grep -q "/strake-test/$ID\$" "/proc/$(init_pid)/cgroup"
}

@test "cgroups v1: memory" {
	requires cgroups_v1 cgroup_memory
	res '{"memory": {"limit": 33554432, "reservation": 16777216}}'
	run_sleeper
	assert_eq "$(file memory memory.limit_in_bytes) $(file memory memory.soft_limit_in_bytes)" '33554432 16777216'
}

@test "cgroups v1: memory limit is enforced" {
	requires cgroups_v1 cgroup_memory
	res '{"memory": {"limit": 33554432}}'
	# The killer may choose the shell as well.
	set_sh 'head -c 100m /dev/zero | tail >/dev/null; exit $?'
	strake_run
	assert_status 137
}

@test "cgroups v1: what set-up copies into a tmpfs is the container's to pay for" {
	requires cgroups_v1 cgroup_memory
	mkdir "$BUNDLE/rootfs/copied"
	head -c 24M /dev/zero >"$BUNDLE/rootfs/copied/file"
	update_config '.mounts += [{"destination": "/copied", "type": "tmpfs", "source": "tmpfs", "options": ["tmpcopyup"]}]'
	run_sleeper
	(($(file memory memory.usage_in_bytes) >= 24 << 20)) || fail "$(file memory memory.usage_in_bytes)"
}

# How little is enough tests/vm/memory-floor.bats tells.
@test "cgroups: who has hardly any memory starts when what set-up has freed is free" {
	requires cgroup_memory cmd_strace
	strake_only "the others do not wait"
	local limit
	set_args true
	for limit in 524288 524289 -1; do
		update_config --argjson n $limit '.linux.resources.memory = {limit: $n} |
			.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["membarrier"], action: "SCMP_ACT_KILL_PROCESS"}]}'
		timeout 60 strace -f -o "$T/trace.$limit" -e trace=membarrier,seccomp,execve \
			"$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$T/o" 2>&1 3>&- || fail "$(cat "$T/o")"
	done
	# Before the filter, which would end it.
	assert_eq "$(grep -oE 'membarrier|len=' "$T/trace.524288" | tr '\n' ' ')" "membarrier membarrier len= "
	! grep -q membarrier "$T/trace.524289" "$T/trace.-1" || fail "it waits for nothing"
}

# What was closed on the way is not closed again by a number that is another's by then.
@test "cgroups: hardly any memory, and a very low limit of descriptors before a filter" {
	requires cgroup_memory
	update_config '.process.noNewPrivileges = false | .process.rlimits = [{type: "RLIMIT_NOFILE", soft: 20, hard: 20}] |
		.linux.resources.memory = {limit: 524288} | .linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW",
			syscalls: [{names: ["prlimit64", "setrlimit"], action: "SCMP_ACT_ERRNO",
				args: [{index: 1, value: 6, op: "SCMP_CMP_EQ"}]}]}'
	set_args sleep 1000
	ok strake_create
	ok strake start "$ID"
	assert_eq "$(state_of status)" running
}

@test "cgroups: run says when the memory limit was what killed it" {
	requires cgroup_memory
	strake_only "it says nothing"
	res '{"memory": {"limit": 33554432}}'
	set_sh 'exec tail /dev/zero'
	strake_run
	assert_status 137
	assert_has "$err" "$ID ran out of memory"
	set_sh 'kill -KILL $$'
	update_config '.linux.namespaces |= map(select(.type != "pid"))'
	strake_run
	assert_status 137
	assert_not "$err" "out of memory"
}

@test "cgroups v1: cpu" {
	requires cgroups_v1 cgroup_cpu
	res '{"cpu": {"shares": 512, "quota": 50000, "period": 100000, "cpus": "0", "mems": "0"}}'
	run_sleeper
	assert_eq "$(file cpu cpu.shares) $(file cpu cpu.cfs_quota_us) $(file cpu cpu.cfs_period_us)" '512 50000 100000'
	assert_eq "$(file cpuset cpuset.cpus)" 0
}

@test "cgroups v1: pids" {
	requires cgroups_v1 cgroup_pids
	res '{"pids": {"limit": 10}}'
	run_sleeper
	assert_eq "$(file pids pids.max)" 10
}

@test "cgroups v1: pids limit is enforced" {
	requires cgroups_v1 cgroup_pids
	res '{"pids": {"limit": 5}}'
	set_sh 'for i in 1 2 3 4 5 6 7 8; do sleep 1 & done; wait'
	strake_run
	assert_err_match "can't fork"
}

@test "cgroups v1: devices" {
	requires cgroups_v1 cgroup_devices
	res '{"devices": [{"allow": false, "access": "rwm"}, {"allow": true, "type": "c", "major": 10, "minor": 229, "access": "rw"}]}'
	run_sleeper
	file devices devices.list >"$T/list"
	grep -q '^c 10:229 rw' "$T/list"
	grep -q '^c 1:3 rwm' "$T/list"
	! grep -q '^a ' "$T/list"
}

@test "cgroups v1: blkio" {
	requires cgroups_v1 cgroup_blkio
	[ -e /sys/fs/cgroup/blkio/blkio.throttle.read_bps_device ] || skip "needs blkio throttling"
	local dev
	dev=$(lsblk -dnro MAJ:MIN 2>/dev/null | grep -v '^7:' | head -n 1)
	[ -n "$dev" ] || skip "needs a block device"
	update_config --argjson a "${dev%:*}" --argjson b "${dev#*:}" \
		'.linux.resources.blockIO = {"throttleReadBpsDevice": [{"major": $a, "minor": $b, "rate": 1048576}]}'
	run_sleeper
	assert_eq "$(file blkio blkio.throttle.read_bps_device)" "$dev 1048576"
}

@test "cgroups v2: memory, cpu, pids" {
	requires cgroups_v2 cgroup_memory cgroup_cpu cgroup_pids
	res '{"memory": {"limit": 33554432, "reservation": 16777216}, "cpu": {"shares": 512, "quota": 50000, "period": 100000}, "pids": {"limit": 10}}'
	run_sleeper
	assert_eq "$(file x memory.max) $(file x memory.low) $(file x cpu.max) $(file x pids.max)" \
		'33554432 16777216 50000 100000 10'
}

@test "cgroups v2: hugetlb" {
	requires cgroups_v2 cgroup_hugetlb
	res '{"hugepageLimits": [{"pageSize": "2MB", "limit": 2097152}]}'
	run_sleeper
	assert_eq "$(file x hugetlb.2MB.max)" 2097152
}

@test "cgroups v2: a limit whose controller is not there is an error" {
	requires cgroups_v2
	! grep -qw memory /sys/fs/cgroup/cgroup.controllers || skip "needs a cgroup2 without the memory controller"
	res '{"memory": {"limit": 33554432}}'
	not_ok strake_run
	assert_has "$err" memory
	assert_nothing_left
}

@test "cgroups v2: unified" {
	requires cgroups_v2
	res '{"unified": {"cgroup.max.depth": "7"}}'
	run_sleeper
	assert_eq "$(file x cgroup.max.depth)" 7
}

@test "cgroups v2: unified on a file that is not there, or not in the cgroup" {
	requires cgroups_v2
	res '{"unified": {"no.such": "7"}}'
	not_ok strake_run
	assert_nothing_left
	update_config '.linux.resources.unified = {"../cgroup.max.depth": "7"}'
	not_ok strake_run
	assert_nothing_left
}

@test "cgroups: devices: what is not allowed cannot be opened" {
	run_sh 'mknod /dev/mem2 c 1 1; head -c 1 /dev/mem2 2>&1 | head -n 1; head -c 4 /dev/zero | wc -c'
	assert_has "$out$err" 'peration not permitted'
	assert_has "$out" 4
}

@test "cgroups: devices: an allowed one can" {
	res '{"devices": [{"allow": false, "access": "rwm"}, {"allow": true, "type": "c", "major": 1, "minor": 11, "access": "w"}]}'
	update_config '.linux.devices = [{"path": "/dev/kmsg2", "type": "c", "major": 1, "minor": 11}]'
	run_sh ': >/dev/kmsg2 && echo opened; head -c 1 /dev/kmsg2 2>&1; true'
	assert_has "$out" opened
	assert_has "$out$err" 'peration not permitted'
}

@test "cgroups: exec is under the same device rules" {
	run_sleeper
	strake exec "$ID" sh -c 'mknod /dev/mem2 c 1 1; head -c 1 /dev/mem2'
	assert_has "$err" 'peration not permitted'
}

@test "cgroups: two containers, one parent" {
	set_args sleep 1000
	update_config --arg id "$ID" '.linux.cgroupsPath = "/strake-test/" + $id + "-p/a"'
	ok strake run --detach --bundle "$BUNDLE" "$ID-a"
	update_config --arg id "$ID" '.linux.cgroupsPath = "/strake-test/" + $id + "-p/b"'
	ok strake run --detach --bundle "$BUNDLE" "$ID-b"
	ok strake delete --force "$ID-a"
	assert_eq "$("$RUNTIME" --root "$ROOT" state "$ID-b" | jq -r .status)" running
	ok strake delete --force "$ID-b"
	find /sys/fs/cgroup -depth -type d -name "$ID-p" -exec rmdir {} + 2>/dev/null || true
}

@test "cgroups: a cgroup in use by others" {
	runc_since 1.5 "runc 1.1.5 joins it"
	set_args sleep 1000
	ok strake run --detach --bundle "$BUNDLE" "$ID"
	not_ok strake run --detach --bundle "$BUNDLE" "$ID-b"
	assert_err_match "cgroup is not empty"
	is_status running
}

@test "cgroups: below a threaded cgroup sections that say nothing ask for nothing" {
	requires cgroups_v2
	local above=/sys/fs/cgroup$CGROUP_PARENT/$ID
	mkdir -p "$above/x"
	echo threaded >"$above/x/cgroup.type" 2>/dev/null || { rmdir "$above/x" "$above"; skip "needs threaded cgroups"; }
	update_config --arg p "$CGROUP_PARENT/$ID/x/y" '.linux.cgroupsPath = $p | .linux.resources |= {devices: .devices, memory: {}, blockIO: {}, cpu: {shares: 0}}'
	set_args true
	strake_run
	local first="$status $err"
	update_config '.linux.resources.memory = {limit: 8000000}'
	strake_run
	rmdir "$above/x" "$above"
	assert_eq "$first" '0 '
	assert_status 1
	assert_err_match 'with domain controllers'
}

@test "cgroups: exec goes where init is when what it has left is gone" {
	requires cgroups_v2
	local dir other
	run_sleeper
	dir=$(cgroup_dir) other=$(cgroup_dir)-other
	mkdir "$other"
	init_pid >"$other/cgroup.procs"
	# As systemd does with a scope that nobody is in.
	rmdir "$dir"
	ok strake exec "$ID" cat /proc/self/cgroup
	assert_has "$out" "$ID-other"
	ok strake kill "$ID" KILL
	wait_status stopped
	ok strake delete "$ID"
	wait_for 2 rmdir "$other"
}
