#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helpers

@test "pid file: digits alone, of init" {
	set_args sleep 1000
	ok strake_create --pid-file "$T/pid"
	[[ $(od -An -c "$T/pid" | tr -d ' \n') =~ ^[0-9]+$ ]]
	assert_eq "$(cat "$T/pid")" "$(init_pid)"
	assert_eq "$(stat -c %a "$T/pid")" 644
}

@test "pid file: a relative name is the caller's, not the bundle's" {
	set_args sleep 1000
	cd "$T"
	ok strake_create --pid-file pid
	[ -s "$T/pid" ]
}

@test "pid file: an older one is replaced" {
	set_args sleep 1000
	: >"$T/pid"
	ok strake_create --pid-file "$T/pid"
	[ -s "$T/pid" ]
}

@test "pid file: a failed create makes none, and leaves nothing else" {
	set_args /no/such
	not_ok strake_create --pid-file "$T/pid"
	[ ! -e "$T/pid" ]
	assert_eq "$(find "$T" -maxdepth 1 -name '.*' -type f)" ''
	assert_nothing_left
}

@test "pid file: when it cannot be written, nothing is left" {
	set_args sleep 1000
	not_ok strake_create --pid-file "$T/no/such/pid"
	assert_nothing_left
}
