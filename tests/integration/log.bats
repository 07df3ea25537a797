#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Errors have two audiences: the log file, and the words on stderr.
load helpers

@test "log: without --log one text record on stderr" {
	not_ok strake state no-such
	assert_eq "$out" ''
	assert_err_match '^time="[0-9T:Z+-]+" level=error msg="container does not exist"$'
}

@test "log: --log-format json without --log" {
	not_ok strake_raw --root "$ROOT" --log-format json state no-such
	jq -e '.level == "error" and .msg == "container does not exist" and
		(.time | test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(Z|[+-][0-9:]{5})$"))' <<<"$err"
	assert_eq "$(wc -l <"$err_file")" 1
}

@test "log: --log has the record, stderr the bare words" {
	not_ok strake_raw --root "$ROOT" --log "$T/log" --log-format json state no-such
	assert_eq "$err" 'container does not exist'
	assert_eq "$(wc -l <"$T/log")" 1
	jq -e '.level == "error" and .msg == "container does not exist"' "$T/log"
	not_ok strake_raw --root "$ROOT" --log "$T/log" --log-format json state no-such
	assert_eq "$(wc -l <"$T/log")" 2
}

@test "log: a failed create leaves exactly one JSON object, whatever the message holds" {
	set_args $'/no/such "quoted"\n\tand more'
	not_ok strake_raw --root "$ROOT" --log "$T/log" --log-format json create --bundle "$BUNDLE" "$ID"
	assert_eq "$(jq -s 'map(select(.level == "error")) | length' "$T/log")" 1
	jq -es 'all(.level != null and .msg != null and .time != null)' "$T/log"
}

@test "log: exactly one line when create fails" {
	strake_only "runc 1.1.5 warns too"
	set_args /no/such
	not_ok strake_raw --root "$ROOT" --log "$T/log" --log-format json create --bundle "$BUNDLE" "$ID"
	assert_eq "$(wc -l <"$T/log")" 1
	assert_eq "$(wc -l <"$err_file")" 1
	assert_has "$(jq -r .msg "$T/log")" 'no such file or directory'
}

@test "log: success writes nothing" {
	set_args true
	strake_raw --root "$ROOT" --log "$T/log" --log-format json run --bundle "$BUNDLE" "$ID"
	assert_status 0
	assert_eq "$err" ''
	[ ! -s "$T/log" ]
}

@test "log: --debug says more, all of it in the format" {
	set_args true
	strake_raw --root "$ROOT" --debug --log "$T/log" --log-format json run --bundle "$BUNDLE" "$ID"
	assert_status 0
	jq -es 'length > 0 and all(.level == "debug" or .level == "info")' "$T/log"
	# Words that people look for in runc's logs.
	for words in "nsexec container setup" "child process in init()" "closing the pipe to signal"; do
		grep -qF "$words" "$T/log" || fail "no record: $words" "$(<"$T/log")"
	done
}

@test "log: an unknown format" {
	not_ok strake_raw --log-format yaml state x
	assert_err_match 'invalid log-format|unknown log-format'
}

@test "log: a file that cannot be opened" {
	not_ok strake_raw --root "$ROOT" --log /nonexistent/dir/log state x
	assert_err_match 'no such file or directory'
}

@test "log: the container cannot write to it" {
	requires payload_probe
	cp "$STRAKE_PAYLOAD/probe" "$BUNDLE/rootfs/probe"
	set_args /probe fds
	strake_raw --root "$ROOT" --log "$T/log" run --bundle "$BUNDLE" "$ID"
	assert_status 0
	assert_eq "$(grep -vc '^[012] ' "$out_file")" 0
}

@test "log: start errors name the container's process" {
	set_args nosuch
	not_ok strake_run
	assert_err_match 'exec: \\?"nosuch\\?": executable file not found in \$PATH'
	set_args /no/such
	not_ok strake_run
	assert_err_match 'no such file or directory'
}
