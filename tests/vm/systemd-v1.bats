#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The systemd cgroup driver where systemd was told to keep cgroup v1 (tests/vm/run --cgroup v1).
load helpers

setup() {
	requires systemd root cgroups_v1
	[ "$RUNTIME_NAME" != crun ] || skip "crun 1.8 puts everything in a sub-cgroup of the scope"
	setup_bundle
	UNIT=st-$ID.scope
	update_config --arg p "stest.slice:st:$ID" '.linux.cgroupsPath = $p'
}
teardown() {
	local rc=0
	teardown_bundle || rc=1
	[ -z "${UNIT:-}" ] || no_unit || { echo "the unit is left: $(systemctl status "$UNIT")" && rc=1; }
	return $rc
}

prop() { systemctl show "$UNIT" -p "$1" --value; }
no_unit() { [ "$(prop LoadState)" != loaded ] || [ "$(prop ActiveState)" = inactive ]; }
# file CONTROLLER NAME
file() { cat "/sys/fs/cgroup/$1/stest.slice/$UNIT/$2"; }
sd_run() { strake --systemd-cgroup run --bundle "$BUNDLE" "$@" "$ID"; }
sleeper() {
	set_args sleep 1000
	ok sd_run --detach
}

@test "systemd v1: a scope in every hierarchy" {
	local line
	sleeper
	assert_eq "$(prop ActiveState) $(prop Slice)" 'active stest.slice'
	while IFS=: read -r _ line path; do
		[ "$line" = name=systemd ] || [[ $line =~ cpu|memory|pids|devices|freezer|blkio ]] || continue
		assert_eq "$line $path" "$line /stest.slice/$UNIT"
	done <"/proc/$(init_pid)/cgroup"
}

@test "systemd v1: create, start, exec, pause, kill, delete" {
	set_args sleep 1000
	ok strake --systemd-cgroup create --bundle "$BUNDLE" "$ID"
	is_status created
	ok strake start "$ID"
	is_status running
	ok strake exec --detach "$ID" sleep 1000
	assert_eq "$(file memory cgroup.procs | wc -l) $(file freezer cgroup.procs | wc -l)" '2 2'
	ok strake pause "$ID"
	is_status paused
	assert_eq "$(file freezer freezer.state)" FROZEN
	ok strake resume "$ID"
	ok strake kill "$ID" KILL
	wait_status stopped
	ok strake delete "$ID"
	no_unit
	[ -z "$(find /sys/fs/cgroup -type d -name "$UNIT")" ]
}

@test "systemd v1: limits are the unit's and the kernel's" {
	res '{"memory": {"limit": 33554432}, "pids": {"limit": 42}, "cpu": {"shares": 512, "quota": 25000, "period": 50000, "cpus": "0"}}'
	sleeper
	assert_eq "$(prop MemoryLimit) $(prop TasksMax) $(prop CPUShares) $(prop CPUQuotaPerSecUSec)" '33554432 42 512 500ms'
	assert_eq "$(file memory memory.limit_in_bytes) $(file pids pids.max) $(file cpu cpu.shares)" '33554432 42 512'
	assert_eq "$(file cpu cpu.cfs_quota_us) $(file cpu cpu.cfs_period_us) $(file cpuset cpuset.cpus)" '25000 50000 0'
}

@test "systemd v1: limits hold after a daemon-reload, and kill" {
	res '{"memory": {"limit": 33554432}}'
	sleeper
	systemctl daemon-reload
	# Makes systemd apply what it knows.
	systemctl set-property --runtime "$UNIT" CPUAccounting=yes
	assert_eq "$(file memory memory.limit_in_bytes)" 33554432
	strake exec "$ID" sh -c 'exec tail /dev/zero'
	assert_status 137
}

@test "systemd v1: update changes the unit and the files" {
	res '{"memory": {"limit": 33554432}, "pids": {"limit": 42}}'
	sleeper
	ok strake update --memory 67108864 --pids-limit 50 --cpu-quota 30000 --cpu-period 100000 --cpu-share 2048 "$ID"
	assert_eq "$(prop MemoryLimit) $(prop TasksMax) $(prop CPUShares) $(prop CPUQuotaPerSecUSec)" '67108864 50 2048 300ms'
	assert_eq "$(file memory memory.limit_in_bytes) $(file pids pids.max) $(file cpu cpu.shares)" '67108864 50 2048'
	assert_eq "$(file cpu cpu.cfs_quota_us)" 30000
	is_status running
	assert_eq "$(file freezer freezer.state)" THAWED
}

@test "systemd v1: devices are allowed by a list, also after a daemon-reload" {
	strake_only "its unit has the device by a name that udev makes"
	res '{"devices": [{"allow": false, "access": "rwm"}, {"allow": true, "type": "c", "major": 10, "minor": 229, "access": "rw"}]}'
	sleeper
	for _ in 1 2; do
		file devices devices.list | grep -q '^c 10:229 rw$'
		file devices devices.list | grep -q '^c 1:3 rwm$'
		! file devices devices.list | grep -E '^(a|c 1:11)' || fail "a device too many"
		systemctl daemon-reload
	done
}

@test "systemd v1: unified is refused" {
	strake_only "its words"
	res '{"unified": {"memory.max": "33554432"}}'
	set_args true
	not_ok sd_run
	assert_err_match 'cannot use unified on cgroup v1'
	assert_nothing_left
}
