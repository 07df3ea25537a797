#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# config-linux.md's control groups: what this host's controllers can show. Each file that is written
# has a unit test in tests/unit/cgroup, on trees that need no controller.
load helpers

res() { update_config --argjson r "$1" '.linux.resources += $r'; }
file() { cat "$(cgroup_dir "$1")/$2"; }

@test "spec cgroups v1: swap, swappiness, disableOOMKiller" {
	requires cgroups_v1 cgroup_memory
	res '{"memory": {"limit": 33554432, "swappiness": 10, "disableOOMKiller": true}}'
	[ ! -e /sys/fs/cgroup/memory/memory.memsw.limit_in_bytes ] || res '{"memory": {"limit": 33554432, "swap": 67108864, "swappiness": 10, "disableOOMKiller": true}}'
	run_sleeper
	assert_eq "$(file memory memory.limit_in_bytes) $(file memory memory.swappiness)" '33554432 10'
	file memory memory.oom_control | grep -q 'oom_kill_disable 1'
	[ ! -e /sys/fs/cgroup/memory/memory.memsw.limit_in_bytes ] || assert_eq "$(file memory memory.memsw.limit_in_bytes)" 67108864
}

@test "spec cgroups: swap below the limit is an error" {
	res '{"memory": {"limit": 33554432, "swap": 1048576}}'
	not_ok strake_run
	assert_err_match 'memory'
	assert_nothing_left
}

@test "spec cgroups v1: kernel memory that the kernel no longer limits is a warning" {
	requires cgroups_v1 cgroup_memory
	runc_since 1.5 "the peers are silent about some"
	res '{"memory": {"kernel": 33554432, "kernelTCP": 33554432}}'
	set_args true
	ok strake_run
	assert_err_match '[kK]ernel memory'
}

@test "spec cgroups v1: shares, quota, idle, cpus and mems" {
	requires cgroups_v1 cgroup_cpu
	res '{"cpu": {"shares": 256, "quota": -1, "period": 50000, "cpus": "0", "mems": "0"}}'
	run_sleeper
	assert_eq "$(file cpu cpu.shares) $(file cpu cpu.cfs_quota_us) $(file cpu cpu.cfs_period_us) $(file cpuset cpuset.cpus) $(file cpuset cpuset.mems)" \
		'256 -1 50000 0 0'
}

@test "spec cgroups v1: cpu burst and idle" {
	requires cgroups_v1 cgroup_cpu
	[ -e /sys/fs/cgroup/cpu/cpu.cfs_burst_us ] || [ -n "$(find /sys/fs/cgroup/cpu -maxdepth 2 -name cpu.cfs_burst_us -print -quit)" ] || skip "the kernel has no burst"
	res '{"cpu": {"quota": 50000, "period": 100000, "burst": 20000}}'
	run_sleeper
	assert_eq "$(file cpu cpu.cfs_burst_us)" 20000
	ok strake delete --force "$ID"
	update_config '.linux.resources.cpu = {"idle": 1}'
	run_sleeper
	assert_eq "$(file cpu cpu.idle)" 1
}

@test "spec cgroups: pids limit 0 and -1" {
	requires cgroup_pids
	runc_since 1.5 "the peers read 0 in other ways"
	res '{"pids": {"limit": -1}}'
	run_sleeper
	assert_eq "$(file pids pids.max)" max
	ok strake delete --force "$ID"
	update_config '.linux.resources.pids.limit = 0'
	run_sleeper
	[[ $(file pids pids.max) =~ ^(0|1|max)$ ]]
}

# What podman writes for docker run over its socket, and for --pids-limit 0.
@test "spec cgroups: pids limit 0 was none before version 1.3" {
	requires cgroup_pids
	strake_only "runc since 1.4 allows one process"
	res '{"pids": {"limit": 0}}'
	update_config '.ociVersion = "1.2.1"'
	run_sleeper
	assert_eq "$(file pids pids.max)" max
	ok strake update --pids-limit 30 "$ID"
	echo '{"pids": {"limit": 0}, "cpu": {"shares": 100}}' >"$T/resources.json"
	ok strake update --resources "$T/resources.json" "$ID"
	assert_eq "$(file pids pids.max)" 30
	# A flag means what it says.
	ok strake update --pids-limit 0 "$ID"
	assert_eq "$(file pids pids.max)" 1
	ok strake delete --force "$ID"
	update_config '.ociVersion = "1.3.0"'
	run_sleeper
	assert_eq "$(file pids pids.max)" 1
}

@test "spec cgroups v2: hugetlb with its reservations" {
	requires cgroups_v2 cgroup_hugetlb
	res '{"hugepageLimits": [{"pageSize": "2MB", "limit": 4194304}]}'
	run_sleeper
	assert_eq "$(file x hugetlb.2MB.max) $(file x hugetlb.2MB.rsvd.max)" '4194304 4194304'
	ok strake delete --force "$ID"
	update_config '.linux.resources.hugepageLimits = [{"pageSize": "3MB", "limit": 1}]'
	not_ok strake_run
	assert_nothing_left
}

@test "spec cgroups: a controller that the host lacks is an error" {
	runc_since 1.5 "the peers ignore some"
	local row
	for row in '{"rdma": {"mlx5_1": {"hcaHandles": 3}}}' '{"network": {"classID": 1048577}}' '{"network": {"priorities": [{"name": "lo", "priority": 5}]}}'; do
		update_config --argjson r "$row" '.linux.resources = {"devices": [{"allow": false, "access": "rwm"}]} + $r'
		strake_run
		if [ "$status" = 0 ]; then
			# v2 has no such controller at all: documented as a warning, which runc does without.
			! is_strake || assert_err_match 'network|net_'
		fi
	done
	assert_nothing_left
}

@test "spec cgroups: device rules in their order, and a rule that is wrong" {
	local none='{"allow": false, "access": "rwm"}' yes='{"allow": true, "type": "c", "major": 1, "minor": 11, "access": "rw"}'
	local no='{"allow": false, "type": "c", "major": 1, "minor": 11, "access": "w"}'
	update_config '.linux.devices = [{"path": "/dev/kmsg2", "type": "c", "major": 1, "minor": 11, "fileMode": 438}]'
	res "{\"devices\": [$none, $no, $yes]}"
	run_sh ': >/dev/kmsg2 && echo writable'
	assert_out writable
	res "{\"devices\": [$none, $yes, $no]}"
	set_sh ': >/dev/kmsg2'
	not_ok strake_run
	assert_err_match 'peration not permitted'
	update_config '.linux.resources.devices = [{"allow": true, "type": "q", "access": "rwm"}]'
	not_ok strake_run
	update_config '.linux.resources.devices = [{"allow": true, "type": "c", "access": "x"}]'
	not_ok strake_run
	res "{\"devices\": [$none, {\"allow\": true, \"type\": \"c\", \"major\": 1, \"minor\": 11, \"access\": \"wxa\"}]}"
	ok strake_run
	if [ "$RUNTIME_NAME" = strake ]; then
		assert_has "$err" 'ignoring unknown device access \"a\"'
	fi
	assert_nothing_left
}

@test "spec cgroups v2: the cgroup belongs to the container's user when it can write to its own cgroup namespace" {
	requires cgroups_v2
	strake_only "runc 1.1.5 differs"
	local d=$BUNDLE
	update_config '.linux.namespaces += [{"type": "cgroup"}, {"type": "user"}] |
		.linux.uidMappings = [{"containerID": 0, "hostID": 100000, "size": 65536}] |
		.linux.gidMappings = [{"containerID": 0, "hostID": 100000, "size": 65536}] |
		.mounts += [{"destination": "/sys/fs/cgroup/", "type": "cgroup", "source": "cgroup", "options": ["ro", "nosuid", "rw"]}]'
	while [ "$d" != / ]; do
		chmod o+x "$d"
		d=$(dirname "$d")
	done
	d=$(cgroup_dir x)
	owners() { echo "$(stat -c %u "$d") $(stat -c %u "$d/cgroup.procs") $(stat -c %u "$d/cgroup.subtree_control")"; }
	run_sleeper
	assert_eq "$(owners)" '100000 100000 100000'
	[ ! -e "$d/hugetlb.2MB.max" ] || assert_eq "$(stat -c %u "$d/hugetlb.2MB.max")" 0
	ok strake delete --force "$ID"
	# Of the process's user, and not of root.
	update_config '.process.user = {"uid": 7, "gid": 7}'
	run_sleeper
	assert_eq "$(owners)" '100007 100007 100007'
	ok strake delete --force "$ID"
	# Not what can only be read, what is not mounted, what belongs to a namespace that others share.
	update_config '.mounts[-1].options = ["rw", "ro"]'
	run_sleeper
	assert_eq "$(owners)" '0 0 0'
	ok strake delete --force "$ID"
	update_config '.mounts |= .[:-1]'
	run_sleeper
	assert_eq "$(owners)" '0 0 0'
	ok strake delete --force "$ID"
	update_config '.mounts += [{"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup"}]
		| .linux.namespaces |= map(select(.type != "cgroup"))'
	run_sleeper
	assert_eq "$(owners)" '0 0 0'
}

@test "spec cgroups: useHierarchy, and what it cannot be" {
	strake_only "runc does not know it"
	is_cgroup2 || requires cgroup_memory
	set_args true
	update_config '.linux.resources.memory = {"useHierarchy": true}'
	ok strake_run
	assert_not "$err" useHierarchy
	update_config '.linux.resources.memory = {"useHierarchy": false}'
	ok strake_run
	assert_err_match 'useHierarchy: false is ignored'
}
