#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Errors in config.json, and that a create which fails, wherever, leaves nothing.
load helpers

fails_clean() {
	not_ok strake_create "$@"
	assert_status 1
	[ -n "$err" ] || fail "no message" "$(show)"
	assert_nothing_left
}

@test "config: not there" {
	rm "$BUNDLE/config.json"
	fails_clean
	assert_err_match 'config.json'
	not_ok strake create --bundle /no/such/dir "$ID"
	assert_err_match 'no such file or directory'
}

@test "config: the words for a missing file" {
	rm "$BUNDLE/config.json"
	fails_clean
	assert_err_match 'JSON specification file config.json not found'
}

@test "config: not JSON, empty, an array, cut off" {
	local t
	for t in '' '[]' '{' '{"ociVersion": "1.0.0"' '{"a": 1} x'; do
		printf %s "$t" >"$BUNDLE/config.json"
		fails_clean
	done
}

@test "config: null" {
	runc_since 1.5 "runc 1.1.5 panics"
	echo null >"$BUNDLE/config.json"
	fails_clean
}

@test "config: a wrong type is named with its place" {
	strake_only "the peers do not know where"
	base_config | jq '.process.cwd = 5' >"$BUNDLE/config.json"
	fails_clean
	assert_err_match 'config.json:[0-9]+:[0-9]+: process.cwd'
	base_config | jq '.mounts[1].destination = {}' >"$BUNDLE/config.json"
	fails_clean
	assert_err_match 'config.json:[0-9]+:[0-9]+: mounts\[1\].destination'
}

@test "config: a syntax error is named with its place" {
	strake_only "the peers do not know where"
	printf '{\n"ociVersion": "1.2.0",\n"process": }' >"$BUNDLE/config.json"
	fails_clean
	assert_err_match 'config.json:3:'
}

@test "config: unknown keys are passed over" {
	update_config '.x = {"y": [1, {"z": null}]} | .process.frob = 1 | .linux.nested = [[[]]]'
	set_args true
	ok strake_run
}

@test "config: versions" {
	strake_only "runc does not look"
	update_config '.ociVersion = "2.0.0"'
	fails_clean
	update_config 'del(.ociVersion)'
	fails_clean
	update_config '.ociVersion = "1.0.0"'
	set_args true
	ok strake_run
}

@test "config: a duplicate key" {
	strake_only "the peers take the last one"
	sed -i '1s/{/{"hostname": "one",/' "$BUNDLE/config.json"
	fails_clean
}

@test "config: numbers out of range" {
	runc_since 1.5 "the peers differ"
	update_config '.process.user.uid = 4294967296'
	fails_clean
	update_config '.process.user.uid = -1'
	fails_clean
}

@test "config: minimal" {
	runc_since 1.5 "runc 1.1.5 needs the container's /proc"
	update_config '{ociVersion, process: {args: ["/bin/true"], cwd: "/", user: {uid: 0, gid: 0}}, root, linux: {namespaces: [{type: "mount"}], cgroupsPath: .linux.cgroupsPath}}'
	ok strake_run
}

@test "config: larger than any buffer" {
	update_config '.annotations = ([range(3000) | {key: "key.\(.)", value: ("v" * 200)}] | from_entries) | .process.env += [range(500) | "V\(.)=" + ("x" * 500)]'
	run_sh 'echo ${#V499}'
	assert_out 500
}

@test "failing create: binary, cwd, user" {
	set_args /no/such
	fails_clean
	assert_err_match '(stat|exec:?) .*/no/such.*: no such file or directory'
	set_args nosuch
	fails_clean
	assert_err_match 'exec: \\?"nosuch\\?": executable file not found in \$PATH'
	set_args /etc
	fails_clean
	assert_err_match '(is a directory|permission denied)'
	set_args /etc/passwd
	fails_clean
	assert_err_match 'permission denied'
	set_args true
	update_config '.process.cwd = "/etc/passwd"'
	fails_clean
	assert_err_match 'not a directory'
}

@test "failing create: mounts" {
	update_config '.mounts += [{"destination": "/mnt", "type": "bind", "source": "/no/such/source", "options": ["bind"]}]'
	fails_clean
	update_config '.mounts[-1] = {"destination": "/mnt", "type": "tmpfs", "source": "tmpfs", "options": ["size=banana"]}'
	fails_clean
	update_config '.mounts[-1] = {"destination": "/etc/passwd/x", "type": "tmpfs", "source": "tmpfs"}'
	fails_clean
	# Docker knows these words, and asks whether they were mixed up.
	update_config '.mounts[-1] = {"destination": "/etc/passwd", "type": "bind", "source": "/tmp", "options": ["bind"]}'
	fails_clean
	assert_err_match '/tmp.*/etc/passwd.*not a directory'
	update_config '.mounts[-1] = {"destination": "/etc", "type": "bind", "source": "/etc/passwd", "options": ["bind"]}'
	fails_clean
	assert_err_match '/etc/passwd.*/etc.*not a directory'
	update_config '.mounts[-1] = {"destination": "/etc/passwd", "type": "tmpfs", "options": ["size=4k"]}'
	fails_clean
	assert_err_match '/etc/passwd.*not a directory'
}

@test "failing create: cgroup limits" {
	requires cgroups_v1
	update_config '.linux.resources.cpu = {"cpus": "900-999"}'
	fails_clean
	update_config '.linux.resources.cpu = {"period": 1}'
	fails_clean
}

@test "failing create: devices, sysctls, capabilities, namespaces" {
	local e
	for e in '.linux.devices = [{"path": "/dev/x", "type": "q"}]' '.linux.sysctl = {"no.such.sysctl": "1"}' \
		'.linux.namespaces += [{"type": "uts", "path": "/no/such"}]' '.linux.resources.devices = [{"allow": true, "type": "z", "access": "rwm"}]'; do
		base_config | jq "$e" >"$BUNDLE/config.json"
		fails_clean
	done
}

@test "failing create: the id is free again" {
	set_args /no/such
	fails_clean
	set_args sleep 1000
	ok strake_create
}

@test "failing create: a full or read-only state directory" {
	runc_since 1.5 "the peers are not tried"
	set_args true
	: >"$T/file"
	strake_raw --root "$T/file/state" create --bundle "$BUNDLE" "$ID"
	assert_status 1
	assert_nothing_left
}

@test "failing create: few descriptors" {
	runc_since 1.5 "the Go runtime needs more"
	set_args true
	local n rc
	for n in 4 5 6 8 10 12 16 24; do
		rc=0
		(ulimit -n $n && STRAKE_TEST_ID=$ID exec "$RUNTIME" --root "$ROOT" create --bundle "$BUNDLE" "$ID") \
			</dev/null >"$T/few.out" 2>&1 3>&- || rc=$?
		if [ "$rc" = 0 ]; then
			ok strake delete --force "$ID"
		fi
		assert_nothing_left || { echo "n=$n rc=$rc"; cat "$T/few.out"; return 1; }
	done
}

@test "failing create: every system call of a kind in turn" {
	runc_since 1.5 "the peers are not tried"
	requires cmd_strace
	[ -z "${STRAKE_QUICK:-}" ] || skip "STRAKE_QUICK is set"
	local call n
	set_args true
	for call in openat openat2 mount fsopen fsmount move_mount open_tree mount_setattr pivot_root setns unshare \
		clone clone3 sethostname setresuid capset prctl socketpair mkdirat renameat chdir; do
		for n in 1 2; do
			# Not create: strace would wait for the init of one that succeeds.
			STRAKE_TEST_ID=$ID timeout -k 2 10 strace -f -o /dev/null -e "trace=$call" -e "inject=$call:error=EIO:when=$n" \
				"$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$T/inject.out" 2>&1 3>&- || true
			ok strake delete --force "$ID"
			(assert_nothing_left) || fail "after $call #$n failed: $(cat "$T/inject.out")"
		done
	done
}

@test "config: a key in another case counts, with a warning" {
	update_config 'del(.hostname) | .Hostname = "anycase"'
	set_args hostname
	ok strake_run
	assert_out anycase
	if [ "$RUNTIME_NAME" = strake ]; then
		assert_has "$err" 'hostname: the key is written \"Hostname\"'
	fi
	# Of both, the second is read over the first.
	requires cgroup_pids cgroup_cpu cgroup_cpuset
	update_config '.hostname = "other" | .linux.resources.pids = {limit: 100} | .linux.resources.Pids = {limit: 50}
		| .linux.resources.cpu = {shares: 512} | .linux.resources.CPU = {Mems: "0"}'
	ok strake_run
	assert_out other
}
