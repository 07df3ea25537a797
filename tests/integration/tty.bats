#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Terminals: the console socket of detached containers, the relay in the foreground.
load helpers

# console MODE [ARG]: a listener in the background; SOCKET, CONSOLE_OUT and CONSOLE_ERR are its.
console() {
	requires payload_recvfd
	SOCKET=$T/sock.$CALLS CONSOLE_OUT=$T/console.out CONSOLE_ERR=$T/console.err
	"$STRAKE_PAYLOAD/recvfd" "$1" "$SOCKET" "${@:2}" </dev/null >"$CONSOLE_OUT" 2>"$CONSOLE_ERR" 3>&- &
	BACKGROUND+=($!)
	wait_for 5 test -S "$SOCKET"
}
with_terminal() { update_config '.process.terminal = true'; }
put_probe() {
	requires payload_probe
	cp "$STRAKE_PAYLOAD/probe" "$BUNDLE/rootfs/probe"
}
# in_pty COMMAND...: with a terminal as all three streams, which is also the controlling one.
in_pty() {
	requires cmd_script
	local rc=0
	STRAKE_TEST_ID=$ID timeout 60 script -qefc "$*" "$T/typescript" </dev/null >"$T/pty.out" 2>&1 3>&- || rc=$?
	status=$rc
	out=$(tr -d '\r\0' <"$T/pty.out") err=''
}

@test "console socket: one message, one descriptor, a terminal" {
	with_terminal
	set_sh 'tty; test -t 0 && test -t 1 && test -t 2 && echo all; readlink /proc/self/fd/0'
	console tty
	ok strake_create --console-socket "$SOCKET"
	ok strake start "$ID"
	wait_for 5 grep -q all "$CONSOLE_OUT"
	grep -q '^fds: 1$' "$CONSOLE_ERR"
	grep -q '^payload: .' "$CONSOLE_ERR"
	! grep -q surplus "$CONSOLE_ERR" || fail "more than one descriptor"
	grep -q '/dev/\(console\|pts/0\)' "$CONSOLE_OUT"
}

@test "console socket: create holds none of the caller's streams" {
	with_terminal
	set_args sleep 1000
	console tty
	STRAKE_TEST_ID=$ID timeout 20 "$RUNTIME" --root "$ROOT" create --bundle "$BUNDLE" \
		--console-socket "$SOCKET" "$ID" </dev/null 2>&1 3>&- | timeout 10 cat >"$T/piped"
	[ "${PIPESTATUS[1]}" = 0 ]
	is_status created
}

@test "console socket: run --detach, and what is typed arrives" {
	requires payload_recvfd
	with_terminal
	set_sh 'read -r line; echo "<$line>"; sleep 1000'
	mkfifo "$T/keys"
	"$STRAKE_PAYLOAD/recvfd" tty "$T/sock" <>"$T/keys" >"$T/console.out" 2>"$T/console.err" 3>&- &
	BACKGROUND+=($!)
	wait_for 5 test -S "$T/sock"
	ok strake_run --detach --console-socket "$T/sock"
	echo typed >"$T/keys"
	wait_for 5 grep -q '<typed>' "$T/console.out"
}

@test "console socket: consoleSize" {
	with_terminal
	put_probe
	update_config '.process.consoleSize = {"height": 33, "width": 77}'
	set_args /probe winsize
	console tty
	ok strake_run --detach --console-socket "$SOCKET"
	wait_for 5 grep -q '33 77' "$CONSOLE_OUT"
}

@test "tty: consoleSize in the foreground, where the caller's terminal has no size, and where it has one" {
	strake_only "runc takes the caller's size, none as well"
	with_terminal
	put_probe
	update_config '.process.consoleSize = {"height": 33, "width": 77}'
	set_args /probe winsize
	in_pty "stty rows 0 cols 0; $RUNTIME --root $ROOT run --bundle $BUNDLE $ID"
	assert_has "$out" '33 77'
	in_pty "stty rows 21 cols 42; $RUNTIME --root $ROOT run --bundle $BUNDLE $ID"
	assert_has "$out" '21 42'
}

@test "console socket: exec" {
	run_sleeper
	console tty
	ok strake exec --tty --detach --console-socket "$SOCKET" "$ID" sh -c 'tty; echo done'
	wait_for 5 grep -q done "$CONSOLE_OUT"
}

@test "console socket: mode and group of the pty (LXC 2013)" {
	with_terminal
	set_sh 'stat -L -c "%a %g" /proc/self/fd/0; echo done'
	console tty
	ok strake_run --detach --console-socket "$SOCKET"
	wait_for 5 grep -q done "$CONSOLE_OUT"
	grep -q '^620 5' "$CONSOLE_OUT"
}

@test "console socket: a non-root process owns its terminal" {
	with_terminal
	update_config '.process.user = {"uid": 1000, "gid": 1000}'
	set_sh 'stat -L -c %u /proc/self/fd/0; echo x >/dev/console && echo done'
	console tty
	ok strake_run --detach --console-socket "$SOCKET"
	wait_for 5 grep -q done "$CONSOLE_OUT"
	grep -q '^1000' "$CONSOLE_OUT"
}

@test "console socket: missing where it is needed, given where it is not" {
	with_terminal
	not_ok strake_create
	assert_err_match 'cannot allocate tty if .* will detach without setting console socket'
	not_ok strake_run --detach
	assert_err_match 'cannot allocate tty if .* will detach without setting console socket'
	update_config '.process.terminal = false'
	not_ok strake_create --console-socket "$T/none"
	assert_err_match 'cannot use console socket if .* will not detach or allocate tty'
	assert_nothing_left
}

# listen_in DIRECTORY MODE: as console(), with a socket of a relative name.
listen_in() {
	requires payload_recvfd
	(cd "$1" && exec "$STRAKE_PAYLOAD/recvfd" "$2" sock </dev/null >"$T/console.out" 2>"$T/console.err" 3>&-) &
	BACKGROUND+=($!)
	wait_for 5 test -S "$1/sock"
}

@test "console socket: a relative name begins at the bundle" {
	local deep
	deep=$T/$(printf 'd%.0s' {1..120})
	with_terminal
	set_sh 'echo done; sleep 1000'
	mv "$BUNDLE" "$deep"
	cd "$T"
	listen_in "$deep" tty
	ok strake create --bundle "$deep" --console-socket sock --pid-file pid "$ID"
	[ -s "$T/pid" ]
	ok strake start "$ID"
	wait_for 5 grep -q done "$T/console.out"
	ok strake delete --force "$ID"
	rm -f "$deep/sock" "$T/console.out"
	listen_in "$deep" tty
	ok strake run --bundle "${deep##*/}" --detach --console-socket ./sock "$ID"
	wait_for 5 grep -q done "$T/console.out"
	ok strake delete --force "$ID"
	rm -f "$deep/sock" "$T/console.out"
	# Without --bundle that is the working directory.
	cd "$deep"
	listen_in . tty
	ok strake run --detach --console-socket sock "$ID"
	wait_for 5 grep -q done "$T/console.out"
}

@test "console socket: of exec a relative name begins at the working directory" {
	run_sleeper
	jq '.process | .terminal = true | .args = ["sh", "-c", "echo done"]' <"$BUNDLE/config.json" >"$T/process.json"
	cd "$T"
	listen_in . tty
	ok strake exec -p process.json --detach --console-socket sock "$ID"
	wait_for 5 grep -q done "$T/console.out"
}

@test "pidfd socket: a relative name begins at the bundle" {
	runc_since 1.5 "runc 1.1.5 has no --pidfd-socket"
	set_args sleep 1000
	cd "$T"
	listen_in "$BUNDLE" fd
	ok strake_create --pidfd-socket sock
	wait_for 5 grep -q Pid: "$T/console.out"
}

@test "console socket: nobody listens" {
	with_terminal
	not_ok strake_create --console-socket "$T/none"
	assert_nothing_left
}

@test "pidfd socket: gets init's pidfd" {
	runc_since 1.5 "runc 1.1.5 has no --pidfd-socket"
	set_args sleep 1000
	console fd
	ok strake_create --pidfd-socket "$SOCKET"
	wait_for 5 grep -q Pid: "$CONSOLE_OUT"
	assert_eq "$(sed -n 1p "$CONSOLE_OUT")" standard
	assert_eq "$(sed -n 's/^Pid:\t//p' "$CONSOLE_OUT")" "$(init_pid)"
}

@test "pidfd socket: who gets it finds the container's network" {
	strake_only "its own order"
	requires cmd_python3
	# What it sees in the first moment.
	python3 -c '
import os, re, socket, sys
s = socket.socket(socket.AF_UNIX)
s.bind(sys.argv[1])
s.listen()
while True:
    with s.accept()[0] as c:
        fd = socket.recv_fds(c, 64, 1)[1][0]
        pid = re.search("Pid:\t(\\d+)", open(f"/proc/self/fdinfo/{fd}").read())[1]
        print(os.readlink(f"/proc/{pid}/ns/net"), flush=True)
        os.close(fd)
' "$T/pidfd" >"$T/seen" </dev/null 3>&- &
	BACKGROUND+=($!)
	wait_for 10 test -S "$T/pidfd"
	local try
	seen() { [ "$(wc -l <"$T/seen")" = "$try" ]; }
	for try in 1 2 3 4 5; do
		ok strake_create --pidfd-socket "$T/pidfd"
		readlink "/proc/$(init_pid)/ns/net" >>"$T/right"
		wait_for 10 seen
		ok strake delete --force "$ID"
	done
	assert_eq "$(cat "$T/seen")" "$(cat "$T/right")"
}

@test "tty: run in the foreground on a terminal" {
	with_terminal
	set_sh 'tty; echo hello; exit 5'
	in_pty "$RUNTIME --root $ROOT run --bundle $BUNDLE $ID"
	assert_status 5
	assert_has "$out" hello
	assert_has "$out" /dev/
	assert_nothing_left
}

@test "tty: exec -t on a terminal" {
	run_sleeper
	in_pty "$RUNTIME --root $ROOT exec -t $ID sh -c 'test -t 0 && echo is-tty; exit 6'"
	assert_status 6
	assert_has "$out" is-tty
}

# More than a pipe holds, and not so much that the process would have to wait for its reader, too.
MUCH='i=0; while [ $i -lt 2900 ]; do echo "line $i of the output"; i=$((i + 1)); done; echo THE-END'

@test "tty: a slow reader gets all of run's output" {
	with_terminal
	set_sh "$MUCH"
	STRAKE_TEST_ID=$ID timeout 60 "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" \
		</dev/null 2>"$T/slow.err" 3>&- | (sleep 3 && cat) >"$T/slow"
	[ "${PIPESTATUS[0]}" = 0 ]
	assert_eq "$(tail -n 1 "$T/slow" | tr -d '\r')" THE-END
	assert_eq "$(wc -l <"$T/slow")" 2901
}

@test "tty: a slow reader gets all of exec -t's output" {
	run_sleeper
	STRAKE_TEST_ID=$ID timeout 60 "$RUNTIME" --root "$ROOT" exec -t "$ID" sh -c "$MUCH" \
		</dev/null 2>"$T/slow.err" 3>&- | (sleep 3 && cat) >"$T/slow"
	[ "${PIPESTATUS[0]}" = 0 ]
	assert_eq "$(wc -l <"$T/slow")" 2901
}

@test "tty: the wait for a reader ends by a signal, and with the reader" {
	strake_only "runc waits on"
	local how pid rc
	with_terminal
	set_sh "$MUCH; exit 9"
	mkfifo "$T/unread"
	for how in TERM HUP gone; do
		exec 7<>"$T/unread" 8<"$T/unread"
		STRAKE_TEST_ID=$ID "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" \
			</dev/null >"$T/unread" 2>"$T/unread.err" 3>&- 7>&- 8<&- &
		pid=$!
		BACKGROUND+=("$pid")
		exec 7>&-
		wait_status stopped
		sleep 1.5
		kill -0 "$pid" || fail "it did not wait"
		[ "$how" = gone ] || kill -s "$how" "$pid"
		[ "$how" != gone ] || exec 8<&-
		rc=0
		timeout 10 tail --pid="$pid" -f /dev/null || fail "$how does not end it"
		wait "$pid" || rc=$?
		assert_eq "$how $rc" "$how 9"
		exec 8<&-
	done
}

@test "tty: ONLCR is cleared in the foreground" {
	with_terminal
	put_probe
	set_args /probe onlcr
	in_pty "$RUNTIME --root $ROOT run --bundle $BUNDLE $ID"
	assert_has "$out" 'no onlcr'
}

@test "tty: /dev/console is the terminal" {
	with_terminal
	set_sh 'test -c /dev/console && echo to-console >/dev/console; grep -c " /dev/console " /proc/self/mountinfo'
	in_pty "$RUNTIME --root $ROOT run --bundle $BUNDLE $ID"
	assert_has "$out" to-console
}

@test "tty: the container's session is its own" {
	with_terminal
	set_sh 'echo session $(cut -d" " -f6 /proc/self/stat)'
	in_pty "$RUNTIME --root $ROOT run --bundle $BUNDLE $ID"
	assert_has "$out" "session 1"
}

@test "tiocsti: a payload cannot push input into the caller's terminal" {
	put_probe
	set_args /probe tiocsti
	in_pty "$RUNTIME --root $ROOT run --bundle $BUNDLE $ID"
	[[ $out =~ EPERM|ENOTTY|EIO ]]
}
