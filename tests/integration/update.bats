#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2154
load helpers

file() { cat "$(cgroup_dir "$1")/$2"; }
res() { update_config ".linux.resources += $1"; }
# update FLAG...: expects success.
update() { ok strake update "$@" "$ID"; }
# update_json JSON FLAG...: by --resources - and standard input.
update_json() {
	printf '%s\n' "$1" >"$T/in"
	shift
	STDIN=$T/in strake update --resources - "$@" "$ID"
}

@test "update v1: memory, reservation and swap" {
	requires cgroups_v1 cgroup_memory
	res '{"memory": {"limit": 33554432, "reservation": 16777216}}'
	run_sleeper
	update --memory 64m
	assert_eq "$(file memory memory.limit_in_bytes)" 67108864
	update --memory 67108863
	assert_eq "$(file memory memory.limit_in_bytes)" 67104768
	update --memory-reservation 33554432
	assert_eq "$(file memory memory.soft_limit_in_bytes)" 33554432
	update --memory=1.5G
	assert_eq "$(file memory memory.limit_in_bytes)" 1610612736
	update --memory -1
	[ "$(file memory memory.limit_in_bytes)" -gt 1000000000000000 ]
}

@test "update v1: memory and swap, up and down in one go" {
	requires cgroups_v1 cgroup_memory
	[ -e /sys/fs/cgroup/memory/memory.memsw.limit_in_bytes ] || skip "needs swap accounting"
	res '{"memory": {"limit": 33554432, "swap": 50331648}}'
	run_sleeper
	both() { echo "$(file memory memory.limit_in_bytes) $(file memory memory.memsw.limit_in_bytes)"; }
	update --memory 134217728 --memory-swap 268435456
	assert_eq "$(both)" '134217728 268435456'
	update --memory 16777216 --memory-swap 33554432
	assert_eq "$(both)" '16777216 33554432'
	# Memory above memory+swap is refused, and what was there stays.
	not_ok strake update --memory 67108864 "$ID"
	assert_eq "$(both)" '16777216 33554432'
	update --memory 67108864 --memory-swap -1
	[ "$(file memory memory.memsw.limit_in_bytes)" -gt 1000000000000000 ]
	update --memory 16777216 --memory-swap 33554432
	# No limit for memory is none for both.
	update --memory -1
	[ "$(file memory memory.memsw.limit_in_bytes)" -gt 1000000000000000 ]
}

@test "update v1: a memory limit below what is in use" {
	requires cgroups_v1 cgroup_memory
	set_sh 'dd if=/dev/zero of=/dev/shm/x bs=1M count=8 2>/dev/null; echo ready; sleep 1000'
	ok strake_run --detach
	wait_for 5 grep -q ready "$out_file"
	not_ok strake update --memory 1m "$ID"
	assert_err_match 'unable to set memory limit to 1048576 \(current usage: [0-9]+, peak usage: [0-9]+\)'
}

@test "update v1: cpu" {
	requires cgroups_v1 cgroup_cpu
	res '{"cpu": {"shares": 100, "quota": 500000, "period": 1000000}}'
	run_sleeper
	cpu() { echo "$(file cpu cpu.cfs_quota_us) $(file cpu cpu.cfs_period_us) $(file cpu cpu.shares)"; }
	update --cpu-quota 600000
	assert_eq "$(cpu)" '600000 1000000 100'
	update --cpu-period 900000
	assert_eq "$(cpu)" '600000 900000 100'
	update --cpu-share 200
	assert_eq "$(cpu)" '600000 900000 200'
	update --cpu-period 10000 --cpu-quota 3000
	assert_eq "$(cpu)" '3000 10000 200'
	update --cpu-quota -1
	assert_eq "$(cpu)" '-1 10000 200'
}

@test "update v1: cpu burst" {
	requires cgroups_v1 cgroup_cpu
	runc_since 1.5 "runc 1.1 has no --cpu-burst"
	run_sleeper
	[ -e "$(cgroup_dir cpu)/cpu.cfs_burst_us" ] || skip "needs cpu.cfs_burst_us (Linux 5.14)"
	update --cpu-period 900000 --cpu-quota 500000 --cpu-burst 300000
	assert_eq "$(file cpu cpu.cfs_burst_us)" 300000
	update --cpu-burst 0
	assert_eq "$(file cpu cpu.cfs_burst_us)" 0
}

@test "update v1: cpu idle" {
	requires cgroups_v1 cgroup_cpu
	runc_since 1.5 "runc 1.1 has no --cpu-idle"
	run_sleeper
	[ -e "$(cgroup_dir cpu)/cpu.idle" ] || skip "needs cpu.idle (Linux 5.15)"
	update --cpu-idle 1
	assert_eq "$(file cpu cpu.idle)" 1
	# What cannot be is an error.
	not_ok strake update --cpu-idle 2 "$ID"
	not_ok strake update --cpu-idle x "$ID"
	assert_has "$err" 'invalid value for cpu-idle: strconv.ParseInt: parsing \"x\": invalid syntax'
	update --cpu-idle 0
	assert_eq "$(file cpu cpu.idle)" 0
}

@test "update v1: cpuset" {
	requires cgroups_v1 cgroup_cpuset
	run_sleeper
	update --cpuset-cpus 0 --cpuset-mems 0
	assert_eq "$(file cpuset cpuset.cpus) $(file cpuset cpuset.mems)" '0 0'
}

@test "update v1: pids" {
	requires cgroups_v1 cgroup_pids
	res '{"pids": {"limit": 20}}'
	run_sleeper
	update --pids-limit 10
	assert_eq "$(file pids pids.max)" 10
	update --pids-limit -1
	assert_eq "$(file pids pids.max)" max
	update --pids-limit=0x20
	assert_eq "$(file pids pids.max)" 32
}

@test "update v1: everything from standard input, from a file" {
	requires cgroups_v1 cgroup_memory cgroup_cpu cgroup_pids
	local json='{"memory": {"limit": 33554432, "checkBeforeUpdate": true}, "cpu": {"shares": 300, "quota": 400000, "period": 800000, "cpus": "0", "mems": "0"}, "pids": {"limit": 15}, "devices": [{"allow": true, "access": "rwm"}]}'
	run_sleeper
	all() {
		echo "$(file memory memory.limit_in_bytes) $(file cpu cpu.shares) $(file cpu cpu.cfs_quota_us)" \
			"$(file cpu cpu.cfs_period_us) $(file pids pids.max)"
	}
	# The limits of the command line do not count then.
	ok update_json "$json" --memory 64m --pids-limit 99
	assert_eq "$(all)" '33554432 300 400000 800000 15'
	file devices devices.list >"$T/list"
	[ "$(grep -c '^a ' "$T/list")" = 0 ]
	echo '{"pids": {"limit": 16}, "cpu": {"quota": 300000}}' >"$T/res"
	ok strake update -r "$T/res" "$ID"
	assert_eq "$(all)" '33554432 300 300000 800000 16'
	echo '{"pids": {"limit": 17}}' >"$T/res"
	ok strake update --resources="$T/res" "$ID"
	assert_eq "$(all)" '33554432 300 300000 800000 17'
}

@test "update: json that is none, a file that is not there" {
	run_sleeper
	not_ok update_json '{"memory": '
	not_ok update_json '{"memory": {"limit": "many"}}'
	strake update --resources "$T/no-such" "$ID"
	assert_status 1
	assert_err_match 'no such file or directory'
}

@test "update: standard input that does not block" {
	requires cgroup_pids cmd_python3
	run_sleeper
	echo '{"pids": {"limit": 18}}' |
		"$REPO/tests/integration/nonblocking.py" 0 "$RUNTIME" --root "$ROOT" update -r - "$ID" >"$T/o" 2>&1 3>&- 4>&- ||
		fail "$(cat "$T/o")"
	assert_eq "$(file pids pids.max)" 18
}

@test "update: standard input that stays open" {
	requires cgroup_pids
	run_sleeper
	mkfifo "$T/fifo"
	exec 5<>"$T/fifo"
	# What follows the object is not looked at.
	echo '{"pids": {"limit": 19}} and more' >&5
	STDIN=$T/fifo CALL_TIMEOUT=5 ok strake update -r - "$ID"
	assert_eq "$(file pids pids.max)" 19
	exec 5>&-
	# A file is what it is as a whole.
	if is_strake; then
		not_ok update_json '{"pids": {"limit": 20}} and more'
		assert_eq "$(file pids pids.max)" 19
	fi
}

@test "update: limits that are no numbers" {
	run_sleeper
	strake update --memory lots "$ID"
	assert_status 1
	assert_has "$err" "invalid value for memory: invalid size: 'lots'"
	strake update --cpu-period -5 "$ID"
	assert_status 1
	assert_has "$err" 'invalid value for cpu-period: strconv.ParseUint: parsing \"-5\": invalid syntax'
	strake update --pids-limit many "$ID"
	assert_status 1
	assert_has "$err$out" 'invalid value'
}

@test "update: nothing given changes nothing" {
	run_sleeper
	update
	ok update_json '{}'
}

@test "update: kernel memory is ignored, with a warning" {
	runc_since 1.5 "runc 1.1 sets it"
	run_sleeper
	update --kernel-memory 50m --kernel-memory-tcp 60m
	assert_has "$err" 'Kernel memory settings are ignored and will be removed'
	ok update_json '{"memory": {"kernel": 1}}'
	assert_has "$err" 'Kernel memory settings are ignored and will be removed'
}

@test "update: created and paused containers too" {
	requires cgroups_v1 cgroup_pids
	set_args sleep 1000
	ok strake_create
	update --pids-limit 30
	assert_eq "$(file pids pids.max)" 30
	ok strake start "$ID"
	ok strake pause "$ID"
	update --pids-limit 31
	assert_eq "$(file pids pids.max)" 31
	is_status paused
	ok strake resume "$ID"
}

@test "update: a stopped container, and none" {
	run_sleeper
	ok strake kill "$ID" KILL
	wait_status stopped
	strake update --pids-limit 30 "$ID"
	assert_status 1
	assert_err_match 'container not running'
	strake update --pids-limit 30 no-such
	assert_status 1
	assert_err_match 'container does not exist'
	strake update
	assert_status 1
	assert_has "$err" 'requires exactly 1 argument'
}

@test "update: Intel RDT where there is none" {
	[ ! -d /sys/fs/resctrl/info ] || skip "needs a machine without Intel RDT"
	run_sleeper
	strake update --l3-cache-schema L3:0=f "$ID"
	assert_status 1
	assert_has "$err" 'Intel RDT/CAT: l3 cache schema is not enabled'
	strake update --mem-bw-schema MB:0=20 "$ID"
	assert_status 1
	assert_has "$err" 'Intel RDT/MBA: memory bandwidth schema is not enabled'
}

@test "update: a container of runc's" {
	requires cgroups_v1 cgroup_cpu cmd_runc
	strake_only "runc's own"
	res '{"cpu": {"quota": 500000, "period": 1000000}, "memory": {"limit": 33554432}}'
	set_args sleep 1000
	runc --root "$ROOT" run --detach --bundle "$BUNDLE" "$ID" >/dev/null 2>&1 </dev/null 3>&- 4>&-
	update --cpu-quota 300000
	assert_eq "$(jq -c .cpu "$ROOT/$ID/resources.json")" '{"quota":300000,"period":1000000}'
	assert_eq "$(jq -c .memory.limit "$ROOT/$ID/resources.json")" 33554432
	update --pids-limit 17
	assert_eq "$(file cpu cpu.cfs_quota_us) $(file pids pids.max)" '300000 17'
	# And the way back.
	runc --root "$ROOT" update --cpu-share 300 "$ID"
	assert_eq "$(file cpu cpu.shares)" 300
	runc --root "$ROOT" delete --force "$ID"
	[ ! -e "$ROOT/$ID" ]
}

@test "update: what is stored is not for others' eyes, and goes with the container" {
	strake_only "the file is ours"
	requires cgroup_pids
	run_sleeper
	update --pids-limit 30
	assert_eq "$(stat -c %a "$ROOT/$ID/resources.json")" 600
	assert_eq "$(jq .pids.limit "$ROOT/$ID/resources.json")" 30
}

@test "update v2: unified and what has a controller" {
	requires cgroups_v2
	run_sleeper
	ok update_json '{"unified": {"cgroup.max.depth": "9"}}'
	assert_eq "$(file x cgroup.max.depth)" 9
}

@test "update v2: memory, cpu, pids" {
	requires cgroups_v2 cgroup_memory cgroup_cpu cgroup_pids
	res '{"memory": {"limit": 33554432}, "cpu": {"quota": 500000, "period": 1000000}}'
	run_sleeper
	update --memory 64m --memory-reservation 32m --cpu-quota 600000 --pids-limit 10
	assert_eq "$(file x memory.max) $(file x memory.low) $(file x cpu.max) $(file x pids.max)" \
		'67108864 33554432 600000 1000000 10'
	update --cpu-period 900000 --memory -1 --pids-limit -1
	assert_eq "$(file x memory.max) $(file x cpu.max) $(file x pids.max)" 'max 600000 900000 max'
}

@test "update v2: a limit whose controller is not there" {
	requires cgroups_v2
	! grep -qw memory /sys/fs/cgroup/cgroup.controllers || skip "needs a cgroup2 without the memory controller"
	run_sleeper
	not_ok strake update --memory 64m "$ID"
	assert_has "$err" memory
}
