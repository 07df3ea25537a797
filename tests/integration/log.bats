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
	runc_since 1.5 "runc 1.1.5 warns too"
	is_strake || requires cgroup_memory # runc warns that it cannot count OOM kills
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

# daemon PATH LOG ARG...: a call with somebody at PATH who writes down what comes, in a mount namespace
# where nobody else is: /run and /dev are empty.
daemon() {
	requires cmd_python3
	cat >"$T/daemon.py" <<-'PY'
		import os, socket, subprocess, sys
		path, log, *call = sys.argv[1:]
		os.makedirs(os.path.dirname(path), exist_ok=True)
		s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		s.settimeout(0)
		if log:
		    s.bind(path)
		subprocess.call(call, stdin=subprocess.DEVNULL)
		with open(log or os.devnull, "wb") as f:
		    while log:
		        try:
		            f.write(s.recv(65536) + b"\n--\n")
		        except BlockingIOError:
		            break
	PY
	local at=$1 log=$2
	shift 2
	last_command="$RUNTIME_NAME $*" status=0
	# shellcheck disable=SC2016
	unshare -m --propagation private sh -ec 'mount -t tmpfs tmpfs /run && mount -t tmpfs tmpfs /dev &&
		mknod -m 666 /dev/null c 1 3 && exec python3 "$@"' -- \
		"$T/daemon.py" "$at" "$log" "$RUNTIME" --root "$ROOT" "$@" >"$T/daemon.out" 2>"$T/daemon.err" 3>&- 4>&- || status=$?
	out=$(cat "$T/daemon.out") err=$(cat "$T/daemon.err")
}

@test "log: --log journald:NAME sends records to systemd's journal" {
	strake_only "a flag of crun"
	daemon /run/systemd/journal/socket "$T/heard" --log journald:mine --debug state no-such
	assert_eq "$err" 'container does not exist'
	# The last record: its fields, and the message by its length.
	assert_eq "$(tail -n 6 "$T/heard" | tr -d '\0' | sed 's/^\x18//')" \
		$'PRIORITY=3\nSYSLOG_IDENTIFIER=mine\nMESSAGE\ncontainer does not exist\n\n--'
	daemon /run/systemd/journal/socket "$T/heard" --log journald: state no-such
	grep -qx SYSLOG_IDENTIFIER=strake "$T/heard"
	daemon /run/systemd/journal/socket '' --log journald:mine state no-such
	assert_has "$err" '--log journald: connect to /run/systemd/journal/socket: no such file or directory'
	daemon /run/systemd/journal/socket "$T/heard" --log $'journald:mine\nPRIORITY=0' state no-such
	assert_has "$err" 'invalid --log'
	[ ! -s "$T/heard" ]
}

@test "log: --log syslog:NAME sends records to syslog" {
	strake_only "a flag of crun"
	# It may be midnight.
	local day before
	before=$(LC_ALL=C date '+%h %e')
	daemon /dev/log "$T/heard" --log syslog:mine state no-such
	assert_eq "$err" 'container does not exist'
	# LOG_USER, LOG_ERR.
	day=$(LC_ALL=C date '+%h %e')
	grep -xE "<11>($before|$day) [0-9]{2}:[0-9]{2}:[0-9]{2} mine\[[0-9]+\]: container does not exist" "$T/heard" ||
		fail "another record was sent" "$(cat "$T/heard")"
	daemon /dev/log '' --log syslog:mine state no-such
	assert_has "$err" '--log syslog: connect to /dev/log: no such file or directory'
}

@test "log: --log file:PATH is that file" {
	strake_only "a flag of crun"
	not_ok strake_raw --root "$ROOT" --log "file:$T/log" state no-such
	assert_has "$(cat "$T/log")" 'container does not exist'
}
