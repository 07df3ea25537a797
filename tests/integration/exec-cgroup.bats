#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# exec --cgroup: into a sub-cgroup of the container's, and never out of it.
load helpers

setup() {
	setup_bundle
	strake_only "runc before 1.1 has another rule for v1"
	run_sleeper
}

teardown() {
	[ -z "${sub:-}" ] || rmdir "$sub" 2>/dev/null || true
	teardown_bundle
}

@test "exec --cgroup: one controller of cgroup v1" {
	requires cgroups_v1
	sub=$(cgroup_dir pids)/sub
	mkdir "$sub"
	ok strake exec --cgroup pids:sub "$ID" cat /proc/self/cgroup
	assert_has "$out" ":pids:${sub#/sys/fs/cgroup/pids}"
	assert_not "$(grep -v :pids: <<<"$out")" /sub
}

@test "exec --cgroup: a path alone on cgroup v2" {
	requires cgroups_v2
	sub=$(cgroup_dir)/sub
	mkdir "$sub"
	ok strake exec --cgroup sub "$ID" cat /proc/self/cgroup
	assert_has "$out" "$ID/sub"
}

@test "exec --cgroup: what is missing or leads out is refused" {
	local arg
	for arg in nowhere ../../x /../.. :sub; do
		not_ok strake exec --cgroup "$arg" "$ID" true
		assert_status 255
	done
}
