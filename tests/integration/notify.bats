# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154
#
# sd_notify(3) through the runtime: a systemd unit of Type=notify that starts a container.
load helpers

setup() {
	setup_bundle
	requires cmd_python3
	HOST=$T/host.sock
}

# Notes each datagram as a line; closes what comes with a barrier.
listener() {
	cat >"$T/listener.py" <<-'PY'
		import array, os, socket, sys
		s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		s.bind(sys.argv[1])
		with open(sys.argv[2], "w", buffering=1) as log:
		    while True:
		        text, anc, _, _ = s.recvmsg(4096, socket.CMSG_SPACE(4))
		        log.write(repr(text.decode()) + " %d\n" % len(anc))
		        for _, _, data in anc:
		            for fd in array.array("i", data):
		                os.close(fd)
	PY
	background python3 "$T/listener.py" "$HOST" "$T/heard"
	wait_for 10 test -S "$HOST"
}

# The container's side: socat is not in it, so the test speaks through init's root.
say() {
	local pid
	pid=$(init_pid)
	wait_for 10 test -S "/proc/$pid/root/run/notify/notify.sock"
	python3 - "$pid" "$1" <<-'PY'
		import os, socket, sys
		os.chroot("/proc/%s/root" % sys.argv[1])
		s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
		s.connect("/run/notify/notify.sock")
		s.send(sys.argv[2].encode())
	PY
}

notified() { NOTIFY_SOCKET=$HOST strake "$@"; }
notified_background() {
	NOTIFY_SOCKET=$HOST STRAKE_TEST_ID=$ID "$RUNTIME" --root "$ROOT" "$@" \
		</dev/null >"$T/bg.out" 2>"$T/bg.err" 3>&- 4>&- &
	BG=$!
	BACKGROUND+=("$BG")
}
has_ended() { ! kill -0 "$1" 2>/dev/null; }
# ends PID: a child of ours, within a time; its status is this one's.
ends() {
	wait_for 20 has_ended "$1"
	wait "$1"
}

@test "notify: create gives the variable and a read-only directory" {
	update_config '.process.env += ["NOTIFY_SOCKET=/the/config"]'
	set_sh 'echo "$NOTIFY_SOCKET"; touch /run/notify/x || echo refused; env | grep -c NOTIFY_SOCKET'
	listener
	ok notified create --bundle "$BUNDLE" "$ID"
	local created=$out_file
	ok notified start "$ID"
	wait_status stopped
	assert_eq "$(grep -v touch "$created")" $'/run/notify/notify.sock\nrefused\n1'
}

@test "notify: start waits for READY, passes it on with the pid, and nothing else" {
	set_args sleep 1000
	listener
	ok notified create --bundle "$BUNDLE" "$ID"
	notified_background start "$ID"
	wait_status running
	say $'STATUS=working\nMAINPID=1'
	sleep 0.3
	kill -0 "$BG" || fail "start has ended: $(cat "$T/bg.err")"
	# Others may work with the container meanwhile.
	ok strake exec "$ID" true
	say $'READY=1\nSTATUS=up\nMAINPID=1'
	ends "$BG"
	wait_for 5 grep -q BARRIER "$T/heard"
	assert_eq "$(cat "$T/heard")" "'READY=1\\n' 0
'MAINPID=$(init_pid)\\n' 0
'BARRIER=1' 1"
}

@test "notify: READY on any line of what the container says" {
	strake_only "runc looks at the first alone, and waits on"
	set_args sleep 1000
	listener
	ok notified create --bundle "$BUNDLE" "$ID"
	notified_background start "$ID"
	wait_status running
	say $'STATUS=up\nREADY=1\nMAINPID=1'
	ends "$BG"
	wait_for 5 grep -q BARRIER "$T/heard"
	assert_eq "$(head -n 1 "$T/heard")" "'READY=1\n' 0"
}

@test "notify: start does not wait for a container that has ended" {
	set_args true
	listener
	ok notified create --bundle "$BUNDLE" "$ID"
	ok notified start "$ID"
	assert_eq "$(cat "$T/heard" 2>/dev/null)" ""
}

@test "notify: run --detach waits too" {
	set_args sleep 1000
	listener
	notified_background run --detach --bundle "$BUNDLE" "$ID"
	wait_status running
	kill -0 "$BG"
	say READY=1
	ends "$BG"
	wait_for 5 grep -q "MAINPID=$(init_pid)" "$T/heard"
}

@test "notify: a host's socket whose path no address has room for" {
	strake_only "runc says that the argument is invalid"
	local dir
	dir=$T/$(printf '%0120d' 0)
	mkdir "$dir"
	set_args sleep 1000
	listener
	mv "$HOST" "$dir/sock"
	HOST=$dir/sock
	notified_background run --detach --bundle "$BUNDLE" "$ID"
	wait_status running
	say $'READY=1\n'
	ends "$BG"
	grep -q READY=1 "$T/heard"
}

@test "notify: run in the foreground names itself, and stays" {
	set_args sleep 1000
	listener
	notified_background run --bundle "$BUNDLE" "$ID"
	wait_status running
	say READY=1
	wait_for 5 grep -q "MAINPID=$BG" "$T/heard"
	is_status running
	ok strake kill "$ID" KILL
	ends "$BG" || [ $? = 137 ]
}

@test "notify: a host that does not listen does not hurt the container" {
	strake_only "runc fails the start of a running container"
	set_args sleep 1000
	ok notified create --bundle "$BUNDLE" "$ID"
	notified_background start "$ID"
	wait_status running
	say READY=1
	ends "$BG"
	grep -q "cannot be passed on" "$T/bg.err"
	is_status running
}

@test "notify: LISTEN_FDS brings its names along" {
	strake_only "runc drops LISTEN_FDNAMES"
	set_sh 'echo "$LISTEN_FDS $LISTEN_PID $LISTEN_FDNAMES"; cat <&3'
	echo content >"$T/given"
	CALLS=$((CALLS + 1)) out_file=$T/out.x
	# shellcheck disable=SC2016
	STRAKE_TEST_ID=$ID sh -c 'LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=door exec "$@"' -- \
		"$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" 3<"$T/given" </dev/null >"$out_file" 4>&-
	assert_eq "$(cat "$out_file")" $'1 1 door\ncontent'
}
