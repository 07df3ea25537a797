#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helpers

@test "exec: output and exit status" {
	run_sleeper
	ok strake exec "$ID" sh -c 'echo hello; echo problem >&2'
	assert_out hello
	assert_eq "$err" problem
	strake exec "$ID" sh -c 'exit 42'
	assert_status 42
	strake exec "$ID" sh -c 'kill -9 $$'
	assert_status 137
}

@test "exec: sees the container's world" {
	run_sleeper
	ok strake exec "$ID" sh -c 'hostname; pwd; readlink /proc/1/ns/mnt; readlink /proc/self/ns/mnt'
	assert_eq "$(sed -n 1p "$out_file")" testhost
	assert_eq "$(sed -n 2p "$out_file")" /
	assert_eq "$(sed -n 3p "$out_file")" "$(sed -n 4p "$out_file")"
	ok strake exec "$ID" cat /proc/self/cgroup
	assert_has "$out" "$ID"
}

@test "exec: into all of the namespaces, whatever the kernel has to enter them by" {
	strake_only "its own fallbacks"
	local way want script='for n in cgroup ipc mnt net pid uts; do readlink /proc/self/ns/$n; done'
	update_config '.linux.namespaces = [{type: "mount"}, {type: "pid"}, {type: "network"}, {type: "ipc"},
		{type: "uts"}, {type: "cgroup"}]'
	run_sleeper
	want=$(for n in cgroup ipc mnt net pid uts; do readlink "/proc/$(init_pid)/ns/$n"; done)
	for way in '' setns_pidfd pidfd; do
		STRAKE_FALLBACK=$way ok strake exec "$ID" sh -c "$script"
		assert_out "$want"
	done
	# One descriptor, of the process, is all that it takes.
	command -v strace >/dev/null || skip "needs strace"
	STRAKE_FALLBACK='' strace -f -e trace=openat2,setns -o "$T/trace" "$RUNTIME" --root "$ROOT" exec "$ID" true </dev/null 3>&- 4>&-
	grep -q 'setns(' "$T/trace"
	! grep '/ns"' "$T/trace" || fail "the namespaces were opened one by one"
}

@test "exec: --env, --cwd, --user" {
	run_sleeper
	ok strake exec --env A=b --env C=d,e --cwd /tmp "$ID" sh -c 'echo $A $C; pwd'
	assert_out $'b d,e\n/tmp'
	ok strake exec --user 1000:1001 "$ID" sh -c 'id -u; id -g'
	assert_out $'1000\n1001'
	ok strake exec --user 1000 "$ID" id -u
	assert_out 1000
}

@test "exec: --additional-gids" {
	run_sleeper
	ok strake exec --user 1000:1000 --additional-gids 100 --additional-gids 65534 "$ID" id -G
	assert_out '1000 100 65534'
}

@test "exec: HOME comes from the container's passwd" {
	run_sleeper
	ok strake exec --user 1000 "$ID" sh -c 'echo $HOME'
	assert_out /home
}

@test "exec: --process" {
	run_sleeper
	cat >"$T/process.json" <<-'JSON'
		{"terminal": false, "user": {"uid": 1000, "gid": 1000, "additionalGids": [5]},
		 "args": ["sh", "-c", "id -u; id -G; echo $X; pwd; grep NoNewPrivs /proc/self/status"],
		 "env": ["PATH=/bin", "X=y"], "cwd": "/tmp", "noNewPrivileges": true}
	JSON
	ok strake exec --process "$T/process.json" "$ID"
	assert_out $'1000\n1000 5\ny\n/tmp\nNoNewPrivs:\t1'
}

@test "exec: --process with a broken file" {
	run_sleeper
	echo '{"args": ["true"], "cwd": "/", "env": 5}' >"$T/process.json"
	not_ok strake exec --process "$T/process.json" "$ID"
	echo '{' >"$T/process.json"
	not_ok strake exec --process "$T/process.json" "$ID"
	not_ok strake exec --process "$T/missing.json" "$ID"
	is_status running
}

@test "exec: --detach and --pid-file" {
	run_sleeper
	: >"$T/pid"
	ok strake exec --detach --pid-file "$T/pid" "$ID" sh -c 'echo up; sleep 1000'
	local pid
	pid=$(cat "$T/pid")
	[ "$(tail -c 1 "$T/pid" | tr -d '0-9')" = '' ]
	kill -0 "$pid"
	grep -q "$ID" "/proc/$pid/cgroup"
	wait_for 5 grep -q up "$out_file"
}

@test "exec: runtime failures are 255, and no pid file" {
	run_sleeper
	strake exec --pid-file "$T/pid" "$ID" /no/such/program
	assert_status 255
	[ ! -e "$T/pid" ]
	strake exec "$ID" nosuch
	assert_status 255
	assert_err_match 'exec: "?\\?"nosuch\\?"?: executable file not found in \$PATH'
	strake exec no-such true
	assert_status 255
	assert_err_match 'container does not exist'
	strake exec --cwd /nowhere "$ID" true
	assert_status 255
	[ -z "$(ls -A "$T" | grep '^\.pid')" ]
}

@test "exec: a directory, and a file without the x bit" {
	run_sleeper
	strake exec "$ID" /etc
	assert_status 255
	assert_err_match 'is a directory|permission denied'
	strake exec "$ID" /etc/passwd
	assert_status 255
	assert_err_match 'permission denied'
}

@test "exec: in a stopped, created or paused container" {
	set_args sleep 1000
	ok strake_create
	ok strake exec "$ID" true
	ok strake start "$ID"
	ok strake pause "$ID"
	strake exec "$ID" true
	assert_status 255
	assert_err_match 'cannot exec in a paused container'
	ok strake resume "$ID"
	ok strake kill "$ID" KILL
	wait_status stopped
	strake exec "$ID" true
	assert_status 255
	assert_err_match 'cannot exec in a (container that has )?(stopped|run and stopped)( container)?'
}

@test "exec: flags end at the id" {
	run_sleeper
	ok strake exec "$ID" echo --env A=b -d --user 5
	assert_out '--env A=b -d --user 5'
	ok strake exec "$ID" sh -c 'echo $# $*' sh -- -p
	assert_out '2 -- -p'
}

@test "exec: without a command" {
	run_sleeper
	not_ok strake exec "$ID"
	not_ok strake exec
}

@test "exec: a process file by a descriptor behind a hole, as a shell's <() gives it" {
	run_sleeper
	jq '.process | .args = ["echo", "read"]' <"$BUNDLE/config.json" >"$T/process.json"
	ok strake exec --process /dev/fd/63 "$ID" 63<"$T/process.json"
	assert_out read
	# It is not the container's all the same.
	ok strake exec "$ID" ls /proc/self/fd 63<"$T/process.json"
	assert_not "$out" 63
}

@test "exec: --cap makes ambient what is inheritable already" {
	update_config '.process.capabilities |= {bounding: ["CAP_KILL", "CAP_SYSLOG"],
		inheritable: ["CAP_SYSLOG"], effective: ["CAP_KILL"], permitted: ["CAP_KILL"]}'
	run_sleeper
	ok strake exec --cap CAP_SYSLOG "$ID" grep CapAmb /proc/self/status
	assert_out $'CapAmb:\t0000000400000000'
	ok strake exec --cap CAP_CHOWN "$ID" grep -E 'Cap(Amb|Inh)' /proc/self/status
	assert_out $'CapInh:\t0000000400000000\nCapAmb:\t0000000000000000'
}

@test "exec: capabilities as the config says, --cap adds" {
	run_sleeper
	ok strake exec "$ID" grep CapEff /proc/self/status
	assert_eq "$out" "$(grep CapEff "/proc/$(init_pid)/status")"
	ok strake exec --cap CAP_SYS_ADMIN "$ID" grep -E 'Cap(Eff|Prm|Bnd)' /proc/self/status
	local v
	for v in $(cut -f2 "$out_file"); do (((0x$v >> 21) & 1)) || fail "no CAP_SYS_ADMIN in $v"; done
}

@test "exec: --no-new-privs" {
	update_config '.process.noNewPrivileges = false'
	run_sleeper
	ok strake exec "$ID" grep NoNewPrivs /proc/self/status
	assert_out $'NoNewPrivs:\t0'
	ok strake exec --no-new-privs "$ID" grep NoNewPrivs /proc/self/status
	assert_out $'NoNewPrivs:\t1'
}

@test "exec: is under the container's seccomp filter" {
	update_config '.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28}]}'
	run_sleeper
	strake exec "$ID" mkdir /x
	assert_status 1
	assert_err_match 'No space left'
	ok strake exec "$ID" grep Seccomp: /proc/self/status
	assert_out $'Seccomp:\t2'
}

# exec_filtered HOW: is the filter in effect, and where does it come from ("kept" or "compiled")?
exec_filtered() {
	rm -f "$T/log"
	"$RUNTIME" --root "$ROOT" --debug --log "$T/log" exec "$ID" mkdir /x \
		</dev/null >/dev/null 2>"$T/refused" 3>&- 4>&- && fail "there is no filter ($1)"
	grep -q 'No space left' "$T/refused" || fail "another error ($1): $(cat "$T/refused")"
	assert_eq "$(grep -q 'seccomp filter: [0-9]* instructions' "$T/log" && echo compiled || echo kept)" "$1"
}

@test "exec: takes the seccomp program that create compiled, if it is whole and of that config" {
	strake_only "its own file"
	local file=$ROOT/$ID/seccomp.bpf
	update_config '.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28}]}'
	run_sleeper
	assert_eq "$(stat -c %a:%u "$file")" "600:$(id -u)"
	exec_filtered kept
	cp "$file" "$T/good"
	# Cut short, by a byte and by a whole instruction; one bit; somebody else's; too long; not a file.
	for n in 1 8; do
		truncate -s "-$n" "$file"
		exec_filtered compiled
		cp "$T/good" "$file"
	done
	printf '\1' | dd of="$file" bs=1 seek=$(($(stat -c %s "$file") - 1)) conv=notrunc status=none
	exec_filtered compiled
	{ cat "$T/good" && printf 12345678; } >"$file"
	exec_filtered compiled
	cp "$T/good" "$file"
	chown 1 "$file"
	exec_filtered compiled
	chown 0 "$file"
	exec_filtered kept
	# The same profile, but that is for the compiler to find out.
	echo >>"$ROOT/$ID/config.json"
	exec_filtered compiled
	rm "$file"
	mkfifo "$file"
	exec_filtered compiled
	rm "$file"
	exec_filtered compiled
	cp "$T/good" "$file"
	ok strake delete --force "$ID"
	[ ! -e "$ROOT/$ID" ]
}

@test "exec: into a sub-cgroup by --cgroup, and never out of it" {
	run_sleeper
	local c=/sub
	if is_cgroup2; then
		mkdir "$(cgroup_dir)/sub"
	else
		mkdir "$(cgroup_dir memory)/sub"
		c=memory:/sub
	fi
	ok strake exec --cgroup "$c" "$ID" cat /proc/self/cgroup
	assert_has "$out" "$ID/sub"
	not_ok strake exec --cgroup "${c%/sub}/../.." "$ID" true
	assert_status 255
}

@test "exec: many at a time" {
	run_sleeper
	local i pids=()
	for i in 1 2 3 4 5 6 7 8; do
		STRAKE_TEST_ID=$ID timeout 60 "$RUNTIME" --root "$ROOT" exec "$ID" sh -c "echo $i; exit $i" \
			</dev/null >"$T/x.$i" 2>&1 3>&- &
		pids+=($!)
	done
	for i in 1 2 3 4 5 6 7 8; do
		local rc=0
		wait "${pids[i - 1]}" || rc=$?
		assert_eq "$rc $(cat "$T/x.$i")" "$i $i"
	done
}

@test "exec: while others look, pause and resume" {
	run_sleeper
	local i pids=()
	for i in 1 2 3 4; do
		"$RUNTIME" --root "$ROOT" state "$ID" </dev/null >"$T/y.$i" 2>&1 3>&- &
		pids+=($!)
		"$RUNTIME" --root "$ROOT" list </dev/null >"$T/z.$i" 2>&1 3>&- &
		pids+=($!)
		STRAKE_TEST_ID=$ID "$RUNTIME" --root "$ROOT" exec "$ID" true </dev/null >"$T/x.$i" 2>&1 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do wait "$i" || fail "$(cat "$T"/[xyz].*)"; done
}

@test "exec: a signalled command forwards the signal" {
	run_sleeper
	STRAKE_TEST_ID=$ID "$RUNTIME" --root "$ROOT" exec "$ID" \
		sh -c 'trap "exit 9" TERM; echo ready; while :; do sleep 0.02; done' \
		</dev/null >"$T/fg.out" 2>&1 3>&- &
	local pid=$! rc=0
	wait_for 10 grep -q ready "$T/fg.out"
	kill -TERM "$pid"
	wait "$pid" || rc=$?
	assert_eq "$rc" 9
}

@test "exec: rlimits and umask of the config" {
	runc_since 1.5 "runc 1.1.5 forgets the umask"
	update_config '.process.rlimits = [{"type": "RLIMIT_NOFILE", "soft": 64, "hard": 128}] | .process.user.umask = 7'
	run_sleeper
	ok strake exec "$ID" sh -c 'ulimit -Sn; ulimit -Hn; umask'
	assert_out $'64\n128\n0007'
	# A process.json that says nothing of it has the container's too.
	echo '{"args": ["sh", "-c", "umask"], "cwd": "/", "user": {"uid": 0, "gid": 0}, "env": ["PATH=/bin"]}' >"$T/process.json"
	ok strake exec --process "$T/process.json" "$ID"
	assert_out 0007
}

# As a rootless podman does: its own pid namespace takes back nobody who has left it.
@test "exec: by root of a user namespace that has the container's namespaces" {
	update_config '(.mounts[] | select(.type == "devpts") | .options) |= map(select(startswith("gid=") | not)) |
		.mounts |= map(select(.type != "sysfs")) | del(.linux.resources.devices)'
	set_args sleep 1000
	requires cmd_unshare
	# One user namespace for both calls: who is in another may not enter.
	# shellcheck disable=SC2016
	unshare --user --map-root-user sh -ec '
		"$1" --root "$2" run --detach --bundle "$3" "$4"
		"$1" --root "$2" exec "$4" sh -c "echo \$\$ \$(readlink /proc/self/ns/pid); hostname"
		"$1" --root "$2" exec --detach "$4" sleep 1000
		"$1" --root "$2" kill "$4" KILL' -- "$RUNTIME" "$ROOT" "$BUNDLE" "$ID" \
		>"$T/out" 2>"$T/err" </dev/null 3>&- 4>&- || fail "$(cat "$T/out" "$T/err")"
	assert_has "$(cat "$T/out")" testhost
	grep -qE '^[0-9]{1,2} pid:' "$T/out" || fail "$(cat "$T/out")"
}

@test "exec: an unknown capability is a warning" {
	run_sleeper
	ok strake exec --cap CAP_NO_SUCH --cap CAP_SYS_TIME "$ID" grep CapEff /proc/self/status
	assert_has "$err" 'ignoring unknown or unavailable capabilities: [CAP_NO_SUCH]'
	local eff=$((0x${out##*$'\t'}))
	((eff >> 25 & 1))
}
