#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# state and list: shapes that engines parse.
load helpers

@test "state: all fields, two-space JSON, no final newline" {
	update_config '.annotations = {"a.b": "c", "d": ""}'
	set_args sleep 1000
	ok strake_create
	ok strake state "$ID"
	assert_eq "$(jq -r '[.id, .status, .bundle, .rootfs, .annotations["a.b"], .owner] | join(" ")' <<<"$out")" \
		"$ID created $BUNDLE $BUNDLE/rootfs c "
	[ "$(tail -c 1 "$out_file")" = '}' ]
	grep -q '^  "ociVersion": "1\.' "$out_file"
	[ -z "$err" ]
	jq -e '.created | test("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\\.[0-9]+)?Z$")' <<<"$out"
	kill -0 "$(jq .pid <<<"$out")"
}

@test "state: no annotations: the key is left out" {
	set_args sleep 1000
	ok strake_create
	ok strake state "$ID"
	jq -e 'has("annotations") | not' <<<"$out"
}

@test "state: a stopped container says pid 0" {
	ok strake_create
	ok strake start "$ID"
	wait_status stopped
	ok strake state "$ID"
	jq -e '.pid == 0 and has("pid")' <<<"$out"
}

@test "state: a stopped container in which the OOM killer struck says so, any other does not" {
	requires cgroup_memory
	strake_only "it does not tell"
	update_config '.linux.resources.memory = {"limit": 33554432, "swap": 33554432}'
	set_args tail /dev/zero
	ok strake_create
	ok strake start "$ID"
	wait_for 60 is_status stopped
	ok strake state "$ID"
	jq -e '.oomKilled == true' <<<"$out"
	ok strake delete "$ID"
	run_sleeper
	ok strake kill "$ID" KILL
	wait_status stopped
	ok strake state "$ID"
	jq -e 'has("oomKilled") | not' <<<"$out"
}

@test "state: what the OOM killer did in a cgroup before the container was there is not told" {
	requires cgroup_memory
	local dir file=memory.limit_in_bytes
	run_sleeper
	dir=$(cgroup_dir memory)
	ok strake delete --force "$ID"
	mkdir "$dir"
	! is_cgroup2 || file=memory.max
	echo 33554432 >"$dir/$file"
	[ ! -e "$dir/memory.swap.max" ] || echo 0 >"$dir/memory.swap.max"
	status=0
	(echo "$BASHPID" >"$dir/cgroup.procs" && exec "$BUSYBOX_ROOT/bin/busybox" tail /dev/zero 3>&- 4>&-) || status=$?
	[ "$status" = 137 ]
	set_args true
	ok strake_create
	ok strake start "$ID"
	wait_status stopped
	ok strake state "$ID"
	jq -e 'has("oomKilled") | not' <<<"$out"
}

@test "state: no container" {
	not_ok strake state no-such
	assert_status 1
	assert_err_match 'container does not exist'
}

@test "state: an init killed from outside is stopped" {
	run_sleeper
	kill -9 "$(init_pid)"
	wait_status stopped
}

@test "state: the version is the runtime's, not the config's" {
	runc_since 1.5 "runc 1.1.5 says 1.0.2-dev"
	update_config '.ociVersion = "1.0.0"'
	set_args sleep 1000
	ok strake_create
	assert_eq "$(state_of ociVersion)" 1.3.0
}

@test "state: permissions of the state directory (state_dir_permissions)" {
	set_args sleep 1000
	(umask 0 && strake_create && [ "$status" = 0 ])
	assert_eq "$(stat -c %a "$ROOT")" 700
	assert_eq "$(stat -c %U "$ROOT/$ID")" root
	[[ $(stat -c %a "$ROOT/$ID") =~ ^7[01]1?0?0?$ ]]
	assert_eq "$(stat -c %a "$ROOT/$ID/state.json")" 600
}

@test "state: state.json has the keys that others read" {
	set_args sleep 1000
	ok strake_create
	jq -e --arg id "$ID" --arg b "bundle=$BUNDLE" '.id == $id and .init_process_pid > 0 and
		.init_process_start != null and (.config.labels | index($b)) != null and
		(.cgroup_paths | type) == "object" and .namespace_paths.NEWNS != null' "$ROOT/$ID/state.json"
}

is_leaderless() { grep -q '^State:.Z' "/proc/$1/status"; }

@test "state: a program whose first thread has ended runs as long as it has others" {
	strake_only "runc takes it for stopped, and can neither kill nor delete it"
	requires payload_probe
	local pid
	cp "$STRAKE_PAYLOAD/probe" "$BUNDLE/rootfs/probe"
	set_args /probe leaderless
	ok strake_run --detach
	pid=$(init_pid)
	wait_for 10 is_leaderless "$pid"
	ok strake state "$ID"
	assert_eq "$(jq -c '[.status, .pid]' <<<"$out")" "[\"running\",$pid]"
	ok strake list
	assert_out_match "$ID +$pid +running"
	not_ok strake delete "$ID"
	ok strake kill "$ID" 0
	ok strake kill "$ID" KILL
	wait_status stopped
	ok strake delete "$ID"
	assert_nothing_left

	ok strake_run --detach
	wait_for 10 is_leaderless "$(init_pid)"
	ok strake delete --force "$ID"
	assert_nothing_left
}

@test "list: header even when empty" {
	mkdir -p "$ROOT"
	ok strake list
	assert_out_match '^ID +PID +STATUS +BUNDLE +CREATED +OWNER'
	ok strake list --format json
	assert_out null
	ok strake list -q
	assert_out ''
}

@test "list: table, json and quiet" {
	set_args sleep 1000
	ok strake_create
	ok strake list
	assert_out_match "$ID +[0-9]+ +created +$BUNDLE +[0-9T:.Z-]+ +root"
	ok strake list -f json
	jq -e --arg id "$ID" 'length == 1 and .[0].id == $id and .[0].status == "created" and .[0].owner == "root"' <<<"$out"
	assert_eq "$(wc -l <"$out_file")" 1
	ok strake list --quiet
	assert_out "$ID"
}

@test "list: an unknown format" {
	mkdir -p "$ROOT"
	not_ok strake list --format yaml
	assert_err_match 'invalid format'
}

@test "list: a directory without state.json is reported and passed over" {
	set_args sleep 1000
	ok strake_create
	mkdir "$ROOT/half"
	ok strake list
	assert_has "$out" "$ID"
	assert_err_match 'half'
	ok strake delete --force half
	[ ! -e "$ROOT/half" ]
}

# listed STATUS: list and state agree on the one container.
listed() {
	ok strake state "$ID"
	assert_eq "$(jq -r .status <<<"$out")" "$1"
	local pid
	pid=$(jq -r .pid <<<"$out")
	ok strake list
	assert_out_match "$ID +$pid +$1 +$BUNDLE +[0-9T:.Z-]+ +root"
	ok strake list -q
	assert_out "$ID"
}

@test "list: says what state says, all the life long" {
	set_args sleep 1000
	ok strake_create
	listed created
	ok strake start "$ID"
	listed running
	ok strake pause "$ID"
	listed paused
	ok strake resume "$ID"
	listed running
	ok strake kill "$ID" KILL
	wait_status stopped
	listed stopped
}

@test "list: what others could have put there is read with care" {
	requires cgroups_v2
	strake_only "only strake looks at cgroups for list"
	set_args sleep 1000
	ok strake_create
	ok strake start "$ID"
	[ -L "$ROOT/$ID/brief" ]
	# It is believed where nobody else may write...
	ln -sfn "$(readlink "$ROOT/$ID/brief" | sed 's,^2[0-9][0-9]*-.*,yesterday,')" "$ROOT/$ID/brief"
	ok strake list
	assert_out_match "$ID .* yesterday +root"
	# ...and only there.
	chmod 770 "$ROOT"
	ok strake list
	assert_out_match "$ID +[0-9]+ +running +$BUNDLE +2[0-9T:.Z-]+ +root"
	chmod 700 "$ROOT"
}

@test "list: a state that is damaged is told of, and the others are listed" {
	set_args sleep 1000
	ok strake_create
	ok strake start "$ID"
	cp -p "$ROOT/$ID/state.json" "$T/state.json"
	local format damage
	for damage in ': >' 'echo x >' 'head -c 300 "$T/state.json" >' 'rm'; do
		eval "$damage \"\$ROOT/\$ID/state.json\""
		for format in "" -q "-f json"; do
			# shellcheck disable=SC2086
			ok strake list $format
			assert_err_match "load container $ID: "
			assert_not "$out" "$ID"
		done
	done
	cp -p "$T/state.json" "$ROOT/$ID/state.json"
	ok strake list
	assert_out_match "$ID +[0-9]+ +running "
	assert_eq "$err" ''
}

@test "list: a first process that nobody has reaped has ended, whoever is in its cgroup" {
	requires cgroups_v2 cmd_python3
	strake_only "only strake looks at cgroups for list"
	set_args sleep 1000
	ok strake_create
	ok strake start "$ID"
	[ -L "$ROOT/$ID/brief" ]
	ok strake delete --force "$ID"
	# The engine is the reaper of its containers here, and reaps none but the runtime itself.
	cat >"$T/engine.py" <<-'PY'
		import ctypes, subprocess, sys, time
		runtime, root, bundle, container, ready = sys.argv[1:]
		PR_SET_CHILD_SUBREAPER = 36
		ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
		for words in ("create", "--bundle", bundle), ("start",):
		    subprocess.check_call([runtime, "--root", root, *words, container])
		open(ready, "w").close()
		time.sleep(1000)
	PY
	background python3 "$T/engine.py" "$RUNTIME" "$ROOT" "$BUNDLE" "$ID" "$T/ready"
	wait_for 20 test -e "$T/ready"
	local pid
	pid=$(init_pid)
	background sleep 1000
	echo "$!" >"$(cgroup_dir)/cgroup.procs"
	kill -KILL "$pid"
	wait_for 10 grep -q '^State:.Z' "/proc/$pid/status"
	ok strake list
	assert_out_match "$ID +0 +stopped "
}

# brief: the text of it.
brief() { readlink "$ROOT/$ID/brief"; }

@test "list: a start leaves a brief that says so" {
	requires cgroups_v2
	strake_only "only strake writes briefs"
	set_args sleep 1000
	ok strake_create
	[ "$(brief | sed -n 3p)" != 0 ]
	brief >"$T/before"
	ok strake start "$ID"
	# Of the same container, but for the mark of an init that waits.
	assert_eq "$(brief)" "$(sed 3s/.*/0/ "$T/before")"
	brief >"$T/before"
	not_ok strake start "$ID"
	assert_eq "$(brief)" "$(cat "$T/before")"
	listed running
}

@test "list: a start that is killed leaves no brief that is wrong" {
	requires cgroups_v2 cmd_strace
	strake_only "the order of system calls is its own"
	set_args sleep 1000
	local call
	# At its own brief, at the fifo, when the new brief is due.
	for call in unlinkat:1 unlinkat:2 symlinkat:1; do
		ok strake_create
		strace -qq -o "$T/trace" -e trace=unlinkat,symlinkat -e "inject=${call%:*}:signal=KILL:when=${call#*:}" \
			"$RUNTIME" --root "$ROOT" start "$ID" </dev/null >"$T/killed" 2>&1 3>&- 4>&- || true
		case $call in
		unlinkat:1)
			brief
			listed created
			;;
		unlinkat:2)
			wait_for 10 grep -q sleep "/proc/$(init_pid)/comm"
			[ ! -L "$ROOT/$ID/brief" ]
			;;
		symlinkat:1)
			[ ! -L "$ROOT/$ID/brief" ]
			listed running
			;;
		esac
		ok strake delete --force "$ID"
	done
}

@test "list: while the hooks of start run, the container is no longer created" {
	set_args sleep 1000
	update_config '.hooks.startContainer = [{"path": "/bin/sh", "args": ["sh", "-c",
		"while [ ! -e /go ]; do sleep 0.1; done"]}] | .root.readonly = false'
	ok strake_create
	background "$RUNTIME" --root "$ROOT" start "$ID"
	local pid=$!
	wait_status running
	listed running
	touch "$BUNDLE/rootfs/go"
	wait "$pid"
	listed running
}

@test "list: who fails to start is not listed" {
	set_args sleep 1000
	update_config '.hooks.startContainer = [{"path": "/bin/false"}]'
	ok strake_create
	not_ok strake start "$ID"
	ok strake list -q
	assert_out ''
}

# As runc does it, and a strake that knows of no brief or of another.
@test "list: who was started by others runs" {
	strake_only "exec.fifo is read by hand"
	set_args sleep 1000
	ok strake_create
	cat "$ROOT/$ID/exec.fifo" >"$T/read"
	rm "$ROOT/$ID/exec.fifo"
	wait_for 10 grep -q sleep "/proc/$(init_pid)/comm"
	! is_cgroup2 || [ "$(brief | sed -n 3p)" != 0 ]
	listed running
}

@test "list: who may not see marks sees created containers by their fifo" {
	requires cgroups_v2 cmd_strace
	strake_only "only strake looks for marks"
	set_args sleep 1000
	ok strake_create
	list_without_marks() {
		strace -qq -o "$T/trace" -e trace=get_robust_list,faccessat,openat \
			-e inject=get_robust_list:error=EPERM "$RUNTIME" --root "$ROOT" list >"$T/list"
	}
	list_without_marks
	grep -q "^$ID .* created " "$T/list"
	! grep -F state.json "$T/trace" || fail "the state was opened"
	cat "$ROOT/$ID/exec.fifo" >"$T/read"
	rm "$ROOT/$ID/exec.fifo"
	list_without_marks
	grep -q "^$ID .* running " "$T/list"
	ok strake delete --force "$ID"
	# The fifo outlives who would have opened it; in the cgroup there is a stranger.
	ok strake_create
	background sleep 1000
	echo "$!" >"$(cgroup_dir)/cgroup.procs"
	kill -KILL "$(init_pid)"
	wait_status stopped
	[ -p "$ROOT/$ID/exec.fifo" ]
	list_without_marks
	grep -q "^$ID .* stopped " "$T/list"
}

# many N: as many containers more, made of the one that runs; each seventh is not seen at a glance.
many() {
	local id n record=$ROOT/$ID/brief
	record=$(readlink "$record")
	for ((n = 1; n <= $1; n++)); do
		id=$(printf 'x%03d' "$n")
		mkdir "$ROOT/$id"
		sed "s/\"id\":\"$ID\"/\"id\":\"$id\"/" "$ROOT/$ID/state.json" >"$ROOT/$id/state.json"
		((n % 7)) || continue
		# Of this state, and of a bundle that no state knows.
		ln -s "$(head -n 6 <<<"$record" && stat -c %i:%s:%.9Z "$ROOT/$id/state.json" | tr :. '\n' &&
			echo "/of/$id")" \
			"$ROOT/$id/brief"
	done
}

@test "list: a long one by several threads, as by one" {
	requires cgroups_v2 cmd_strace cmd_taskset
	strake_only "only strake looks at cgroups for list"
	set_args sleep 1000
	ok strake_create
	ok strake start "$ID"
	many 60
	local one several cpu
	cpu=$(taskset -cp $$ | sed 's/.*: //; s/[,-].*//')
	one=$(taskset -c "$cpu" strace -f -e trace=clone,clone3 -o "$T/one" "$RUNTIME" --root "$ROOT" list)
	several=$(strace -f -e trace=clone,clone3 -o "$T/several" "$RUNTIME" --root "$ROOT" list)
	rm -r "$ROOT"/x*
	assert_eq "$several" "$one"
	! grep clone "$T/one" || fail "a thread where there is one CPU"
	[ "$(nproc)" = 1 ] || grep clone "$T/several" || fail "one thread for $(nproc) CPUs"
	# A row of each, each with its own record; who has none, with its state's.
	assert_eq "$(wc -l <<<"$one")" 62
	assert_eq "$(awk '$1 ~ /^x/ && $4 == "/of/" $1 && $3 == "running"' <<<"$one" | wc -l)" 52
	assert_eq "$(awk -v bundle="$BUNDLE" '$1 ~ /^x/ && $4 == bundle && $3 == "running"' <<<"$one" | wc -l)" 8
}

# A file's name may hold any byte, JSON may not: what cannot be read again must not be written.
@test "state: a descriptor's file whose name is not UTF-8" {
	local log=$T/$'caf\xe9 \xc3\xa9.log'
	set_args sleep 1000
	STRAKE_TEST_ID=$ID timeout 20 "$RUNTIME" --root "$ROOT" run --detach --bundle "$BUNDLE" "$ID" </dev/null >"$log" 2>&1 3>&- 4>&- ||
		fail "run failed" "$(<"$log")"
	ok strake state "$ID"
	assert_eq "$(jq -r '.external_descriptors[1]' "$ROOT/$ID/state.json")" "$T/caf"$'\xef\xbf\xbd \xc3\xa9.log'
	ok strake exec "$ID" true
	ok strake kill "$ID" KILL
	wait_status stopped
	ok strake delete "$ID"
}

@test "state: a bundle or a root whose path is not UTF-8" {
	strake_only "runc says what its state's reader says"
	mv "$BUNDLE" "$T/"$'b\xff'
	not_ok strake create --bundle "$T/"$'b\xff' "$ID"
	assert_err_match 'the path of the bundle is not valid UTF-8'
	assert_nothing_left
	mv "$T/"$'b\xff' "$BUNDLE"
	mv "$BUNDLE/rootfs" "$BUNDLE/"$'r\xff'
	ln -s $'r\xff' "$BUNDLE/rootfs"
	not_ok strake create --bundle "$BUNDLE" "$ID"
	assert_err_match 'the path of the root filesystem is not valid UTF-8'
	assert_nothing_left
}

@test "state: more than its reader takes" {
	strake_only "runc has no limit"
	update_config '.annotations.big = ("x" * (9 * 1024 * 1024))'
	not_ok strake create --bundle "$BUNDLE" "$ID"
	assert_err_match 'state.json: the state has more than 16 MiB'
	assert_nothing_left
}

@test "state: a process that cannot be looked at has not ended" {
	requires cmd_strace kernel_openat2
	strake_only "the order of system calls is its own"
	run_sleeper
	local command
	for command in "state $ID" "kill --all $ID KILL" "pause $ID" "exec $ID true" "delete $ID" "delete --force $ID"; do
		status=0
		# shellcheck disable=SC2086
		STRAKE_TEST_ID=$ID timeout 20 strace -qq -o "$T/trace" -e trace=openat2 -e inject=openat2:error=ENFILE:when=1 \
			"$RUNTIME" --root "$ROOT" $command </dev/null >"$T/o" 2>&1 3>&- 4>&- || status=$?
		assert_has "$(cat "$T/trace")" "\"$(init_pid)/stat\""
		[ "$status" != 0 ] || fail "$command: $(cat "$T/o")"
		assert_has "$(cat "$T/o")" "read /proc/$(init_pid)/stat: too many open files in system"
		is_status running
	done
}

@test "state: a process that a /proc with hidepid keeps from us is not the container's" {
	requires root cmd_setpriv
	strake_only "its state's field"
	local other
	background setpriv --reuid 1000 sleep 1000
	other=$!
	set_args true
	ok strake_run --keep
	sed -i 's/"init_process_pid":[0-9]*/"init_process_pid":'$other'/' "$ROOT/$ID/state.json"
	# Root, but without CAP_SYS_PTRACE, and not in the group that is let through.
	# shellcheck disable=SC2016
	unshare -m sh -c 'mount -t proc -o hidepid=1 proc /proc
		exec setpriv --regid 1 --clear-groups --bounding-set -sys_ptrace "$@"' sh "$RUNTIME" --root "$ROOT" state "$ID" \
		</dev/null >"$T/o" 2>&1 3>&- 4>&- || fail "$(cat "$T/o")"
	assert_eq "$(jq -r .status "$T/o")" stopped
}
