#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# config-linux.md, what is neither a mount nor a cgroup nor seccomp.
load helpers

put_probe() {
	requires payload_probe
	cp "$STRAKE_PAYLOAD/probe" "$BUNDLE/rootfs/probe"
}

@test "spec linux: a device path that holds another file is an error, the same device is not" {
	strake_only "the peers accept any file"
	update_config '.linux.devices = [{"path": "/data/mine", "type": "c", "major": 1, "minor": 5}]'
	mkdir "$BUNDLE/rootfs/data"
	mknod "$BUNDLE/rootfs/data/mine" c 1 5
	run_sh 'stat -c "%t:%T" /data/mine'
	assert_out 1:5
	rm "$BUNDLE/rootfs/data/mine"
	mknod "$BUNDLE/rootfs/data/mine" c 1 7
	not_ok strake_run
	assert_has "$err" /data/mine
	assert_nothing_left
	rm "$BUNDLE/rootfs/data/mine"
	echo a file >"$BUNDLE/rootfs/data/mine"
	not_ok strake_run
	assert_has "$err" /data/mine
	assert_nothing_left
	assert_eq "$(cat "$BUNDLE/rootfs/data/mine")" 'a file'
}

@test "spec linux: devices of each type, with mode and owner" {
	update_config '.linux.devices = [
		{"path": "/dev/c", "type": "c", "major": 1, "minor": 5, "fileMode": 384, "uid": 7, "gid": 8},
		{"path": "/dev/u", "type": "u", "major": 1, "minor": 5},
		{"path": "/dev/b", "type": "b", "major": 7, "minor": 0, "fileMode": 432},
		{"path": "/elsewhere/p", "type": "p", "fileMode": 511}]'
	run_sh 'stat -c "%n %a %u:%g %t:%T %F" /dev/c /dev/u /dev/b /elsewhere/p'
	assert_has "$out" '/dev/c 600 7:8 1:5 character special file'
	assert_out_match '/dev/u [0-9]+ 0:0 1:5 character special file'
	assert_has "$out" '/dev/b 660 0:0 7:0 block special file'
	assert_has "$out" '/elsewhere/p 777 0:0 0:0 fifo'
}

@test "spec linux: without a user namespace its mappings are refused, with one they are needed" {
	update_config '.linux.uidMappings = [{"containerID": 0, "hostID": 1000, "size": 1}]'
	strake_run
	[ "$status" != 0 ] || ! is_strake || fail "taken" "$(show)"
	update_config 'del(.linux.uidMappings) | .linux.namespaces += [{"type": "user"}]'
	not_ok strake_run
	assert_nothing_left
}

@test "spec linux: time offsets, and without their namespace" {
	requires timens
	runc_since 1.5 "runc 1.1.5 does not know it"
	update_config '.linux.namespaces += [{"type": "time"}] | .linux.timeOffsets = {"boottime": {"secs": 500000, "nanosecs": 5}, "monotonic": {"secs": 1000}}'
	run_sleeper
	ok strake exec "$ID" cat /proc/self/timens_offsets
	assert_out_match 'monotonic +1000 +0'
	assert_out_match 'boottime +500000 +5'
	ok strake delete --force "$ID"
	if is_strake; then
		update_config '.linux.timeOffsets.realtime = {"secs": 1}'
		not_ok strake_run
		assert_err_match 'linux.timeOffsets: unknown key .*realtime'
	fi
	update_config '.linux.namespaces |= map(select(.type != "time")) | .linux.timeOffsets = {"boottime": {"secs": 1}}'
	not_ok strake_run
	assert_nothing_left
}

@test "spec linux: netDevices are moved, renamed, and keep their addresses" {
	strake_only "runc does not know it"
	requires cmd_ip
	# The host's side is a namespace of its own: its links are nobody else's.
	update_config '.linux.netDevices = {"sv0": {"name": "eth7"}, "sv1": {}}'
	set_sh 'ip -o link; ip -o addr; ip route; ip -6 route'
	# shellcheck disable=SC2016
	STRAKE_TEST_ID=$ID unshare -n sh -ec 'ip link add sv0 type veth peer name sv1
		ip addr add 192.0.2.7/24 dev sv0; ip addr add 198.51.100.7/24 metric 55 dev sv0
		ip addr add 2001:db8:1::7/64 metric 66 dev sv0 nodad; ip addr add 2001:db8::7/64 dev sv0 nodad; ip link set sv0 up
		exec "$@"' -- "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$T/o" 2>"$T/e" 3>&- || fail "$(cat "$T/e")"
	grep -q 'eth7.*192.0.2.7/24' "$T/o" || fail "$(cat "$T/o")"
	grep -q 'eth7.*2001:db8::7/64' "$T/o"
	grep -q '^198.51.100.0/24 dev eth7 .*metric 55' "$T/o" || fail "$(cat "$T/o")"
	grep -q '^2001:db8:1::/64 dev eth7 .*metric 66' "$T/o"
	grep -q ': sv1' "$T/o"
}

@test "spec linux: netDevices of which the kernel makes the name, also in a namespace where some are in use" {
	strake_only "runc and crun look for a device that is called like the template"
	requires cmd_ip
	update_config '.linux.netDevices = {"sv0": {"name": "eth%d"}, "sv1": {"name": "eth%d"}}'
	set_sh 'ip -o link; ip -o addr'
	# shellcheck disable=SC2016
	STRAKE_TEST_ID=$ID unshare -n sh -ec 'ip link add sv0 type veth peer name sv1; ip addr add 192.0.2.7/24 dev sv0
		exec "$@"' -- "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$T/o" 2>"$T/e" 3>&- || fail "$(cat "$T/e")"
	grep -q 'eth0@.*[<,]UP[,>]' "$T/o" || fail "$(cat "$T/o")"
	grep -q 'eth1@.*[<,]UP[,>]' "$T/o"
	grep -q 'eth[01] .*192.0.2.7/24 .* global eth[01]' "$T/o"
	! grep -q moved "$T/o" || fail "$(cat "$T/o")"

	local target
	background unshare -n sh -c 'ip link add eth0 type veth peer name eth1; exec sleep 1000'
	target=$!
	wait_for 5 eval 'grep -qs eth1 /proc/'$target'/net/dev'
	update_config --arg p "/proc/$target/ns/net" '.linux.netDevices = {"sv0": {"name": "eth%d"}} |
		(.linux.namespaces[] | select(.type == "network")).path = $p'
	# shellcheck disable=SC2016
	STRAKE_TEST_ID=$ID unshare -n sh -ec 'ip link add sv0 type veth peer name sv1; exec "$@"' -- \
		"$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$T/o" 2>"$T/e" 3>&- || fail "$(cat "$T/e")"
	grep -q 'eth2@.*[<,]UP[,>]' "$T/o" || fail "$(cat "$T/o")"
}

@test "spec linux: netDevices go into a network namespace by path" {
	runc_since 1.5 "runc 1.1.5 does not know it"
	requires cmd_ip
	local target
	background unshare -n sleep 1000
	target=$!
	wait_for 5 eval '[ "$(readlink /proc/'$target'/ns/net)" != "$(readlink /proc/self/ns/net)" ]'
	update_config --arg p "/proc/$target/ns/net" '.linux.netDevices = {"sv0": {}} |
		(.linux.namespaces[] | select(.type == "network")).path = $p'
	set_sh 'ip -o link'
	# shellcheck disable=SC2016
	STRAKE_TEST_ID=$ID unshare -n sh -ec 'ip link add sv0 type veth peer name sv1; exec "$@"' -- \
		"$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$T/o" 2>"$T/e" 3>&- || fail "$(cat "$T/e")"
	grep -q ': sv0' "$T/o" || fail "$(cat "$T/o")"
}

@test "spec linux: netDevices that are missing, or without a network namespace" {
	runc_since 1.5 "runc 1.1.5 does not know it"
	update_config '.linux.netDevices = {"strake-none0": {}}'
	not_ok strake_run
	assert_has "$err" strake-none0
	update_config '.linux.netDevices = {"lo": {"name": "a/b"}}'
	not_ok strake_run
	update_config '.linux.netDevices = {"lo": {}} | .linux.namespaces |= map(select(.type != "network"))'
	not_ok strake_run
	assert_nothing_left
}

@test "spec linux: netDevices on a host without libmnl" {
	strake_only "runc has its own code"
	requires root cmd_ip
	local lib rc=0
	lib=$(ldconfig -p | sed -n '/libmnl.so.0 /{s/.* //p;q}')
	[ -e "$lib" ] || skip "needs libmnl.so.0 in the loader's cache"
	update_config '.linux.netDevices = {"sv0": {}}'
	mkdir "$T/hidden"
	# shellcheck disable=SC2016
	STRAKE_TEST_ID=$ID unshare -mn --propagation private sh -ec 'hidden=$1 dir=${2%/*} name=${2##*/}
		ip link add sv0 type veth peer name sv1
		mount -t tmpfs tmpfs "$hidden"
		mkdir "$hidden/upper" "$hidden/work"
		mknod "$hidden/upper/$name" c 0 0
		mount -t overlay -o "lowerdir=$dir,upperdir=$hidden/upper,workdir=$hidden/work" overlay "$dir" || exit 77
		shift 2
		exec "$@"' -- "$T/hidden" "$lib" \
		"$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$T/o" 2>"$T/e" 3>&- || rc=$?
	[ "$rc" != 77 ] || skip "needs overlayfs on the libraries"
	[ "$rc" != 0 ]
	assert_has "$(cat "$T/e")" "linux.netDevices needs libmnl.so.0: libmnl.so.0: cannot open shared object file: No such file or directory"
	assert_nothing_left
}

@test "spec linux: memoryPolicy" {
	runc_since 1.5 "runc 1.1.5 does not know it"
	update_config '.linux.memoryPolicy = {"mode": "MPOL_BIND", "nodes": "0"}'
	set_args cat /proc/self/numa_maps
	ok strake_run
	assert_has "$out" bind:0
	update_config '.linux.memoryPolicy = {"mode": "MPOL_PREFERRED", "nodes": "0", "flags": ["MPOL_F_STATIC_NODES"]}'
	ok strake_run
	assert_has "$out" prefer=static:0
	update_config '.linux.memoryPolicy = {"mode": "MPOL_INTERLEAVE", "nodes": "0"}'
	run_sleeper
	ok strake exec "$ID" cat /proc/self/numa_maps
	assert_has "$out" interleave:0
	ok strake delete --force "$ID"
	local bad
	for bad in '{"mode": "MPOL_NONSENSE"}' '{"mode": "MPOL_BIND", "nodes": "3-1"}' '{"mode": "MPOL_BIND", "nodes": "0", "flags": ["MPOL_F_NONSENSE"]}' '{}'; do
		update_config --argjson m "$bad" '.linux.memoryPolicy = $m'
		not_ok strake_run
		assert_err_match 'memory ?[pP]olicy'
	done
	assert_nothing_left
}

@test "spec linux: intelRdt where there is no resctrl is an error" {
	runc_since 1.5 "runc 1.1.5 ignores it"
	[ ! -e /sys/fs/resctrl/schemata ] || skip "resctrl is mounted"
	update_config '.linux.intelRdt = {"closID": "guaranteed", "schemata": ["L3:0=f"], "enableMonitoring": true}'
	not_ok strake_run
	assert_err_match '[rR]esctrl|[rR]dt|RDT'
	assert_nothing_left
}

@test "spec linux: hostname and domainname in a joined namespace, and exec sees them" {
	update_config '.hostname = "here" | .domainname = "example.org"'
	run_sleeper
	ok strake exec "$ID" sh -c 'hostname; cat /proc/sys/kernel/domainname'
	assert_out $'here\nexample.org'
}

@test "spec linux: sysctls of every namespace" {
	update_config '.linux.sysctl = {"net.ipv4.ip_forward": "1", "kernel.msgmax": "5000", "net/ipv4/ip_default_ttl": "33", "fs.mqueue.msg_max": "11"}'
	run_sh 'cd /proc/sys; cat net/ipv4/ip_forward kernel/msgmax net/ipv4/ip_default_ttl fs/mqueue/msg_max'
	assert_out $'1\n5000\n33\n11'
	update_config '.linux.sysctl = {"kernel.hostname": "x"}'
	not_ok strake_run
	update_config '.linux.sysctl = {"vm.swappiness": "1"}'
	not_ok strake_run
	assert_nothing_left
}

@test "spec linux: an empty resources, linux and annotations" {
	update_config '.linux.resources = {} | .annotations = {}'
	set_args true
	ok strake_run
	update_config '.linux = {"namespaces": .linux.namespaces}'
	ok strake_run
}

@test "spec linux: the container inherits the mount namespace when none is listed" {
	strake_only "runc leaves its mounts on the host"
	update_config '.linux.namespaces |= map(select(.type != "mount")) | .linux.maskedPaths = [] | .linux.readonlyPaths = []'
	update_config '.mounts += [{"destination": "/ro", "type": "tmpfs", "source": "tmpfs", "options": ["ro"]},
		{"destination": "/ro/below", "type": "tmpfs", "source": "tmpfs"}]'
	set_sh "readlink /proc/self/ns/mnt; touch /dev/shm/x && echo mounted; test ! -e '$T' && echo inside
		touch /ro/x 2>/dev/null || { touch /ro/below/x && echo read-only; }"
	# Before Linux 6.15 nothing can be mounted where nobody sees it.
	if [ "$(printf '%s\n' 6.15 "$(uname -r)" | sort -V | head -n 1)" != 6.15 ]; then
		not_ok strake_run
		assert_err_match 'a container without a mount namespace needs Linux 6.15'
		assert_nothing_left
		skip "needs Linux 6.15"
	fi
	# In a namespace of its own all the same: a test that fails must not mount on the host.
	# shellcheck disable=SC2016
	STRAKE_TEST_ID=$ID unshare -m --propagation private sh -c 'readlink /proc/self/ns/mnt; wc -l </proc/self/mountinfo
		"$@"; echo "status $?"; wc -l </proc/self/mountinfo' -- "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$T/o" 2>"$T/e" 3>&-
	grep -q 'status 0' "$T/o" || fail "$(cat "$T/o" "$T/e")"
	assert_eq "$(sed -n 3p "$T/o")" "$(sed -n 1p "$T/o")"
	assert_eq "$(tail -n 1 "$T/o")" "$(sed -n 2p "$T/o")"
	grep -q '^mounted$' "$T/o"
	grep -q '^inside$' "$T/o"
	grep -q '^read-only$' "$T/o"
	# exec enters its root, too.
	update_config '.process.args = ["sleep", "1000"]'
	STRAKE_TEST_ID=$ID unshare -m --propagation private "$RUNTIME" --root "$ROOT" run -d --bundle "$BUNDLE" "$ID" </dev/null >"$T/o" 2>"$T/e" 3>&-
	ok strake exec "$ID" sh -c "test ! -e '$T' && cat /proc/1/comm && echo >/dev/null"
	assert_out sleep
	ok strake delete --force "$ID"
	# Also where whoever enters is looked at.
	update_config '.process.capabilities |= map_values(. + ["CAP_SYS_PTRACE"])'
	STRAKE_TEST_ID=$ID unshare -m --propagation private "$RUNTIME" --root "$ROOT" run -d --bundle "$BUNDLE" "$ID" </dev/null >"$T/o" 2>"$T/e" 3>&-
	ok strake exec "$ID" sh -c "test ! -e '$T' && cat /proc/1/comm && echo >/dev/null"
	assert_out sleep
}
