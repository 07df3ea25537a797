#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# CPU affinity: the caller's mask stays the caller's.
load helpers

setup() {
	setup_bundle
	[ "$(nproc)" -ge 2 ] || skip "needs two CPUs"
	strake_only "runc before 1.2 hands the caller's mask on"
	allowed=$(sed -n 's/^Cpus_allowed_list:\t//p' /proc/1/status)
	taskset -p -c 0 "$BASHPID" >/dev/null
}

@test "affinity: a pinned caller does not hand its mask on" {
	set_sh 'sed -n "s/^Cpus_allowed_list:\t//p" /proc/self/status'
	ok strake_run
	assert_out "$allowed"
}

@test "affinity: nor to what exec starts" {
	run_sleeper
	ok strake exec "$ID" sed -n 's/^Cpus_allowed_list:\t//p' /proc/self/status
	assert_out "$allowed"
}
