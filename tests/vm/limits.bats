#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Every limit of the spec on cgroup v2, read back from the kernel, and the ones that kill or slow down.
load helpers

setup() {
	in_vm
	setup_bundle
}
teardown() {
	teardown_bundle
	loop_down
}

@test "limits: memory.max, memory.low" {
	res '{"memory": {"limit": 33554432, "reservation": 16777216}}'
	run_sleeper
	assert_eq "$(file memory.max) $(file memory.low)" '33554432 16777216'
}

@test "limits: memory.swap.max is what goes beyond memory" {
	res '{"memory": {"limit": 33554432, "swap": 50331648}}'
	run_sleeper
	assert_eq "$(file memory.max) $(file memory.swap.max)" '33554432 16777216'
}

@test "limits: no swap at all, unlimited swap" {
	res '{"memory": {"limit": 33554432, "swap": 33554432}}'
	run_sleeper
	assert_eq "$(file memory.swap.max)" 0
	ok strake delete --force "$ID"
	res '{"memory": {"limit": 33554432, "swap": -1}}'
	run_sleeper
	assert_eq "$(file memory.max) $(file memory.swap.max)" '33554432 max'
}

@test "limits: swap less than memory is refused" {
	res '{"memory": {"limit": 33554432, "swap": 1048576}}'
	not_ok strake_run
	assert_err_match 'swap'
	assert_nothing_left
}

@test "limits: unlimited memory" {
	res '{"memory": {"limit": -1}}'
	run_sleeper
	assert_eq "$(file memory.max) $(file memory.swap.max)" 'max max'
}

@test "limits: cpu.max" {
	res '{"cpu": {"quota": 50000, "period": 200000}}'
	run_sleeper
	assert_eq "$(file cpu.max)" '50000 200000'
}

@test "limits: cpu.max with a quota alone, with a period alone" {
	res '{"cpu": {"quota": 30000}}'
	run_sleeper
	assert_eq "$(file cpu.max)" '30000 100000'
	ok strake delete --force "$ID"
	update_config '.linux.resources.cpu = {"period": 50000}'
	run_sleeper
	assert_eq "$(file cpu.max)" 'max 50000'
}

is_throttled() { grep -q '^nr_throttled [1-9]' "/sys/fs/cgroup$CGROUP_PARENT/$ID/cpu.stat"; }

@test "limits: cpu.max holds" {
	res '{"cpu": {"quota": 10000, "period": 100000}}'
	set_sh 'while :; do :; done'
	ok strake_run --detach
	wait_for 60 is_throttled
}

@test "limits: cpu.weight: the shares that everybody has by default are the default weight" {
	strake_only "the weights of runc 1.4 and later"
	res '{"cpu": {"shares": 1024}}'
	run_sleeper
	assert_eq "$(file cpu.weight)" 100
	ok strake delete --force "$ID"
	update_config '.linux.resources.cpu.shares = 2'
	run_sleeper
	assert_eq "$(file cpu.weight)" 1
	ok strake delete --force "$ID"
	update_config '.linux.resources.cpu.shares = 262144'
	run_sleeper
	assert_eq "$(file cpu.weight)" 10000
}

@test "limits: cpu.max.burst and cpu.idle" {
	strake_only "newer than it"
	res '{"cpu": {"quota": 50000, "period": 100000, "burst": 20000}}'
	run_sleeper
	assert_eq "$(file cpu.max.burst)" 20000
	ok strake delete --force "$ID"
	update_config '.linux.resources.cpu = {"idle": 1}'
	run_sleeper
	assert_eq "$(file cpu.idle)" 1
}

@test "limits: cpuset" {
	res '{"cpu": {"cpus": "1", "mems": "0"}}'
	set_sh 'grep -E "^(Cpus|Mems)_allowed_list" /proc/self/status'
	ok strake_run
	assert_out $'Cpus_allowed_list:\t1\nMems_allowed_list:\t0'
	run_sleeper
	assert_eq "$(file cpuset.cpus) $(file cpuset.mems)" '1 0'
	assert_eq "$(file cpuset.cpus.effective)" 1
}

@test "limits: a CPU that is not there" {
	res '{"cpu": {"cpus": "77"}}'
	not_ok strake_run
	assert_err_match 'cpuset'
	assert_nothing_left
}

@test "limits: io.max" {
	loop_up
	update_config --argjson a "${LOOP_NUMBER%:*}" --argjson b "${LOOP_NUMBER#*:}" \
		'def t(r): [{"major": $a, "minor": $b, "rate": r}];
		.linux.resources.blockIO = {"throttleReadBpsDevice": t(1048576), "throttleWriteBpsDevice": t(2097152),
			"throttleReadIOPSDevice": t(100), "throttleWriteIOPSDevice": t(200)}'
	run_sleeper
	assert_eq "$(file io.max)" "$LOOP_NUMBER rbps=1048576 wbps=2097152 riops=100 wiops=200"
}

# io_max_holds MAJOR:MINOR: reads past the page cache, which has no limit.
io_max_holds() {
	update_config --argjson a "${1%:*}" --argjson b "${1#*:}" \
		'.linux.resources.blockIO = {"throttleReadBpsDevice": [{"major": $a, "minor": $b, "rate": 1048576}]} |
		.linux.resources.devices += [{"allow": true, "type": "b", "major": $a, "minor": $b, "access": "r"}] |
		.linux.devices = [{"path": "/dev/disk", "type": "b", "major": $a, "minor": $b}]'
	set_sh 's=$(cut -d" " -f1 /proc/uptime | tr -d .); dd if=/dev/disk of=/dev/null bs=1M count=3 iflag=direct 2>&1;
		e=$(cut -d" " -f1 /proc/uptime | tr -d .); echo took $((e - s))'
	ok strake_run
	[[ $out =~ took\ ([0-9]+) ]]
	((BASH_REMATCH[1] >= 180)) || fail "3 MiB at 1 MiB/s: $(show)"
}

@test "limits: io.max holds" {
	loop_up
	io_max_holds "$LOOP_NUMBER"
}

@test "limits: io.max holds for the machine's own disk" {
	io_max_holds "$(lsblk -dnro MAJ:MIN "$(findmnt -nvo SOURCE /)")"
}

@test "limits: io.max on a device that is not there" {
	update_config '.linux.resources.blockIO = {"throttleReadBpsDevice": [{"major": 250, "minor": 77, "rate": 1048576}]}'
	not_ok strake_run
	assert_err_match 'io.max'
	assert_nothing_left
}

@test "limits: io weight without and with BFQ" {
	res '{"blockIO": {"weight": 500}}'
	if [ ! -e /sys/fs/cgroup/init.scope/io.bfq.weight ] && [ ! -e /sys/fs/cgroup/init.scope/io.weight ]; then
		strake_only "it says nothing about a limit that it cannot set"
		not_ok strake_run
		assert_err_match 'io.*weight'
		assert_nothing_left
	fi
	modprobe bfq || skip "needs the BFQ scheduler"
	run_sleeper
	assert_eq "$(file io.bfq.weight)" 'default 500'
}

@test "limits: BFQ weight of one device" {
	modprobe bfq || skip "needs the BFQ scheduler"
	loop_up
	echo bfq >"/sys/block/${LOOP#/dev/}/queue/scheduler" || skip "the loop device takes no scheduler"
	update_config --argjson a "${LOOP_NUMBER%:*}" --argjson b "${LOOP_NUMBER#*:}" \
		'.linux.resources.blockIO = {"weight": 400, "weightDevice": [{"major": $a, "minor": $b, "weight": 300}]}'
	run_sleeper
	assert_eq "$(file io.bfq.weight)" "default 400"$'\n'"$LOOP_NUMBER 300"
}

@test "limits: pids.max" {
	res '{"pids": {"limit": 10}}'
	run_sleeper
	assert_eq "$(file pids.max)" 10
	ok strake delete --force "$ID"
	update_config '.linux.resources.pids.limit = -1'
	run_sleeper
	assert_eq "$(file pids.max)" max
}

@test "limits: pids.max holds" {
	res '{"pids": {"limit": 5}}'
	set_sh 'for i in 1 2 3 4 5 6 7 8; do sleep 1 & done; wait'
	strake_run
	assert_err_match "can't fork"
}

@test "limits: hugetlb" {
	local size
	size=$(basename /sys/fs/cgroup/system.slice/hugetlb.*.max 2>/dev/null | cut -d. -f2)
	size=2MB
	res "{\"hugepageLimits\": [{\"pageSize\": \"$size\", \"limit\": 4194304}]}"
	run_sleeper
	assert_eq "$(file hugetlb.$size.max)" 4194304
	[ ! -e "/sys/fs/cgroup$CGROUP_PARENT/$ID/hugetlb.$size.rsvd.max" ] ||
		! is_strake || assert_eq "$(file hugetlb.$size.rsvd.max)" 4194304
}

@test "limits: a huge page size that the machine does not have" {
	res '{"hugepageLimits": [{"pageSize": "3MB", "limit": 4194304}]}'
	not_ok strake_run
	assert_err_match 'hugetlb|3MB|page size'
	assert_nothing_left
}

@test "limits: rdma of a device that is not there" {
	requires cgroup_rdma
	res '{"rdma": {"mlx5_1": {"hcaHandles": 3, "hcaObjects": 100}}}'
	not_ok strake_run
	assert_err_match 'rdma'
	assert_nothing_left
}

@test "limits: unified" {
	res '{"unified": {"memory.high": "20971520", "memory.min": "4194304", "cgroup.max.depth": "7", "pids.max": "33"}}'
	run_sleeper
	assert_eq "$(file memory.high) $(file memory.min) $(file cgroup.max.depth) $(file pids.max)" '20971520 4194304 7 33'
}

@test "limits: what v1 alone has is ignored with a word" {
	strake_only "it says nothing"
	res '{"memory": {"limit": 33554432, "swappiness": 10}}'
	set_args true
	ok strake_run
	assert_has "$err" swappiness
	assert_has "$err" 'cgroup v1'
}

@test "limits: memory.max kills, and run's status says so" {
	res '{"memory": {"limit": 33554432}}'
	set_sh 'head -c 100m /dev/zero | tail >/dev/null; exit $?'
	strake_run
	assert_status 137
}

@test "limits: a killed container is explained" {
	strake_only "it says nothing"
	res '{"memory": {"limit": 33554432}}'
	set_args sh -c 'exec tail /dev/zero'
	strake_run
	assert_status 137
	assert_err_match 'OOM|out of memory'
}

@test "limits: too little memory to begin with" {
	strake_only "its words differ by version"
	res '{"memory": {"limit": 65536}}'
	not_ok strake_run
	assert_err_match 'OOM-killed|memory'
	assert_nothing_left
}

@test "limits: a kill in one container leaves its neighbour" {
	run_sleeper
	local other=$ID-b
	res '{"memory": {"limit": 33554432}}'
	update_config --arg id "$other" '.linux.cgroupsPath = "/strake-test/" + $id'
	set_sh 'tail /dev/zero; echo status $?'
	strake run --bundle "$BUNDLE" "$other"
	is_status running
}
