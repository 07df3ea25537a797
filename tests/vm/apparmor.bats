#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helpers

setup() {
	in_vm
	aa-status --enabled || skip "needs AppArmor"
	apparmor_parser -r <<-'P'
		profile strake-test flags=(attach_disconnected,mediate_deleted) {
			network, capability, file, signal, umount, mount, pivot_root,
			audit deny /tmp/secret rw,
		}
		profile strake-other flags=(attach_disconnected,mediate_deleted) { network, capability, file, signal, }
	P
	setup_bundle
	echo x >"$BUNDLE/rootfs/tmp/secret"
}
profile() { update_config --arg p "$1" '.process.apparmorProfile = $p'; }

@test "apparmor: init is confined" {
	profile strake-test
	set_sh 'cat /proc/self/attr/current; cat /tmp/secret || echo denied'
	ok strake_run
	assert_out $'strake-test (enforce)\ndenied'
}

@test "apparmor: without new privileges too, and with them" {
	profile strake-test
	update_config '.process.noNewPrivileges = false'
	set_sh 'cat /proc/self/attr/current'
	ok strake_run
	assert_out 'strake-test (enforce)'
}

@test "apparmor: exec has the container's profile" {
	profile strake-test
	run_sleeper
	ok strake exec "$ID" cat /proc/self/attr/current
	assert_out 'strake-test (enforce)'
	not_ok strake exec "$ID" cat /tmp/secret
	assert_has "$err" 'ermission denied'
}

@test "apparmor: exec has a profile of its own" {
	profile strake-test
	run_sleeper
	ok strake exec --apparmor strake-other "$ID" cat /proc/self/attr/current
	assert_out 'strake-other (enforce)'
}

@test "apparmor: unconfined" {
	profile unconfined
	set_sh 'cat /proc/self/attr/current'
	ok strake_run
	assert_out unconfined
}

@test "apparmor: without securityfs, as podman runs us for a user namespace" {
	profile strake-test
	set_sh 'cat /proc/self/attr/current'
	run unshare --mount sh -ec 'umount /sys/kernel/security; exec "$@"' - "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
	assert_eq "$output" 'strake-test (enforce)'
}

@test "apparmor: none asked for" {
	set_sh 'cat /proc/self/attr/current'
	ok strake_run
	assert_out unconfined
}

@test "apparmor: a profile that is not loaded is refused" {
	profile strake-missing
	not_ok strake_run
	# The others name the file that they could not write.
	! is_strake || assert_has "$err" 'strake-missing is not loaded: no such file or directory'
	assert_nothing_left
}

@test "apparmor: exec refuses a profile that is not loaded" {
	run_sleeper
	not_ok strake exec --apparmor strake-missing "$ID" true
	! is_strake || assert_has "$err" strake-missing
	is_status running
}

@test "apparmor: features says that it is there" {
	strake_only "older"
	ok strake features
	assert_eq "$(jq .linux.apparmor.enabled <<<"$out")" true
}

@test "apparmor: a profile in complain mode" {
	apparmor_parser -rC <<<'profile strake-complain flags=(attach_disconnected) { file, }'
	profile strake-complain
	set_sh 'cat /proc/self/attr/current'
	ok strake_run
	assert_out 'strake-complain (complain)'
}
