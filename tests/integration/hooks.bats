#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# All six kinds: when, where, with what on stdin, and what a failure does.
load helpers

# hook KIND SCRIPT: adds one that runs on the host's files (not for startContainer).
hook() {
	update_config --arg k "$1" --arg s "$2" \
		'.hooks[$k] = ((.hooks[$k] // []) + [{"path": "/bin/sh", "args": ["sh", "-c", $s], "env": ["PATH=/usr/bin:/bin"]}])'
}
HOST_KINDS="prestart createRuntime createContainer poststart poststop"

@test "hooks: the order, and the status that each sees" {
	strake_only "runc runs poststart with another status"
	local k
	for k in $HOST_KINDS; do
		hook $k "echo $k \$(jq -r .status) >>$T/order"
	done
	set_sh 'echo payload; sleep 0.3'
	ok strake_create
	assert_eq "$(cat "$T/order")" $'prestart created\ncreateRuntime creating\ncreateContainer creating'
	ok strake start "$ID"
	wait_status stopped
	ok strake delete "$ID"
	assert_eq "$(tail -n +4 "$T/order")" $'poststart running\npoststop stopped'
}

@test "hooks: the caller's umask, and signals as a fresh process has them" {
	local k
	for k in $HOST_KINDS; do
		hook $k "echo $k \$(umask) \$(grep -cE '^Sig(Blk|Ign):.*0{16}' /proc/self/status) >>$T/seen"
	done
	set_args true
	(umask 027 && trap '' PIPE HUP && ok strake_create && ok strake start "$ID" && wait_status stopped && ok strake delete "$ID")
	assert_eq "$(cat "$T/seen")" "$(for k in $HOST_KINDS; do echo "$k 0027 2"; done)"
}

@test "hooks: the order alone" {
	runc_since 1.5 "runc 1.1.5 runs poststart at create"
	local k
	for k in $HOST_KINDS; do hook $k "echo $k >>$T/order"; done
	ok strake_create
	assert_eq "$(tr '\n' ' ' <"$T/order")" 'prestart createRuntime createContainer '
	ok strake start "$ID"
	wait_status stopped
	ok strake delete "$ID"
	assert_eq "$(tr '\n' ' ' <"$T/order")" 'prestart createRuntime createContainer poststart poststop '
}

@test "hooks: several of a kind run in their order" {
	hook createRuntime "echo 1 >>$T/order"
	hook createRuntime "echo 2 >>$T/order"
	hook createRuntime "echo 3 >>$T/order"
	ok strake_create
	assert_eq "$(tr '\n' ' ' <"$T/order")" '1 2 3 '
}

@test "hooks: a poststop hook that delete cannot find out about is told of" {
	strake_only "the order of system calls is its own"
	requires cmd_strace
	local at
	hook poststop "touch $T/stopped"
	set_args true
	# Which of its calls opens the config: the one that has it is found first.
	ok strake_run --keep
	strace -qq -o "$T/trace" -e trace=openat "$RUNTIME" --root "$ROOT" delete "$ID" </dev/null >"$T/o" 2>&1 3>&- 4>&-
	at=$(grep -n '"config.json"' "$T/trace" | head -n 1 | cut -d : -f 1)
	rm "$T/stopped"
	ok strake_run --keep
	strace -qq -o "$T/trace" -e trace=openat -e "inject=openat:error=EMFILE:when=$at" \
		"$RUNTIME" --root "$ROOT" delete "$ID" </dev/null >"$T/o" 2>&1 3>&- 4>&-
	[ ! -e "$T/stopped" ]
	assert_has "$(cat "$T/o")" "poststop hooks are not run: open $ROOT/$ID/config.json: too many open files"
	assert_nothing_left
}

@test "hooks: the state on stdin" {
	update_config '.annotations = {"x": "y"}'
	local k
	for k in prestart createRuntime poststart poststop; do hook $k "cat >$T/state.$k"; done
	set_args sleep 1000
	ok strake_create
	local pid
	pid=$(init_pid)
	ok strake start "$ID"
	ok strake delete --force "$ID"
	for k in prestart createRuntime poststart; do
		jq -e --arg id "$ID" --arg b "$BUNDLE" --argjson p "$pid" \
			'.id == $id and .bundle == $b and .pid == $p and .annotations.x == "y" and (.ociVersion | length) > 0' "$T/state.$k" ||
			fail "$k: $(cat "$T/state.$k")"
	done
	jq -e --arg id "$ID" '.id == $id and (.pid // 0) == 0 and .status == "stopped"' "$T/state.poststop"
}

@test "hooks: namespaces: the runtime's, but createContainer in the container's" {
	local k
	for k in prestart createRuntime createContainer poststart poststop; do
		hook $k "readlink /proc/self/ns/mnt >$T/ns.$k; pwd >$T/cwd.$k"
	done
	set_args sleep 1000
	ok strake_create
	local host ctr
	host=$(readlink /proc/self/ns/mnt) ctr=$(readlink "/proc/$(init_pid)/ns/mnt")
	ok strake start "$ID"
	ok strake delete --force "$ID"
	for k in prestart createRuntime poststart poststop; do assert_eq "$k $(cat "$T/ns.$k")" "$k $host"; done
	assert_eq "$(cat "$T/ns.createContainer")" "$ctr"
}

@test "hooks: host side hooks run in the bundle" {
	runc_since 1.5 "runc 1.1.5 runs them where it was started"
	hook createRuntime "pwd >$T/cwd"
	ok strake_create
	assert_eq "$(cat "$T/cwd")" "$BUNDLE"
}

@test "hooks: startContainer runs in the container, before the process" {
	update_config '.hooks.startContainer = [{"path": "/bin/sh", "args": ["sh", "-c", "hostname >/from-hook; readlink /proc/self/ns/mnt >>/from-hook; cat >/state"]}]'
	set_sh 'cat /from-hook; readlink /proc/self/ns/mnt'
	ok strake_create
	[ ! -e "$BUNDLE/rootfs/from-hook" ]
	local ctr_out=$out_file
	ok strake start "$ID"
	wait_status stopped
	assert_eq "$(sed -n 1p "$ctr_out")" testhost
	assert_eq "$(sed -n 2p "$ctr_out")" "$(sed -n 3p "$ctr_out")"
	jq -e --arg id "$ID" '.id == $id and .status == "created"' "$BUNDLE/rootfs/state"
}

@test "hooks: args[0], env and nothing else" {
	update_config --arg t "$T" '.hooks.createRuntime = [{"path": "/bin/sh", "args": ["my name", "-c", ("cat /proc/$$/cmdline >" + $t + "/cmdline; cat /proc/$$/environ >" + $t + "/environ")], "env": ["A=b c", "D="]}]'
	ok strake_create
	assert_eq "$(tr '\0' '|' <"$T/cmdline" | cut -c 1-11)" 'my name|-c|'
	assert_eq "$(tr '\0' '|' <"$T/environ")" 'A=b c|D=|'
}

@test "hooks: without args" {
	runc_since 1.5 "runc 1.1.5 needs args[0]"
	printf '#!/bin/sh\nexec >%s/ran\necho ok\n' "$T" >"$T/hook"
	chmod +x "$T/hook"
	update_config --arg p "$T/hook" '.hooks.createRuntime = [{"path": $p}]'
	ok strake_create
	[ -s "$T/ran" ]
}

@test "hooks: a failure at create: the words, and nothing left" {
	local k
	for k in prestart createRuntime createContainer; do
		update_config 'del(.hooks)'
		hook $k 'echo some output; echo some problem >&2; exit 3'
		hook poststop "echo poststop >>$T/poststop"
		not_ok strake_create
		assert_status 1
		assert_err_match "error running ($k )?hook #0: .*exit status 3"
		assert_has "$err" 'some problem'
		assert_nothing_left
	done
}

@test "hooks: a failing startContainer hook" {
	update_config '.hooks.startContainer = [{"path": "/bin/sh", "args": ["sh", "-c", "exit 3"]}]'
	set_sh 'echo should not run'
	not_ok strake_run
	assert_not "$out" 'should not run'
	assert_nothing_left
}

@test "hooks: a failing poststart hook fails start and ends the container" {
	runc_since 1.5 "runc 1.1.5 runs poststart at create"
	hook poststart 'exit 3'
	set_args sleep 1000
	ok strake_create
	not_ok strake start "$ID"
	assert_err_match 'error running poststart hook #0'
	gone_or_stopped() { [ -z "$(state_of status)" ] || is_status stopped; }
	wait_for 5 gone_or_stopped
}

# both_ways COMMAND...: after the container's run in the background, and after create and start.
both_ways() {
	SECONDS=0
	strake_run --detach
	"$@"
	strake delete --force "$ID"
	ok strake_create
	strake start "$ID"
	"$@"
	strake delete --force "$ID"
	[ "$SECONDS" -lt 20 ] || fail "a command waited for another one"
}

@test "hooks: poststart may call the runtime for its own container" {
	runc_since 1.5 "runc 1.1.5 runs poststart at create"
	hook poststart "for c in 'pause' 'resume' 'exec $ID true #'; do eval $RUNTIME --root $ROOT \$c $ID || exit 1; echo \$c >>$T/calls; done 2>>$T/calls"
	set_args sleep 1000
	could() {
		assert_status 0
		is_status running
		assert_eq "$(cut -d' ' -f1 "$T/calls" | tr '\n' ' ')" 'pause resume exec '
		rm "$T/calls"
	}
	both_ways could
}

@test "hooks: a poststart hook that deletes its own container" {
	runc_since 1.5 "runc 1.1.5 runs poststart at create"
	hook poststart "exec $RUNTIME --root $ROOT delete --force $ID"
	hook poststop "echo poststop >>$T/poststop"
	set_args sleep 1000
	is_gone() {
		assert_status 0
		assert_nothing_left
		assert_eq "$(cat "$T/poststop")" poststop
		rm "$T/poststop"
	}
	both_ways is_gone
	strake_run
	assert_status 137
	assert_nothing_left
}

@test "hooks: a poststart hook that pauses the container and fails" {
	strake_only "runc leaves it"
	hook poststart "$RUNTIME --root $ROOT pause $ID; exit 3"
	hook poststop "echo poststop >>$T/poststop"
	set_args sleep 1000
	is_gone() {
		assert_status 1
		assert_err_match 'error running poststart hook #0: exit status 3'
		assert_nothing_left
		assert_eq "$(cat "$T/poststop")" poststop
		rm "$T/poststop"
	}
	both_ways is_gone
}

@test "hooks: a poststart hook that fails leaves another container of the same name alone" {
	strake_only "its own order"
	cp "$BUNDLE/config.json" "$T/plain.json"
	hook poststart "$RUNTIME --root $ROOT delete --force $ID && jq '.process.args = [\"sleep\", \"1000\"]' $T/plain.json >$T/other.json &&
		$RUNTIME --root $ROOT run --detach --bundle $BUNDLE --config $T/other.json $ID </dev/null >/dev/null 2>&1; exit 3"
	set_args sleep 1000
	other_lives() {
		assert_status 1
		assert_err_match 'error running poststart hook #0: exit status 3'
		is_status running
	}
	both_ways other_lives
}

@test "hooks: a failing poststop hook is a warning, the rest runs" {
	strake_only "runc stops at the first"
	hook poststop 'exit 3'
	hook poststop "echo ran >$T/second"
	ok strake_create
	ok strake delete --force "$ID"
	[ -s "$T/second" ]
	assert_nothing_left
}

@test "hooks: timeout" {
	update_config '.hooks.createRuntime = [{"path": "/bin/sleep", "args": ["sleep", "100"], "timeout": 1}]'
	SECONDS=0
	not_ok strake_create
	[ "$SECONDS" -lt 10 ]
	assert_has "$err" 'hook'
	assert_nothing_left
}

@test "hooks: a timeout takes the hook's children along" {
	strake_only "runc kills the hook alone"
	update_config --arg id "$ID" '.hooks.createRuntime = [{"path": "/bin/sh", "args": ["sh", "-c", "sleep 100 & sleep 100"], "env": ["PATH=/bin", "STRAKE_TEST_ID=" + $id], "timeout": 1}]'
	not_ok strake_create
	assert_nothing_left
}

@test "hooks: a program that is not there, and a relative path" {
	update_config '.hooks.createRuntime = [{"path": "/no/such/hook"}]'
	not_ok strake_create
	assert_err_match 'no such file or directory'
	assert_nothing_left
	update_config '.hooks.createRuntime = [{"path": "bin/true"}]'
	not_ok strake_create
	assert_nothing_left
}

@test "hooks: one that does not read stdin" {
	update_config '.annotations = ([range(2000) | {key: "key\(.)", value: "a value that makes it long enough to fill a pipe buffer"}] | from_entries)'
	hook createRuntime 'exec <&-; exit 0'
	ok strake_create
}

@test "hooks: prestart comes when the network namespace is there and the rootfs not yet" {
	hook prestart "readlink /proc/\$(jq -r .pid)/ns/net >$T/net"
	set_args sleep 1000
	ok strake_create
	assert_eq "$(cat "$T/net")" "$(readlink "/proc/$(init_pid)/ns/net")"
	[ "$(cat "$T/net")" != "$(readlink /proc/self/ns/net)" ]
}

@test "hooks: createContainer starts in the root filesystem" {
	hook createContainer 'echo here >./etc/hook'
	rm -rf "$BUNDLE/rootfs/etc/hook"
	ok strake_create
	assert_eq "$(cat "$BUNDLE/rootfs/etc/hook")" here
}

@test "hooks: createContainer runs before the pivot, after the mounts" {
	hook createContainer "grep -c '$BUNDLE/rootfs/proc' /proc/self/mountinfo >$T/mounts; ls $BUNDLE/config.json >$T/sees"
	ok strake_create
	[ "$(cat "$T/mounts")" -ge 1 ]
	[ -s "$T/sees" ]
}

@test "cve_2025_23266_hook_environment" {
	runc_since 1.5 "runc 1.1.5 leaks the container's environment into hooks"
	update_config --arg t "$T" '.process.env += ["LD_PRELOAD=/evil.so"] |
		.hooks.createContainer = [{"path": "/bin/sh", "args": ["sh", "-c", ("cat /proc/self/environ >" + $t + "/env1")]}] |
		.hooks.createRuntime = [{"path": "/bin/sh", "args": ["sh", "-c", ("cat /proc/self/environ >" + $t + "/env2")]}]'
	ok strake_create
	! grep -q LD_PRELOAD "$T/env1" "$T/env2"
}

# signalled SIGNAL ARG...: the command gets it while a hook sleeps; sets status and err as strake does. (A shell
# has what it starts in the background ignore some.)
signalled() {
	local sig=$1 pid hook
	shift
	status=0 last_command=$*
	STRAKE_TEST_ID=$ID env --default-signal=INT,QUIT "$RUNTIME" --root "$ROOT" "$@" </dev/null >"$T/signalled.out" 2>"$T/signalled.err" 3>&- &
	pid=$!
	BACKGROUND+=("$pid")
	hook() { pgrep -P "$pid" -x sleep; }
	wait_for 5 hook
	hook=$(hook)
	kill -s "$sig" "$pid"
	timeout 10 tail --pid="$pid" -f /dev/null || fail "$sig does not end: $*" || return 1
	wait "$pid" || status=$?
	err=$(cat "$T/signalled.err")
	[ ! -d "/proc/$hook" ] || fail "the hook is left"
}
sleeping() { update_config --arg k "$1" '.hooks[$k] = [{"path": "/bin/sleep", "args": ["sleep", "1000"]}]'; }

@test "hooks: a signal ends the hook, and by that what waits for it" {
	strake_only "a hook of runc's is in the group of its terminal"
	local how sig word
	sleeping createRuntime
	hook poststop "echo >>$T/poststop"
	for how in create run 'run --detach'; do
		for sig in INT=interrupt QUIT=quit TERM=terminated HUP=hangup; do
			signalled "${sig%=*}" $how --bundle "$BUNDLE" "$ID"
			assert_status 1
			assert_err_match "error running createRuntime hook #0: signal: ${sig#*=}"
			assert_nothing_left
		done
	done
	assert_eq "$(wc -l <"$T/poststop")" 12
}

@test "hooks: a signal while poststart and poststop hooks run" {
	strake_only "a hook of runc's is in the group of its terminal"
	set_args sleep 1000
	sleeping poststart
	ok strake_create
	signalled TERM start "$ID"
	assert_status 1
	assert_err_match 'error running poststart hook #0: signal: terminated'
	assert_nothing_left
	update_config 'del(.hooks.poststart)'
	sleeping poststop
	ok strake_create
	signalled TERM delete --force "$ID"
	assert_status 0
	assert_err_match 'error running poststop hook #0: signal: terminated'
	assert_nothing_left
}

@test "hooks: ^C on a terminal" {
	requires cmd_script
	sleeping createRuntime
	pressed() {
		(sleep 1.5 && printf '\003' && sleep 5) |
			STRAKE_TEST_ID=$ID timeout 30 script -qefc "$RUNTIME --root $ROOT $* --bundle $BUNDLE $ID" "$T/typescript" >"$T/pty.out" 2>&1 3>&- || true
		assert_has "$(cat "$T/pty.out")" 'error running createRuntime hook #0: signal: interrupt'
		assert_nothing_left
	}
	pressed run
	! is_strake || pressed create
}

@test "hooks: a signal that the hook bears is the command's own" {
	strake_only "a hook of runc's is in the group of its terminal"
	hook createRuntime "trap 'echo \"\$(jq -r .id)\" >$T/borne; kill %1; exit 0' TERM; sleep 10 & wait"
	STRAKE_TEST_ID=$ID "$RUNTIME" --root "$ROOT" create --bundle "$BUNDLE" "$ID" </dev/null >"$T/borne.out" 2>&1 3>&- &
	local pid=$! rc=0
	BACKGROUND+=("$pid")
	has_child() { pgrep -f "sleep 10 & wait" -P "$pid"; }
	wait_for 5 has_child
	sleep 0.3
	kill "$pid"
	wait "$pid" || rc=$?
	assert_eq "$rc" 143
	assert_eq "$(cat "$T/borne")" "$ID"
}

@test "hooks: a signal that is ignored does not reach them" {
	local rc=0
	hook createRuntime "echo >$T/begun; sleep 1; echo >$T/ended"
	set_args sleep 1000
	STRAKE_TEST_ID=$ID env --ignore-signal=HUP "$RUNTIME" --root "$ROOT" create --bundle "$BUNDLE" "$ID" </dev/null >"$T/nohup.out" 2>&1 3>&- &
	local pid=$!
	BACKGROUND+=("$pid")
	wait_for 5 test -e "$T/begun"
	kill -s HUP "$pid"
	wait "$pid" || rc=$?
	assert_eq "$rc $(cat "$T/nohup.out")" '0 '
	[ -e "$T/ended" ]
	is_status created
}
