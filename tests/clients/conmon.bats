#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# conmon without an engine above it, as CRI-O and podman call it: create, exec, and the exit status in
# a file, with a terminal and without.

load helpers

engine_clean()
{
	"$RT" --root "$ROOT" delete -f box
}

setup_file()
{
	export REFERENCE_RT=$REFERENCE CANDIDATE_RT=$WORK/as/runc
}

setup()
{
	needs conmon jq
}

# bundle TERMINAL ARG...: what is to run.
bundle()
{
	local terminal=$1

	shift
	ROOT=$BATS_TEST_TMPDIR/root BUNDLE=$BATS_TEST_TMPDIR/bundle
	rm -rf "$ROOT" "$BUNDLE"
	mkdir -p "$ROOT" "$BUNDLE/exits"
	(cd "$BUNDLE" && "$REFERENCE_RT" spec) || return
	jq --arg r "$WORK/rootfs" --arg c "/$PARENT/conmon" --argjson t "$terminal" '.root.path = $r |
		.process.args = $ARGS.positional | .process.terminal = $t | .linux.cgroupsPath = $c | del(.process.rlimits)' \
		--args -- "$@" <"$BUNDLE/config.json" >"$BUNDLE/new" && mv "$BUNDLE/new" "$BUNDLE/config.json"
}

# c OPTION...: conmon reports the pid, or less than 0, on the descriptor that _OCI_SYNCPIPE names, and goes
# into the background; that it can is told to it by _OCI_STARTPIPE's end.
c()
{
	local sync=$BATS_TEST_TMPDIR/sync

	: >"$sync"
	_OCI_SYNCPIPE=5 timeout 60 conmon --api-version 1 -c box -u "$(printf '%064d' 0)" -n box -b "$BUNDLE" -r "$RT" \
		--runtime-arg --root --runtime-arg "$ROOT" --exit-dir "$BUNDLE/exits" --full-attach --log-level error \
		--socket-dir-path "$BUNDLE" "$@" 5>"$sync" </dev/null >/dev/null
	eventually test -s "$sync"
	jq -c 'if (.pid // .data) > 0 then "has a pid" else . end' "$sync"
}

# lines FILE: of conmon's own log format, without the time; a line may come in parts ("P").
lines()
{
	tr -d '\r' <"$1" | awk '{ tag = $3; stream = $2; sub(/^[^ ]+ [^ ]+ [PF] /, ""); text[stream] = text[stream] $0 }
		tag == "F" { print stream ": " text[stream]; text[stream] = "" }'
}

# s_life TERMINAL [OPTION...]
s_life()
{
	bundle "$1" sh -c 'tty >/dev/null && echo on a terminal; echo out; echo err >&2; exit 7'
	shift
	c -p "$BUNDLE/pid" -P "$BUNDLE/conmon-pid" -l "k8s-file:$BUNDLE/log" "$@"
	"$RT" --root "$ROOT" state box | jq -c .status
	[ "$(cat "$BUNDLE/pid")" = "$("$RT" --root "$ROOT" state box | jq .pid)" ] && echo the same pid
	"$RT" --root "$ROOT" start box
	echo "start $?"
	eventually test -s "$BUNDLE/exits/box"
	echo "exit $(cat "$BUNDLE/exits/box")"
	lines "$BUNDLE/log" | sort
	"$RT" --root "$ROOT" delete box
	echo "delete $?"
	eventually eval '! kill -0 "$(cat "$BUNDLE/conmon-pid")" 2>/dev/null'
}

@test "conmon: a container without a terminal" {
	both s_life false
	has '"has a pid"' '"created"' 'the same pid' 'start 0' 'stdout: out' 'stderr: err' 'exit 7' 'delete 0'
}

@test "conmon: a container on a terminal" {
	both s_life true -t
	has '"has a pid"' '"created"' 'start 0' 'stdout: on a terminal' 'stdout: out' 'stdout: err' 'exit 7' 'delete 0'
}

@test "conmon: a create that fails is told" {
	s_fails() {
		bundle false no-such-command
		c -p "$BUNDLE/pid" -l "k8s-file:$BUNDLE/log" | grep -o 'executable file not found in $PATH'
		"$RT" --root "$ROOT" state box >/dev/null 2>&1
		echo "state $?"
	}
	both s_fails
	has 'executable file not found in $PATH' 'state 1'
}

# s_exec TERMINAL [OPTION...]: a second conmon for a second process.
s_exec()
{
	local terminal=$1

	shift
	bundle false sleep 1000
	c -p "$BUNDLE/pid" -l "k8s-file:$BUNDLE/log"
	"$RT" --root "$ROOT" start box
	jq '.process | .args = ["sh", "-c", "tty >/dev/null && echo on a terminal; echo out; exit 5"] | .terminal = $t' \
		--argjson t "$terminal" "$BUNDLE/config.json" >"$BUNDLE/process.json"
	c -e --exec-process-spec "$BUNDLE/process.json" -p "$BUNDLE/exec-pid" -P "$BUNDLE/exec-conmon" \
		-l "k8s-file:$BUNDLE/exec-log" "$@"
	eventually test -s "$BUNDLE/exits/box"
	echo "exit $(cat "$BUNDLE/exits/box")"
	lines "$BUNDLE/exec-log"
	"$RT" --root "$ROOT" delete -f box
	echo "delete $?"
}

@test "conmon: exec without a terminal" {
	both s_exec false
	has 'exit 5' 'stdout: out' 'delete 0'
}

@test "conmon: exec on a terminal" {
	both s_exec true -t
	has 'exit 5' 'stdout: on a terminal' 'stdout: out' 'delete 0'
}
