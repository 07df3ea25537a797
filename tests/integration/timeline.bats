#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# --timeline FILE: where the time of a command goes.
load helpers

# spans EXPRESSION: of the spans in $T/line.json, as jq sees them ($spans is the list).
spans() { jq -e '[.traceEvents[] | select(.ph == "X")] as $spans | '"$1" "$T/line.json" >/dev/null; }
has() { spans 'any($spans[]; .name == "'"$1"'" and .tid == '"$2"')' || fail "no \"$1\" of role $2"; }

@test "timeline: run, its parent and its init" {
	strake_only "its own option"
	set_args true
	ok strake --timeline "$T/line.json" run --bundle "$BUNDLE" "$ID"
	has run 0
	has "reading and checking the config" 0
	has clone 0
	has "removing the container" 0
	has mounting 2
	has "changing the root filesystem" 2
	has execve 2
	spans 'all($spans[]; .dur >= 0 and .ts >= 0)'
	# Init comes after the clone began, and the payload before the container is removed.
	spans '($spans[] | select(.name == "clone").ts) as $clone |
		($spans[] | select(.name == "removing the container").ts) as $last |
		all($spans[] | select(.tid == 2); .ts >= $clone and .ts <= $last)'
	# What viewers call the rows.
	jq -e '[.traceEvents[] | select(.name == "thread_name").args.name] == ["parent", "stage", "init"]' \
		"$T/line.json"
}

@test "timeline: the other commands, and after the command's name" {
	strake_only "its own option"
	run_sleeper
	ok strake exec --timeline "$T/line.json" "$ID" true
	has exec 0
	has "opening the container" 0
	has "entering the namespaces of the container" 2
	has execve 2
	ok strake --timeline "$T/line.json" state "$ID"
	has state 0
	ok strake --timeline "$T/line.json" delete --force "$ID"
	has "killing init" 0
	has "removing the container" 0
}

@test "timeline: a command that fails has one too, a wrong file is told at once" {
	strake_only "its own option"
	set_args /no/such/program
	not_ok strake --timeline "$T/line.json" run --bundle "$BUNDLE" "$ID"
	has "finding the program" 2
	not_ok strake --timeline "$T/no/line.json" run --bundle "$BUNDLE" "$ID"
	assert_err_match "open $T/no/line.json: no such file or directory"
}

@test "timeline: the stage has its row" {
	strake_only "its own option"
	requires timens
	# A user namespace beside one that is joined needs the stage.
	background unshare --net sleep 100
	local pid=$!
	wait_for 10 test -e "/proc/$pid/ns/net"
	update_config --arg p "/proc/$pid/ns/net" '(.linux.namespaces[] | select(.type == "network")).path = $p |
		.linux.namespaces += [{type: "user"}] |
		.linux.uidMappings = [{containerID: 0, hostID: 0, size: 65536}] | .linux.gidMappings = .linux.uidMappings |
		.mounts |= map(select(.type != "sysfs")) | .linux.maskedPaths = []'
	set_args true
	strake --timeline "$T/line.json" run --bundle "$BUNDLE" "$ID"
	spans 'any($spans[]; .tid == 1)' || fail "no span of the stage" "$(show)"
}
