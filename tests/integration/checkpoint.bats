#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# checkpoint and restore by CRIU: the host's, or the one that tests/criu unpacks.
load helpers

setup() {
	setup_bundle
	IMAGES=$T/images
}

# quiet ARG...: a call whose container has no file of the host as a stream, which CRIU could not dump.
quiet() {
	last_command="$RUNTIME_NAME $*"
	status=0 out=''
	STRAKE_TEST_ID=$ID timeout --foreground -k 5 60 "$RUNTIME" --root "$ROOT" --log "$T/log" "$@" \
		</dev/null >/dev/null 2>&1 3>&- 4>&- || status=$?
	err=$(cat "$T/log" 2>/dev/null || true)
}
start() { quiet run --bundle "$BUNDLE" --detach "$@" "$ID"; }
dump() { strake checkpoint --image-path "$IMAGES" "$@" "$ID"; }
restore() { quiet restore --bundle "$BUNDLE" --image-path "$IMAGES" --detach "$@" "$ID"; }

# A process with something to remember: it counts the signals that it gets.
start_counter() {
	set_sh 'trap "n=\$((n + 1)); echo \$n >>/count" USR1; n=0; echo ready >/count; while :; do sleep 1000 & wait $!; done'
	ok start "$@"
	wait_for 10 grep -q ready "$BUNDLE/rootfs/count"
}
# counts N: tells it to count once more, and N is what it comes to.
counts() {
	ok strake kill "$ID" USR1
	wait_for 10 grep -qx "$1" "$BUNDLE/rootfs/count"
}
# CRIU before 3.19 takes an action script for a mistake when it was not called from a command line.
requires_action_scripts() {
	local version
	version=$(criu --version | sed -n 's/^Version: //p')
	printf '%s\n3.19\n' "$version" | sort -CVr || skip "needs a CRIU that runs action scripts (3.19), this is $version"
}
gone() {
	strake state "$ID"
	[ "$status" = 1 ]
	assert_err_match 'container does not exist'
}

# --- what needs no CRIU -------------------------------------------------------------------------

@test "checkpoint: only what runs" {
	set_args sleep 1000
	ok strake_create
	not_ok dump
	assert_err_match 'Container cannot be checkpointed in created state'
	ok strake kill "$ID" KILL
	wait_status stopped
	not_ok dump
	assert_err_match 'Container cannot be checkpointed in stopped state'
	ID=nobody not_ok dump
	assert_err_match 'container does not exist'
}

@test "checkpoint: values that mean nothing" {
	is_strake || requires criu # runc looks for it first
	run_sleeper
	local flags words
	while IFS='|' read -r flags words; do
		# runc leaves it to CRIU, which goes by another number.
		is_strake || [[ $flags != --page-server=host:* ]] || continue
		is_strake || words=${words%%: *} # and writes paths in another way
		# shellcheck disable=SC2086
		not_ok dump $flags
		assert_has "$err" "$words"
	done <<-EOF
		--manage-cgroups-mode=all|invalid manage-cgroups-mode value
		--empty-ns=pid|namespace \"pid\" is not supported
		--page-server=host|Use --page-server ADDRESS:PORT to specify page server
		--page-server=:80|Use --page-server ADDRESS:PORT to specify page server
		--page-server=::1:80|Use --page-server ADDRESS:PORT to specify page server
		--page-server=host:http|Invalid port number
		--page-server=host:70000|Invalid port number
		--pre-dump --parent-path=/parent|--parent-path must be relative
		--pre-dump --parent-path=../none|invalid --parent-path: stat $IMAGES/../none: no such file or directory
		--pre-dump --parent-path=../bundle/config.json|invalid --parent-path: $IMAGES/../bundle/config.json: not a directory
		--lazy-pages --status-fd=77|invalid --status-fd argument 77: bad file descriptor
		--lazy-pages --status-fd=0|invalid --status-fd argument 0: not writable
	EOF
	is_status running
	not_ok strake restore --bundle "$BUNDLE" --image-path "$IMAGES" --empty-ns=pid "$ID-2"
	assert_err_match 'is not supported'
	update_config '.linux.cgroupsPath += "-2"' # runc looks at the cgroup first
	not_ok strake restore --bundle "$BUNDLE" --image-path "$IMAGES" --manage-cgroups-mode=all "$ID-2"
	assert_err_match 'invalid manage-cgroups-mode value'
	is_strake || return 0 # the rest is crun's, and in words of our own
	ln -s nowhere "$T/dangling"
	not_ok strake checkpoint --image-path "$T/dangling" "$ID"
	assert_err_match 'open .*/dangling: no such file or directory'
	not_ok dump --network-lock=drop
	assert_err_match 'invalid network-lock value: .*found .*drop'
	not_ok strake restore --bundle "$BUNDLE" --image-path "$IMAGES" --network-lock=drop "$ID-2"
	assert_err_match 'invalid network-lock value'
}

@test "checkpoint and restore without CRIU" {
	run_sleeper
	PATH=$T/nothing:/usr/bin:/bin
	mkdir "$T/nothing"
	[ ! -x /usr/bin/criu ] && [ ! -x /bin/criu ] || skip "CRIU is beside everything else"
	not_ok dump
	assert_err_match 'CRIU version check failed: exec: .*criu.*: executable file not found in \$PATH'
	is_status running
	ok strake delete --force "$ID"
	echo '["/dev/null","/dev/null","/dev/null"]' >"$IMAGES/descriptors.json"
	not_ok restore
	assert_err_match 'executable file not found in \$PATH'
	assert_nothing_left
}

@test "checkpoint and restore: help, and a flag without its value" {
	ok strake checkpoint --help
	assert_out_match 'manage-cgroups-mode'
	not_ok strake restore --lsm-mount-context
	assert_has "$out$err" 'flag needs an argument'
}

@test "features: checkpoint is there" {
	strake_only "with runc it depends on how it was built"
	ok strake features
	assert_eq "$(jq -r '.annotations["org.opencontainers.runc.checkpoint.enabled"]' <<<"$out")" true
	assert_has "$(jq -c .potentiallyUnsafeConfigAnnotations <<<"$out")" '"org.criu.config"'
}

@test "restore: images that are not there" {
	is_strake || requires criu
	not_ok restore
	assert_err_match 'descriptors.json: no such file or directory'
	assert_nothing_left
	if is_strake; then # runc makes the directory
		[ ! -e "$IMAGES" ] || fail "a directory is left"
	fi
}

# fake_criu: CRIU is a program that writes down what it is asked for.
fake_criu() {
	mkdir "$T/bin"
	printf '#!/bin/sh\nexec python3 "%s" "$@"\n' "$REPO/tests/integration/fake-criu.py" >"$T/bin/criu"
	chmod 755 "$T/bin/criu"
	PATH=$T/bin:$PATH
	export FAKE_CRIU_LOG=$T/asked
}
# adds FLAGS LINES COMMAND...: what these flags change in the request, but for paths and descriptors.
adds() {
	local flags=$1 lines=$2
	shift 2
	not_ok "$@"
	cp "$T/asked" "$T/asked.plain"
	# shellcheck disable=SC2086
	not_ok "$@" $flags
	assert_eq "$flags: $(diff "$T/asked.plain" "$T/asked" | sed -n 's/^> //p' | paste -sd,)" "$flags: $lines"
}

@test "checkpoint: mounts of links, which CRIU would follow" {
	requires cmd_python3
	strake_only "crun's words are others"
	ln -s file "$T/link"
	update_config --arg s "$T/link" '.mounts += [{"destination": "/x", "type": "bind", "source": $s, "options": ["bind", "src-nofollow"]}]'
	run_sleeper
	fake_criu
	mkdir "$IMAGES"
	not_ok dump
	assert_err_match 'mounts.6. \(/x\): CRIU has no mounts with src-nofollow or dest-nofollow'
	is_status running || fail "it does not run any more"
}

@test "checkpoint: what each flag asks CRIU for" {
	requires cmd_python3
	strake_only "the order of what runc sends is its own"
	run_sleeper
	fake_criu
	mkdir "$T/parent" "$IMAGES"
	local flags lines
	# The numbers are those of CRIU's rpc.proto.
	while IFS='|' read -r flags lines; do
		adds "$flags" "$lines" dump
	done <<-EOF
		--leave-running|3 1
		--ext-unix-sk|4 1
		--tcp-established|5 1
		--shell-job|7 1
		--file-locks|8 1
		--page-server=1.2.3.4:99|11 [1.2.3.4 99]
		--page-server=[::1]:99|11 [::1 99]
		--parent-path=../parent|14 ../parent,15 1
		--auto-dedup|16 1
		--link-remap|18 1
		--manage-cgroups-mode=ignore|34 0
		--manage-cgroups-mode=soft|34 3
		--manage-cgroups-mode=full|34 4
		--manage-cgroups-mode=strict|34 5
		--tcp-skip-in-flight|46 1
		--network-lock=iptables|64 1
		--network-lock=nftables|64 2
		--network-lock=skip|64 3
		--empty-ns=network|
	EOF
	grep -qx '38 1073741824' "$T/asked"
	not_ok dump --pre-dump
	grep -qx 'type 4' "$T/asked"
	not_ok dump --work-path "$T/work"
	grep -q '^17 ' "$T/asked"
	is_status running
}

@test "restore: what each flag asks CRIU for" {
	requires cmd_python3
	strake_only "the order of what runc sends is its own"
	fake_criu
	set_args sleep 1000
	mkdir "$IMAGES"
	echo '["/dev/null","pipe:[1]","/dev/null"]' >"$IMAGES/descriptors.json"
	local flags lines
	while IFS='|' read -r flags lines; do
		adds "$flags" "$lines" restore
		assert_nothing_left
	done <<-EOF
		--ext-unix-sk|4 1
		--tcp-established|5 1
		--shell-job|7 1
		--file-locks|8 1
		--auto-dedup|16 1
		--manage-cgroups-mode=strict|34 5
		--lazy-pages|48 1
		--tcp-close|52 1
		--lsm-profile=apparmor:one|53 apparmor:one
		--lsm-mount-context=two|63 two
		--network-lock=skip|64 3
		--empty-ns=network|
		--no-pivot|
		--parent-path=x --preserve-fds=1|
	EOF
	grep -qx 'type 2' "$T/asked"
	grep -qx '26 1' "$T/asked"
	grep -qx '27 \[pipe:\[1\] 1\]' "$T/asked"
}

# --- what does ----------------------------------------------------------------------------------

@test "checkpoint, restore, and the process goes on where it was" {
	requires criu
	start_counter
	counts 1
	ok dump
	assert_eq "$out$err" ''
	gone
	assert_nothing_left
	jq -e 'length == 3' "$IMAGES/descriptors.json"
	test -s "$IMAGES/dump.log"
	ok restore --pid-file "$T/pid"
	assert_eq "$err" ''
	is_status running
	assert_eq "$(cat "$T/pid")" "$(init_pid)"
	counts 2
	ok strake exec "$ID" sh -c 'echo in; hostname'
	assert_eq "$out" $'in\ntesthost'
	[ ! -e "$ROOT/$ID/criu-root" ]
	# Again, from what was restored.
	ok dump
	gone
	ok restore
	counts 3
	ok strake pause "$ID"
	is_status paused
	ok strake resume "$ID"
	ok strake kill "$ID" KILL
	wait_status stopped
	ok strake delete "$ID"
	assert_nothing_left
}

# dump_delegated: in the same part of the cgroup before and after.
dump_delegated() {
	update_config '.annotations["run.oci.delegate-cgroup"] = "payload"'
	# (A sleep that was restored may be over: CRIU makes its system call an interrupted one.)
	set_sh 'while :; do sleep 1000; done'
	ok start
	ok dump
	ok restore
	assert_eq "$(sed -n 's/^0:://p' "/proc/$(init_pid)/cgroup")" "$CGROUP_PARENT/$ID/payload"
	ok strake exec "$ID" grep ^0: /proc/self/cgroup
	assert_out_match '/payload$'
	ok strake delete --force "$ID"
}

@test "checkpoint: a delegated cgroup" {
	strake_only "an annotation of crun"
	requires criu cgroups_v2
	dump_delegated
	rm -rf "$IMAGES"
	update_config '.linux.namespaces += [{"type": "cgroup"}]'
	dump_delegated
}

@test "checkpoint: what a restored container is in" {
	requires criu
	start_counter
	ok dump
	ok restore
	local pid dir
	pid=$(init_pid)
	dir=$(cgroup_dir "$(is_cgroup2 || echo pids)")
	grep -qx "$pid" "$dir/cgroup.procs"
	jq -e --argjson p "$pid" '.init_process_pid == $p and (.strake | has("creating") | not)' "$ROOT/$ID/state.json"
	# The clocks of the process go on, so it has a time namespace, and exec has the same one.
	if [ -e /proc/self/ns/time ]; then
		ok strake exec "$ID" readlink /proc/self/ns/time
		assert_eq "$out" "$(readlink "/proc/$pid/ns/time")"
	fi
	[ "$(readlink "/proc/$pid/ns/mnt")" != "$(readlink /proc/self/ns/mnt)" ]
	! grep -q criu-root "/proc/$pid/mountinfo" /proc/self/mountinfo
}

@test "checkpoint --leave-running" {
	requires criu
	start_counter
	ok dump --leave-running
	is_status running
	counts 1
}

@test "checkpoint of a paused container" {
	requires criu
	start_counter
	ok strake pause "$ID"
	ok dump
	gone
	ok restore
	is_status running
	counts 1
}

@test "checkpoint --work-path: the logs are there" {
	requires criu
	start_counter
	ok dump --work-path "$T/logs"
	test -s "$T/logs/dump.log"
	[ ! -e "$IMAGES/dump.log" ]
	ok restore --work-path "$T/logs"
	test -s "$T/logs/restore.log"
	counts 1
}

@test "checkpoint: the default is ./checkpoint" {
	requires criu
	start_counter
	cd "$T"
	ok strake checkpoint "$ID"
	test -s "$T/checkpoint/inventory.img"
	IMAGES=''
	ok restore
	counts 1
}

@test "checkpoint fails: CRIU's words, and the container goes on" {
	requires criu
	# Its output is a file that no mount of the container has.
	set_sh 'while :; do sleep 1000; done'
	ok strake_run --detach
	not_ok dump
	assert_has "$err" "--- Quoting"
	assert_has "$err" "$IMAGES/dump.log"
	assert_err_match 'level=error msg="criu failed: type (DUMP|NOTIFY) errno [0-9]+"'
	is_status running
	ok strake exec "$ID" true
}

# slow_freezer: CRIU waits once it has frozen the container.
slow_freezer() {
	FREEZER=$(cgroup_dir "$(is_cgroup2 || echo freezer)")/$(is_cgroup2 && echo cgroup.freeze || echo freezer.state)
	mkdir "$T/bin"
	cat >"$T/bin/criu" <<-EOF
		#!/bin/sh
		exec strace -o "$T/trace" -P "$FREEZER" -e trace=write -e inject=write:delay_exit=100000000 $(command -v criu) "\$@"
	EOF
	chmod 755 "$T/bin/criu"
	PATH=$T/bin:$PATH
}
# kill_frozen_dump: kills CRIU then. FAILED has what the runtime said.
kill_frozen_dump() {
	STRAKE_TEST_ID=$ID "$RUNTIME" --root "$ROOT" checkpoint --image-path "$IMAGES" "$ID" \
		</dev/null >"$T/dump.out" 2>&1 3>&- 4>&- &
	local dumping=$! rc=0
	BACKGROUND+=("$dumping")
	wait_for 20 grep -q write "$T/trace"
	kill -9 "$(pgrep -P "$(pgrep -P "$dumping")")"
	wait "$dumping" || rc=$?
	assert_eq "$rc" 1
	assert_has "$(cat "$T/dump.out")" 'level=error msg="CRIU ended without an answer: unexpected EOF"'
}

@test "checkpoint: CRIU is killed when it has frozen the container" {
	requires criu cmd_strace cmd_pgrep
	strake_only "runc leaves it frozen"
	start_counter
	slow_freezer
	kill_frozen_dump
	is_status running
	counts 1
}

@test "checkpoint: CRIU is killed at any of its stages" {
	strake_only "runc says EOF, and leaves what CRIU has stopped as it is"
	requires criu
	requires_action_scripts
	local stage
	# shellcheck disable=SC2016
	printf '#!/bin/sh\n[ "$CRTOOLS_SCRIPT_ACTION" != "$(cat %s/stage)" ] || kill -9 $PPID\n' "$T" >"$T/action"
	chmod 755 "$T/action"
	echo "action-script $T/action" >"$T/criu.conf"
	update_config --arg f "$T/criu.conf" '.annotations["org.criu.config"] = $f'
	start_counter
	local n=0
	for stage in pre-dump network-lock post-dump; do
		echo "$stage" >"$T/stage"
		not_ok dump
		assert_err_match 'level=error msg="CRIU ended without an answer: unexpected EOF"'
		is_status running
		counts $((++n))
	done
	echo none >"$T/stage"
	ok dump
	for stage in pre-restore setup-namespaces post-restore network-unlock post-resume; do
		echo "$stage" >"$T/stage"
		rm -f "$T/log"
		not_ok restore --pid-file "$T/pid"
		assert_err_match 'level=error msg="(CRIU ended without an answer: unexpected EOF|read CRIU.s answer|send a request to CRIU)'
		assert_nothing_left
		[ ! -e "$T/pid" ]
		# CRIU's own empty directory.
		sed -n 's|.*\(/tmp/\.criu\.mntns\.[A-Za-z0-9]*\)/.*|\1|p' "$IMAGES/restore.log" | sort -u | xargs -r rmdir 2>/dev/null || true
	done
	echo none >"$T/stage"
	ok restore
	counts $((++n))
}

@test "checkpoint of a container with a stopped process" {
	requires criu
	strake_only "CRIU hangs with runc on cgroup v1, and the container stays frozen"
	set_sh 'sleep 500 & kill -STOP $!; echo ready >/count; while :; do sleep 1000; done'
	ok start
	wait_for 10 grep -q ready "$BUNDLE/rootfs/count"
	ok dump
	ok restore
	ok strake exec "$ID" grep -l '^State:.T' /proc/2/status
	# Frozen, it does not look stopped.
	ok strake pause "$ID"
	ok dump --leave-running
	is_status paused
	ok dump
	ok restore
	ok strake exec "$ID" grep -l '^State:.T' /proc/2/status
}

@test "checkpoint: a process is stopped when CRIU is about to freeze the container" {
	requires criu
	requires_action_scripts
	strake_only "CRIU hangs with runc on cgroup v1"
	set_sh 'tail -f /dev/null & echo ready >/count; while :; do sleep 1000; done'
	update_config --arg f "$T/criu.conf" '.annotations["org.criu.config"] = $f'
	cat >"$T/script" <<-SH
		#!/bin/sh
		[ "\$CRTOOLS_SCRIPT_ACTION" != pre-dump ] || kill -STOP "\$(cat '$T/victim')"
	SH
	chmod 755 "$T/script"
	echo "action-script $T/script" >"$T/criu.conf"
	ok start
	wait_for 10 grep -q ready "$BUNDLE/rootfs/count"
	pgrep -P "$(init_pid)" -x tail >"$T/victim"
	ok dump --leave-running
	grep -q '^State:.T' "/proc/$(cat "$T/victim")/status"
	kill -CONT "$(cat "$T/victim")"
	ok dump
	: >"$T/criu.conf"
	ok restore
	# The pending SIGSTOP has come with the images.
	is_stopped() { strake exec "$ID" grep -q '^State:.T' /proc/2/status && [ "$status" = 0 ]; }
	wait_for 10 is_stopped
}

@test "checkpoint: CRIU is slow while the container is frozen" {
	requires cgroups_v1 cmd_python3
	strake_only "runc does not look at CRIU"
	run_sleeper
	fake_criu
	export FAKE_CRIU_BUSY=$T/freezer
	not_ok dump
	assert_err_match 'criu failed: type DUMP errno 5'
	assert_eq "$(cat "$T/freezer")" FROZEN
	is_status running
}

@test "checkpoint of a paused container that fails, or that goes on" {
	requires criu
	start_counter
	ok strake pause "$ID"
	ok dump --leave-running
	is_status paused
	update_config '.annotations["org.criu.config"] = "/none"'
	rm "$IMAGES"/*.img
	mkdir "$IMAGES/inventory.img"
	not_ok dump
	is_status paused
	ok strake resume "$ID"
	counts 1
}

@test "checkpoint: directories that others can write" {
	requires criu
	strake_only "runc says nothing"
	start_counter
	mkdir "$IMAGES" "$T/work"
	chown 12345 "$IMAGES"
	chmod 777 "$T/work"
	ok dump --leave-running --work-path "$T/work"
	assert_has "$err" "$IMAGES belongs to uid 12345, who can make CRIU write anywhere"
	assert_has "$err" "$T/work can be written by everybody"
	chmod 1777 "$T/work"
	chown 0 "$IMAGES"
	ok dump --leave-running --work-path "$T/work"
	assert_eq "$err" ''
	chgrp 12345 "$IMAGES"
	chmod 770 "$IMAGES"
	ok dump --leave-running
	assert_has "$err" "$IMAGES can be written by gid 12345, who can make CRIU write anywhere"
	chgrp 0 "$IMAGES"
	ok dump
	assert_eq "$err" ''
	chown 12345 "$IMAGES"
	ok restore
	assert_has "$err" 'belongs to uid 12345'
	counts 1
}

# No CRIU at all: what is said before.
@test "checkpoint and restore: who can replace the directories, and what the images add to" {
	strake_only "runc says nothing"
	set_args sleep 1000
	ok strake run --bundle "$BUNDLE" --detach "$ID"
	mkdir -p "$T/a/b/images" "$T/bin"
	local images=$T/a/b/images who='who can make CRIU write anywhere'
	no_criu() { PATH=$T/bin:/usr/bin:/bin strake "$@"; }
	printf '#!/bin/sh\nexit 1\n' >"$T/bin/criu"
	chmod 755 "$T/bin/criu"
	dump_there() { not_ok no_criu checkpoint --image-path "$images" "$@" "$ID"; }
	dump_there
	assert_not "$err" "$who"
	chmod 777 "$T/a"
	dump_there
	assert_has "$err" "$T/a can be written by everybody, $who"
	# In a directory like /tmp nobody replaces what is not his.
	chmod 1777 "$T/a"
	dump_there
	assert_not "$err" "$who"
	chown 12345 "$T/a/b"
	dump_there
	assert_has "$err" "$T/a/b belongs to uid 12345, $who"
	chown 0 "$T/a/b"
	mkdir "$T/before"
	chown 12345 "$T/before"
	dump_there --parent-path ../../../before
	assert_has "$err" "$T/before belongs to uid 12345, $who"
	ln -s ../../../before "$images/parent"
	not_ok no_criu restore --bundle "$BUNDLE" --image-path "$images" "$ID-2"
	assert_has "$err" "$T/before belongs to uid 12345, $who"
	rm "$images/parent"
	# Somebody's file is there already.
	chmod 1777 "$images"
	: >"$images/pages-1.img"
	chown 12345 "$images/pages-1.img"
	not_ok no_criu restore --bundle "$BUNDLE" --image-path "$images" "$ID-2"
	assert_has "$err" "$images/pages-1.img belongs to uid 12345, $who"
	ln -sfn . "$images/parent"
	chown 0 "$images/pages-1.img"
	not_ok no_criu restore --bundle "$BUNDLE" --image-path "$images" "$ID-2"
	assert_not "$err" "$who"
}

# in_own_mounts SCRIPT: with mounts that nobody else sees; fails when the script does.
in_own_mounts() {
	STRAKE_TEST_ID=$ID RUNTIME=$RUNTIME ROOT=$ROOT ID=$ID IMAGES=$IMAGES BUNDLE=$BUNDLE T=$T \
		unshare -m --propagation private sh -ec "$1" </dev/null >"$T/own.out" 2>&1 3>&- 4>&-
}

@test "checkpoint: images that cannot be written, and a disk that is full" {
	requires criu root
	start_counter
	mkdir "$IMAGES"
	# shellcheck disable=SC2016
	in_own_mounts 'mount -t tmpfs -o size=64k tmpfs "$IMAGES"
		"$RUNTIME" --root "$ROOT" checkpoint --image-path "$IMAGES" "$ID" && exit 9 || :'
	grep -q 'level=error msg="criu failed: type DUMP errno' "$T/own.out"
	is_status running
	counts 1
	# shellcheck disable=SC2016
	in_own_mounts 'mount -t tmpfs -o ro tmpfs "$IMAGES"
		"$RUNTIME" --root "$ROOT" checkpoint --image-path "$IMAGES" "$ID" && exit 9 || :
		"$RUNTIME" --root "$ROOT" checkpoint --image-path "$IMAGES/new" "$ID" && exit 9 || :'
	assert_eq "$(grep -c level=error "$T/own.out")" 2
	assert_eq "$(grep -c 'level=error .*read-only file system' "$T/own.out")" 2
	is_status running
	counts 2
	ok dump
	gone
	ok restore
	counts 3
	# The images can be read only, and the logs are elsewhere.
	ok dump
	# shellcheck disable=SC2016
	in_own_mounts 'mount --bind "$IMAGES" "$IMAGES"
		mount -o remount,ro,bind "$IMAGES"
		"$RUNTIME" --root "$ROOT" restore --bundle "$BUNDLE" --image-path "$IMAGES" --work-path "$T/logs" --detach "$ID"' ||
		fail "$(cat "$T/own.out")"
	counts 4
	ok dump
	rm -r "$IMAGES"
	not_ok restore
	assert_err_match 'descriptors.json: no such file or directory'
	assert_nothing_left
}

@test "checkpoint: the container ends meanwhile" {
	requires criu
	requires_action_scripts
	# Before CRIU looks at its first process.
	# shellcheck disable=SC2016
	printf '#!/bin/sh\n[ "$CRTOOLS_SCRIPT_ACTION" != pre-dump ] || kill -9 "$CRTOOLS_INIT_PID"\n' >"$T/action"
	chmod 755 "$T/action"
	echo "action-script $T/action" >"$T/criu.conf"
	update_config --arg f "$T/criu.conf" '.annotations["org.criu.config"] = $f'
	start_counter
	not_ok dump
	assert_err_match 'level=error msg="(criu failed: type DUMP errno|CRIU ended without an answer|read unixpacket .*EOF)'
	wait_status stopped
	ok strake delete "$ID"
	assert_nothing_left
}

@test "checkpoint and restore with a user namespace" {
	requires criu
	update_config '.linux.namespaces += [{"type": "user"}] |
		.linux.uidMappings = [{"containerID": 0, "hostID": 100000, "size": 65536}] |
		.linux.gidMappings = [{"containerID": 0, "hostID": 200000, "size": 65536}]'
	chown 100000:200000 "$BUNDLE/rootfs"
	local d=$BUNDLE
	# The mapped root has to come to its rootfs, and to the images: CRIU reads them as that.
	mkdir -m 711 "$IMAGES"
	while [ "$d" != / ]; do
		chmod o+x "$d"
		d=$(dirname "$d")
	done
	start_counter
	ok dump
	ok restore
	counts 1
	assert_eq "$(tr -s ' ' <"/proc/$(init_pid)/uid_map")" ' 0 100000 65536'
	assert_eq "$(tr -s ' ' <"/proc/$(init_pid)/gid_map")" ' 0 200000 65536'
	ok strake exec "$ID" sh -c 'id -u; touch /made; stat -c %u /made'
	assert_eq "$out" $'0\n0'
	assert_eq "$(stat -c %u:%g "$BUNDLE/rootfs/made")" 100000:200000
}

@test "restore fails: nothing is left" {
	requires criu
	start_counter
	ok dump
	rm "$IMAGES"/core-*.img
	not_ok restore --pid-file "$T/pid"
	assert_err_match 'level=error msg="criu failed: type (RESTORE|NOTIFY) errno [0-9]+"'
	assert_has "$err" "$IMAGES/restore.log"
	[ ! -e "$T/pid" ]
	assert_nothing_left
	! grep -q criu-root /proc/self/mountinfo
}

@test "restore in the foreground ends as the process does" {
	requires criu
	set_sh 'trap "exit 7" USR1; echo ready >/count; while :; do sleep 1000 & wait $!; done'
	ok start
	wait_for 10 grep -q ready "$BUNDLE/rootfs/count"
	ok dump
	background quiet_restore
	wait_status running
	ok strake kill "$ID" USR1
	local rc=0
	wait "${BACKGROUND[-1]}" || rc=$?
	assert_eq "$rc" 7
	gone
}
quiet_restore() {
	STRAKE_TEST_ID=$ID exec "$RUNTIME" --root "$ROOT" restore --bundle "$BUNDLE" --image-path "$IMAGES" "$ID" \
		>/dev/null 2>&1
}

@test "restore: pipes are the caller's new ones" {
	requires criu
	set_sh 'n=0; while read -r line; do n=$((n + 1)); echo "$n $line"; done'
	local p to from
	exec {p}<> <(:)
	exec {from}</proc/self/fd/$p {to}>/proc/self/fd/$p {p}>&-
	mkfifo "$T/out"
	STRAKE_TEST_ID=$ID "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" --detach "$ID" <&"$from" 2>&1 3>&- | cat >"$T/out.1" 3>&- 4>&- &
	wait_status running
	echo one >&"$to"
	wait_for 10 grep -qx '1 one' "$T/out.1"
	ok dump
	jq -e 'all(startswith("pipe:["))' "$IMAGES/descriptors.json"
	STRAKE_TEST_ID=$ID "$RUNTIME" --root "$ROOT" restore --bundle "$BUNDLE" --image-path "$IMAGES" --detach "$ID" \
		<&"$from" 2>&1 3>&- | cat >"$T/out.2" 3>&- 4>&- &
	wait_status running
	echo two >&"$to"
	wait_for 10 grep -qx '2 two' "$T/out.2"
	exec {to}>&- {from}<&-
	ok strake delete --force "$ID"
}

@test "checkpoint and restore with a terminal" {
	requires criu payload_recvfd
	update_config '.process.terminal = true'
	set_sh 'n=0; while read -r line; do n=$((n + 1)); echo "<$n $line>"; done'
	listen 1
	ok start --console-socket "$T/sock.1"
	echo one >"$T/keys.1"
	wait_for 10 grep -q '<1 one>' "$T/console.1"
	ok dump
	not_ok restore
	assert_err_match 'cannot allocate tty if runc will detach without setting console socket'
	listen 2
	# A relative name begins at the bundle.
	cd /
	ok restore --console-socket ../sock.2
	echo two >"$T/keys.2"
	wait_for 10 grep -q '<2 two>' "$T/console.2"
	assert_nothing_to_console
}
listen() {
	mkfifo "$T/keys.$1"
	"$STRAKE_PAYLOAD/recvfd" tty "$T/sock.$1" <>"$T/keys.$1" >"$T/console.$1" 2>"$T/console.err.$1" 3>&- &
	BACKGROUND+=($!)
	wait_for 5 test -S "$T/sock.$1"
}
assert_nothing_to_console() { ! grep -q surplus "$T/console.err.2"; }

@test "restore: hooks of the host run, and see the process" {
	requires criu
	local k
	for k in prestart createRuntime createContainer startContainer poststart poststop; do
		update_config --arg k $k --arg s "cat >$T/hook.$k" \
			'.hooks[$k] = [{"path": "/bin/sh", "args": ["sh", "-c", $s], "env": ["PATH=/usr/bin:/bin"]}]'
	done
	update_config 'del(.hooks.startContainer)'
	start_counter
	rm -f "$T"/hook.*
	ok dump
	assert_eq "$(cd "$T" && echo hook.*)" hook.poststop
	rm -f "$T"/hook.*
	ok restore
	assert_eq "$(cd "$T" && echo hook.*)" 'hook.createRuntime hook.prestart'
	for k in prestart:created createRuntime:creating; do
		jq -e --arg id "$ID" --arg b "$BUNDLE" --argjson p "$(init_pid)" --arg s "${k#*:}" --argjson ours "$(is_strake && echo true || echo false)" \
			'.id == $id and .bundle == $b and .pid == $p and (.status == $s or ($ours | not))' "$T/hook.${k%:*}"
	done
	counts 1
}

@test "restore: a hook that fails" {
	requires criu
	start_counter
	ok dump
	update_config '.hooks = {"createRuntime": [{"path": "/bin/sh", "args": ["sh", "-c", "echo no >&2; exit 3"]}],
		"poststop": [{"path": "/bin/sh", "args": ["sh", "-c", "echo >>'"$T"'/poststop"]}]}'
	not_ok restore
	assert_err_match 'error running createRuntime hook #0: exit status 3, stdout: , stderr: no'
	assert_nothing_left
	test -e "$T/poststop"
}

@test "restore: mounts from the host, also where the mount point is gone" {
	requires criu
	mkdir "$T/one" "$T/two"
	echo first >"$T/one/file"
	echo second >"$T/two/file"
	echo single >"$T/single"
	mkdir -p "$BUNDLE/rootfs/real"
	ln -s /real "$BUNDLE/rootfs/link"
	update_config --arg t "$T" '.mounts += [
		{"destination": "/one", "source": ($t + "/one"), "type": "bind", "options": ["rbind"]},
		{"destination": "/one/two", "source": ($t + "/two"), "options": ["bind", "ro"]},
		{"destination": "/single", "source": ($t + "/single"), "options": ["bind", "ro"]},
		{"destination": "/link/dir", "source": ($t + "/two"), "options": ["bind"]}]'
	start_counter
	ok dump
	rmdir "$T/one/two" "$BUNDLE/rootfs/one" "$BUNDLE/rootfs/real/dir"
	rm "$BUNDLE/rootfs/single"
	ok restore
	counts 1
	ok strake exec "$ID" cat /one/file /one/two/file /single /real/dir/file
	assert_eq "$out" $'first\nsecond\nsingle\nsecond'
	not_ok strake exec "$ID" sh -c 'echo x >/one/two/file'
	ok strake exec "$ID" sh -c 'cat /proc/kcore; head -c 1 /dev/zero | wc -c'
	assert_eq "$out" 1
	assert_eq "$(wc -l </proc/self/mountinfo)" "$MOUNTS_BEFORE"
}

@test "checkpoint and restore in a network namespace that was there before" {
	requires criu cmd_ip cmd_nsenter
	unshare -n sleep 1000 </dev/null >/dev/null 2>&1 3>&- 4>&- &
	local holder=$!
	BACKGROUND+=("$holder")
	wait_for 5 eval "[ \"\$(readlink /proc/$holder/ns/net)\" != \"\$(readlink /proc/self/ns/net)\" ]"
	update_config --arg p "/proc/$holder/ns/net" '(.linux.namespaces[] | select(.type == "network")).path = $p'
	start_counter
	ok dump
	ok restore
	assert_eq "$(readlink "/proc/$(init_pid)/ns/net")" "$(readlink "/proc/$holder/ns/net")"
	counts 1
	ok dump
	update_config '(.linux.namespaces[] | select(.type == "network")).path = "/proc/0/ns/net"'
	not_ok restore
	assert_has "$err" /proc/0/ns/net
	assert_nothing_left
}

@test "checkpoint and restore with a cgroup namespace" {
	requires criu
	update_config '.linux.namespaces += [{"type": "cgroup"}]'
	start_counter
	ok dump
	ok restore
	counts 1
	ok strake exec "$ID" cat /proc/self/cgroup
	assert_not "$out" "$ID"
}

@test "restore --manage-cgroups-mode ignore, into another cgroup" {
	requires criu
	start_counter
	ok dump --manage-cgroups-mode ignore
	CGROUP_PARENT=/strake-test/other
	update_config --arg p "$CGROUP_PARENT/$ID" '.linux.cgroupsPath = $p'
	ok restore --manage-cgroups-mode ignore
	grep -qx "$(init_pid)" "$(cgroup_dir "$(is_cgroup2 || echo pids)")/cgroup.procs"
	counts 1
	ok strake delete --force "$ID"
	assert_nothing_left
	rmdir /sys/fs/cgroup/strake-test/other /sys/fs/cgroup/*/strake-test/other 2>/dev/null || true
}

@test "checkpoint: annotation org.criu.config" {
	requires criu
	echo "log-file own.log" >"$T/criu.conf"
	update_config --arg f "$T/criu.conf" '.annotations["org.criu.config"] = $f'
	start_counter
	ok dump
	test -s "$IMAGES/own.log"
	[ ! -e "$IMAGES/dump.log" ]
	rm "$IMAGES/own.log"
	ok restore
	test -s "$IMAGES/own.log"
	counts 1
}

# blocks DIR...: what the pages there take on the disk.
blocks() { stat -c %b "${@/%//pages-1.img}" | awk '{n += $1} END {print n}'; }

@test "checkpoint --pre-dump where the kernel tracks no memory" {
	requires criu
	! criu check --feature mem_dirty_track >/dev/null 2>&1 || skip "this kernel does"
	start_counter
	not_ok dump --pre-dump
	assert_err_match 'criu is missing features: \[MemTrack\]'
	is_status running
	counts 1
}

@test "checkpoint --pre-dump, twice, then the rest" {
	requires criu
	criu check --feature mem_dirty_track >/dev/null 2>&1 || skip "needs a kernel that tracks soft-dirty memory"
	# Three megabytes that do not change.
	set_sh 'x=$(head -c 3000000 /dev/zero | tr "\0" a)
		trap "n=\$((n + 1)); echo \$n >>/count" USR1; n=0; echo ready >/count; while :; do sleep 1000 & wait $!; done'
	ok start
	wait_for 30 grep -q ready "$BUNDLE/rootfs/count"
	IMAGES=$T/one ok dump --pre-dump
	is_status running
	counts 1
	IMAGES=$T/two ok dump --pre-dump --parent-path ../one
	is_status running
	counts 2
	[ "$(blocks "$T/one")" -gt 5800 ]
	[ "$(blocks "$T/two")" -lt 2000 ]
	local before
	before=$(blocks "$T/one" "$T/two")
	ok dump --parent-path ../two --auto-dedup
	[ "$(blocks "$IMAGES")" -lt 2000 ]
	# What is in the last images is no longer in the first.
	[ "$(blocks "$T/one" "$T/two")" -lt "$before" ]
	assert_eq "$(readlink "$IMAGES/parent")" ../two
	gone
	ok restore
	counts 3
}

# Takes a free port; PORT and SERVER are its.
page_server() {
	local try
	mkdir -p "$T/pages"
	for try in 1 2 3 4 5; do
		PORT=$((20000 + RANDOM % 10000))
		rm -f "$T/ready"
		criu page-server --address 127.0.0.1 --port "$PORT" --images-dir "$T/pages" --status-fd 9 -o server.log \
			9>"$T/ready" </dev/null >"$T/server.out" 2>&1 3>&- 4>&- &
		SERVER=$!
		BACKGROUND+=("$SERVER")
		wait_for 10 eval "[ -s '$T/ready' ] || ! kill -0 $SERVER"
		[ ! -s "$T/ready" ] || return 0
	done
	fail "no page server: $(cat "$T/server.out")"
}

@test "checkpoint --page-server: the memory goes there" {
	requires criu
	start_counter
	page_server
	ok dump --page-server "127.0.0.1:$PORT"
	wait "$SERVER"
	[ ! -e "$IMAGES/pages-1.img" ]
	cp "$T/pages"/pages-*.img "$T/pages"/pagemap-*.img "$IMAGES"
	ok restore
	counts 1
}

# --- what a flag changes ------------------------------------------------------------------------

@test "checkpoint --link-remap: a name that is gone while another is there" {
	requires criu
	set_sh 'echo word >/a; ln /a /b; exec 9</b; rm /b
		trap "cat <&9 >/count" USR1; echo ready >/count; while :; do sleep 1000 & wait $!; done'
	ok start
	wait_for 10 grep -q ready "$BUNDLE/rootfs/count"
	not_ok dump
	assert_has "$err" 'Use link-remap option'
	is_status running
	ok dump --link-remap
	ok restore
	ok strake kill "$ID" USR1
	wait_for 10 grep -qx word "$BUNDLE/rootfs/count"
}

@test "restore --auto-dedup: the images become smaller" {
	requires criu
	fallocate -l 64k "$T/holes" && fallocate -p -l 64k "$T/holes" 2>/dev/null ||
		skip "needs a file system that can punch holes"
	start_counter
	ok dump
	local before
	before=$(blocks "$IMAGES")
	ok restore
	[ "$(blocks "$IMAGES")" = "$before" ]
	ok strake delete --force "$ID"
	ok restore --auto-dedup
	[ "$(blocks "$IMAGES")" -lt "$before" ]
	counts 1
}

# own_network: a network namespace with a loopback interface, for connections within.
own_network() {
	unshare -n sh -c 'ip link set lo up && exec sleep 1000' </dev/null >/dev/null 2>&1 3>&- 4>&- &
	HOLDER=$!
	BACKGROUND+=("$HOLDER")
	wait_for 10 nsenter -t "$HOLDER" -n ip -4 address show dev lo up scope host to 127.0.0.1
	wait_for 10 eval "nsenter -t $HOLDER -n ip address show dev lo | grep -q 127.0.0.1"
	update_config --arg p "/proc/$HOLDER/ns/net" '(.linux.namespaces[] | select(.type == "network")).path = $p'
}
# sockets STATE: how many TCP sockets there are in it (01: established).
sockets() { nsenter -t "$HOLDER" -n awk -v s="$1" '$4 == s {n++} END {print n + 0}' /proc/self/net/tcp /proc/self/net/tcp6; }

@test "checkpoint --tcp-established, and --tcp-close" {
	requires criu cmd_ip cmd_nsenter
	own_network
	# What one says the other writes down.
	set_sh 'mkfifo /in; tail -f /dev/null | nc -l -p 1000 >/count & tail -f /dev/null >/in &
		while ! grep -q ":03E8 .* 0A " /proc/net/tcp6; do sleep 0.1; done
		nc 127.0.0.1 1000 </in >/dev/null & wait'
	ok start
	wait_for 10 eval '[ "$(sockets 01)" = 2 ]'
	not_ok dump
	assert_has "$err" '--tcp-established'
	is_status running
	ok dump --tcp-established
	ok restore --tcp-established
	assert_eq "$(sockets 01)" 2
	# (3.17 with the iptables of nf_tables: the lock of the dump that failed is in the way.)
	! grep -q '^ip6*tables-restore ' "$IMAGES/restore.log" || skip "this CRIU could not unlock the network"
	ok strake exec "$ID" sh -c 'echo word >/in'
	wait_for 10 grep -qx word "$BUNDLE/rootfs/count"
	ok strake delete --force "$ID"
	is_strake || return 0 # a flag of crun
	# The files as they were then, and sockets without their connection.
	: >"$BUNDLE/rootfs/count"
	ok restore --tcp-close
	assert_eq "$(sockets 01)" 0
	is_status running
}

# Runs the container with stdin made by Python statements, in its own network namespace: CRIU looks for
# sockets there.
start_with_stdin() {
	STRAKE_TEST_ID=$ID nsenter -t "$HOLDER" -n python3 -c "import os, socket, sys
$1
os.set_inheritable(0, True)
sys.exit(os.spawnvp(os.P_WAIT, sys.argv[1], sys.argv[1:]))" "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" --detach "$ID" \
		</dev/null >/dev/null 2>&1 3>&- 4>&-
}

@test "checkpoint --ext-unix-sk: a socket that is connected to the host" {
	requires criu cmd_python3 cmd_ip cmd_nsenter
	own_network
	# CRIU connects it by its name, from within.
	mkdir "$T/run"
	update_config --arg t "$T/run" '.mounts += [{"destination": $t, "source": $t, "options": ["bind"]}]'
	nsenter -t "$HOLDER" -n python3 -c 'import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
while True: print(s.recv(99).decode(), end="", flush=True)' "$T/run/sock" >"$T/heard" 2>&1 3>&- 4>&- &
	BACKGROUND+=($!)
	wait_for 10 test -S "$T/run/sock"
	set_sh 'trap "echo \$n >&0; n=\$((n + 1))" USR1; n=1; echo ready >/count; while :; do sleep 1000 & wait $!; done'
	start_with_stdin "s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.connect('$T/run/sock'); os.dup2(s.fileno(), 0)"
	wait_for 10 grep -q ready "$BUNDLE/rootfs/count"
	ok strake kill "$ID" USR1
	wait_for 10 grep -qx 1 "$T/heard"
	not_ok dump
	assert_has "$err" '--ext-unix-sk'
	is_status running
	ok dump --ext-unix-sk
	ok restore --ext-unix-sk
	ok strake kill "$ID" USR1
	wait_for 10 grep -qx 2 "$T/heard"
}

@test "restore --lsm-profile reaches CRIU" {
	requires criu
	start_counter
	ok dump
	not_ok restore --lsm-profile nonsense
	assert_has "$err" 'lsm'
	assert_nothing_left
}

@test "checkpoint and restore --manage-cgroups-mode" {
	requires criu
	# CRIU writes the files of those hierarchies too, which nobody has mounted.
	! is_cgroup2 || ! grep -q '^[1-9]' /proc/self/cgroup || skip "needs a host whose hierarchies are all mounted"
	start_counter
	local mode n=0
	for mode in full ignore; do
		ok dump --manage-cgroups-mode "$mode"
		ok restore --manage-cgroups-mode "$mode"
		counts $((++n))
	done
	# The container's cgroup is made before CRIU looks.
	ok dump --manage-cgroups-mode strict
	not_ok restore --manage-cgroups-mode strict
	assert_has "$err" 'Abort restore of existing cgroups'
	assert_nothing_left
}

# --- lazy pages ---------------------------------------------------------------------------------

requires_uffd() {
	criu check --feature uffd-noncoop >/dev/null 2>&1 </dev/null || skip "needs userfaultfd's events"
}
# CRIU's server of lazy pages has a pipe of 3276 KiB.
requires_lazy_server() {
	requires_uffd
	[ "$(cat /proc/sys/fs/pipe-max-size)" -ge 4194304 ] || requires sys_resource
}

# serve_lazily: dumps, and stays to serve; DUMPING is its pid, PORT where.
serve_lazily() {
	local try
	for try in 1 2 3 4 5; do
		PORT=$((20000 + RANDOM % 10000))
		STRAKE_TEST_ID=$ID "$RUNTIME" --root "$ROOT" checkpoint --image-path "$IMAGES" --lazy-pages --status-fd 9 \
			--page-server "127.0.0.1:$PORT" --manage-cgroups-mode ignore "$ID" \
			9>"$T/status" </dev/null >"$T/dump.out" 2>&1 3>&- 4>&- &
		DUMPING=$!
		BACKGROUND+=("$DUMPING")
		wait_for 60 eval "[ -s '$T/status' ] || ! kill -0 $DUMPING"
		[ ! -s "$T/status" ] || return 0
		grep -q "Can't bind" "$IMAGES/dump.log" || break
	done
	fail "no lazy pages: $(cat "$T/dump.out")"
}

# lazy_daemon ARG...: what gives the pages to those who are restored; DAEMON is its pid.
lazy_daemon() {
	criu lazy-pages --images-dir "$IMAGES" -v4 -o lazy.log "$@" </dev/null >"$T/lazy.out" 2>&1 3>&- 4>&- &
	DAEMON=$!
	BACKGROUND+=("$DAEMON")
	wait_for 20 test -S "$IMAGES/lazy-pages.socket"
}

@test "checkpoint --lazy-pages: where CRIU could not serve them" {
	requires criu
	strake_only "runc waits until somebody asks for a page, and the restore hangs"
	[ "$(cat /proc/sys/fs/pipe-max-size)" -lt 4194304 ] || skip "fs.pipe-max-size is large enough"
	requires_uffd
	start_counter
	# Without CAP_SYS_RESOURCE, bit 24, whoever has it here.
	local call=(setpriv --bounding-set -sys_resource "$RUNTIME" --root "$ROOT")
	command -v setpriv >/dev/null || skip "needs the program setpriv"
	"${call[@]}" checkpoint --image-path "$IMAGES" --lazy-pages --page-server 127.0.0.1:1 "$ID" \
		</dev/null >"$T/out" 2>&1 && fail "expected a failure"
	grep -q 'cannot serve them without a pipe of 3276 KiB: CAP_SYS_RESOURCE is missing' "$T/out"
	is_status running
	counts 1
}

@test "checkpoint --lazy-pages: the status fd says when pages can be fetched" {
	requires criu cmd_pgrep
	requires_lazy_server
	start_counter
	serve_lazily
	assert_eq "$(od -An -tx1 "$T/status" | tr -d ' ')" 00
	test -s "$IMAGES/inventory.img"
	# Nobody fetches the pages: CRIU gives up, and the container goes on.
	kill "$(pgrep -P "$DUMPING")"
	local rc=0
	wait "$DUMPING" || rc=$?
	assert_eq "$rc" 1
	grep -qi criu "$T/dump.out"
	wait_status running
	counts 1
}

@test "checkpoint --lazy-pages, and a restore that fetches the memory from there" {
	requires criu
	requires_lazy_server
	start_counter
	counts 1
	serve_lazily
	lazy_daemon --page-server --address 127.0.0.1 --port "$PORT"
	# The first one is still there until its last page is gone.
	local first=$ID
	update_config --arg p "$CGROUP_PARENT/$ID-r" '.linux.cgroupsPath = $p'
	ID=$first-r ok restore --lazy-pages --manage-cgroups-mode ignore
	wait "$DUMPING"
	wait "$DAEMON"
	gone
	grep -q 'UFFD transferred pages' "$IMAGES/lazy.log"
	ID=$first-r counts 2
	ID=$first-r ok strake delete --force "$first-r"
}

@test "restore --lazy-pages: from images of this host" {
	requires criu
	requires_uffd
	start_counter
	counts 1
	ok dump
	lazy_daemon
	ok restore --lazy-pages
	wait "$DAEMON"
	grep -q 'UFFD transferred pages' "$IMAGES/lazy.log"
	counts 2
}

@test "restore --lazy-pages: nobody has pages" {
	requires criu
	requires_uffd
	start_counter
	ok dump
	not_ok restore --lazy-pages
	assert_has "$err" 'lazy-pages.socket failed: No such file or directory'
	assert_err_match 'level=error msg="criu failed: type (RESTORE|NOTIFY) errno [0-9]+"'
	assert_nothing_left
}

@test "restore --lazy-pages: who has the pages goes away, and CRIU would wait for ever" {
	requires criu
	strake_only "runc waits with it"
	requires_action_scripts
	requires_uffd
	cat >"$T/action" <<-EOF
		#!/bin/sh
		[ "\$CRTOOLS_SCRIPT_ACTION" != network-unlock ] || kill -9 \$(cat "$T/daemon")
	EOF
	chmod 755 "$T/action"
	echo "action-script $T/action" >"$T/criu.conf"
	start_counter
	ok dump
	update_config --arg f "$T/criu.conf" '.annotations["org.criu.config"] = $f'
	lazy_daemon
	echo "$DAEMON" >"$T/daemon"
	not_ok restore --lazy-pages
	assert_has "$err" 'Failed sending restore finished indication'
	assert_err_match 'CRIU hangs: the process that it restored is dead'
	assert_nothing_left
}

@test "restore: an init that is slow to die is waited for, one that waits for CRIU is not" {
	requires cmd_python3
	strake_only "runc waits for both"
	fake_criu
	set_args sleep 1000
	mkdir "$IMAGES"
	echo '["/dev/null","/dev/null","/dev/null"]' >"$IMAGES/descriptors.json"
	export FAKE_CRIU_DEATH=slow
	not_ok restore
	assert_err_match 'criu failed: type RESTORE errno 5'
	assert_nothing_left
	rm "$T/log"
	FAKE_CRIU_DEATH=stuck
	not_ok restore
	assert_err_match 'CRIU hangs: the process that it restored is dead'
	assert_nothing_left
}

@test "restore: a runtime that is killed leaves what delete --force removes" {
	strake_only "runc leaves its mounts on the host"
	requires criu
	start_counter
	ok dump
	update_config --arg s "kill -9 \$PPID; sleep 1" \
		'.hooks = {"createRuntime": [{"path": "/bin/sh", "args": ["sh", "-c", $s]}]}'
	not_ok restore
	ok strake delete --force "$ID"
	assert_nothing_left
	! grep -q criu-root /proc/self/mountinfo
}
