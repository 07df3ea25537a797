#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
load helpers

# holder FLAG...: a process in new namespaces; $HOLDER is its pid.
holder() {
	requires cmd_unshare
	STRAKE_TEST_HOLDER=1 unshare "$@" sleep 1000 </dev/null >/dev/null 2>&1 3>&- &
	HOLDER=$!
	BACKGROUND+=("$HOLDER")
	local p=$HOLDER
	sleeps() { grep -q sleep "/proc/$p/comm"; }
	wait_for 5 sleeps
}
set_ns() { update_config --arg t "$1" --arg p "$2" '.linux.namespaces |= map(select(.type != $t)) | .linux.namespaces += [{"type": $t, "path": $p}]'; }
add_userns() {
	update_config '.linux.namespaces += [{"type": "user"}] |
		.linux.uidMappings = [{"containerID": 0, "hostID": 100000, "size": 65536}] |
		.linux.gidMappings = [{"containerID": 0, "hostID": 200000, "size": 65536}]'
	chown -R 100000:200000 "$BUNDLE/rootfs/tmp" "$BUNDLE/rootfs/root"
	chmod 755 "$BUNDLE"
	open_the_way
}
# The path to the rootfs must be open to the mapped root.
open_the_way() {
	local d=$BUNDLE
	while [ "$d" != / ]; do
		chmod o+x "$d"
		d=$(dirname "$d")
	done
}

@test "namespaces: new ones are new" {
	set_sh 'for n in pid net ipc uts mnt; do readlink /proc/self/ns/$n; done'
	ok strake_run
	local n
	for n in pid net ipc uts mnt; do assert_not "$out" "$(readlink /proc/self/ns/$n)"; done
}

@test "namespaces: those not listed are the caller's" {
	update_config '.linux.namespaces = [{"type": "mount"}] | del(.hostname) | .mounts |= map(select(.destination != "/sys" and .destination != "/dev/mqueue"))'
	set_sh 'for n in pid net ipc uts user; do readlink /proc/self/ns/$n; done'
	ok strake_run
	local n
	for n in pid net ipc uts user; do assert_has "$out" "$(readlink /proc/self/ns/$n)"; done
}

@test "namespaces: join a network, ipc and uts namespace" {
	holder --net --ipc --uts
	local n
	for n in network:net ipc:ipc uts:uts; do set_ns "${n%:*}" "/proc/$HOLDER/ns/${n#*:}"; done
	set_sh 'for n in net ipc uts; do readlink /proc/self/ns/$n; done'
	ok strake_run
	for n in net ipc uts; do assert_has "$out" "$(readlink "/proc/$HOLDER/ns/$n")"; done
}

@test "namespaces: join a pid namespace" {
	requires cmd_unshare cmd_pgrep
	local child
	unshare --pid --fork --kill-child sleep 1000 </dev/null >/dev/null 2>&1 3>&- &
	HOLDER=$!
	BACKGROUND+=("$HOLDER")
	wait_for 5 pgrep -P "$HOLDER"
	child=$(pgrep -P "$HOLDER")
	set_ns pid "/proc/$child/ns/pid"
	set_sh 'readlink /proc/self/ns/pid; echo $$'
	ok strake_run
	assert_has "$out" "$(readlink "/proc/$child/ns/pid")"
	assert_not "$out" $'\n1\n'
}

@test "namespaces: join a network namespace by a bind mount's path" {
	touch "$T/netns"
	set_ns network "$T/netns"
	set_args readlink /proc/self/ns/net
	# The bind mount lives in a mount namespace that goes away with this call.
	STRAKE_TEST_ID=$ID unshare -m -n --propagation private sh -c \
		'mount --bind /proc/self/ns/net "$0"; readlink /proc/self/ns/net; exec unshare -n "$@"' "$T/netns" \
		"$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$T/o" 2>&1 3>&-
	assert_eq "$(sed -n 2p "$T/o")" "$(sed -n 1p "$T/o")"
}

@test "namespaces: of the wrong type, and a path that is not there" {
	set_ns network /proc/self/ns/ipc
	not_ok strake_create
	assert_nothing_left
	set_ns network /no/such/ns
	not_ok strake_create
	assert_err_match 'no such file or directory'
	assert_nothing_left
}

@test "namespaces: one named twice" {
	update_config '.linux.namespaces += [{"type": "pid"}]'
	not_ok strake_create
	assert_err_match '(duplicate|malformed|pid)'
	assert_nothing_left
}

@test "namespaces: an unknown type" {
	update_config '.linux.namespaces += [{"type": "flavour"}]'
	not_ok strake_create
	assert_has "$err" flavour
	assert_nothing_left
}

@test "namespaces: a cgroup namespace" {
	update_config '.linux.namespaces += [{"type": "cgroup"}]'
	local i
	# Made too early it would have the host's root in some hierarchy, now and then.
	for i in 1 2 3 4 5 6 7 8; do
		run_sh 'cat /proc/self/cgroup'
		assert_not "$out" "$ID"
	done
}

@test "namespaces: time offsets" {
	runc_since 1.5 "runc 1.1.5 has none"
	requires timens
	update_config '.linux.namespaces += [{"type": "time"}] | .linux.timeOffsets = {"boottime": {"secs": 1000000000, "nanosecs": 0}}'
	set_args cat /proc/uptime
	ok strake_run
	[ "$(cut -d. -f1 <<<"$out")" -gt 1000000000 ]
}

@test "namespaces: the loopback of a new network namespace is up" {
	run_sh 'ip -o link show lo; ip -o addr show lo'
	assert_has "$out" UP
	assert_has "$out" 127.0.0.1
}

@test "namespaces: init makes the network namespace itself where no helper did" {
	strake_only "its own helper"
	local way host
	host=$(readlink /proc/self/ns/net)
	for way in '' beside; do
		export STRAKE_FALLBACK=$way
		run_sh 'ip -o addr show lo; readlink /proc/self/ns/net; echo /proc/[0-9]*
			sed -n "s/^ *\(.*\):.*/device \1/p" /proc/net/dev | sort
			for d in /sys/class/net/*; do echo "shown ${d##*/}"; done'
		assert_has "$out" 127.0.0.1
		assert_not "$out" "$host"
		# sysfs shows the same devices: it was mounted from inside. And nobody is left over.
		assert_eq "$(sed -n 's/^shown //p' <<<"$out")" "$(sed -n 's/^device //p' <<<"$out")"
		grep -qx 'device lo' <<<"$out"
		grep -q '^/proc/1 */proc/[0-9]*$\|^/proc/1$' <<<"$out"
	done
}

@test "namespaces: hostname, domainname" {
	runc_since 1.5 "runc 1.1.5 knows no domainname"
	update_config '.domainname = "example.test"'
	run_sh 'hostname; cat /proc/sys/kernel/domainname'
	assert_out $'testhost\nexample.test'
}

@test "namespaces: a hostname without a uts namespace is an error" {
	update_config '.linux.namespaces |= map(select(.type != "uts"))'
	not_ok strake_create
	assert_err_match '(hostname|UTS|uts)'
	assert_nothing_left
}

@test "sysctl: in the container's namespaces" {
	update_config '.linux.sysctl = {"net.ipv4.ip_forward": "1", "kernel.shm_rmid_forced": "1"}'
	run_sh 'cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shm_rmid_forced'
	assert_out $'1\n1'
}

@test "sysctl: one of the host is refused" {
	local v
	v=$(cat /proc/sys/kernel/panic)
	update_config '.linux.sysctl = {"kernel.panic": "77"}'
	not_ok strake_create
	assert_has "$err" kernel.panic
	assert_nothing_left
	update_config '.linux.sysctl = {"net.ipv4.ip_forward": "1"} | .linux.namespaces |= map(select(.type != "network")) | .mounts |= map(select(.destination != "/sys"))'
	not_ok strake_create
	assert_nothing_left
	assert_eq "$(cat /proc/sys/kernel/panic)" "$v"
}

@test "sysctl: a path to the namespace of the host is the host's" {
	local before
	before=$(cat /proc/sys/net/core/somaxconn)
	# In a namespace of its own all the same: a test that fails must not change the host.
	update_config '.linux.sysctl = {"net.core.somaxconn": "77"}
		| .linux.namespaces |= map(if .type == "network" then .path = "/proc/self/ns/net" else . end)'
	set_args true
	STRAKE_TEST_ID=$ID unshare --net sh -c '"$@"; echo "status $?"; cat /proc/sys/net/core/somaxconn' -- \
		"$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$T/o" 2>"$T/e" 3>&-
	grep -q 'status 1' "$T/o" || fail "$(cat "$T/o" "$T/e")"
	grep -q 'not allowed in.* host' "$T/e"
	! grep -qx 77 "$T/o" || fail "it was written"
	assert_eq "$(cat /proc/sys/net/core/somaxconn)" "$before"
}

@test "sysctl: a value that smuggles a second line" {
	strake_only "runc does not look"
	update_config '.linux.sysctl = {"net.ipv4.ip_forward": "1\nkernel.panic=1"}'
	not_ok strake_create
	assert_nothing_left
}

@test "userns: maps, ids and ownership" {
	add_userns
	set_sh 'id -u; id -g; cat /proc/self/uid_map /proc/self/gid_map; stat -c "%u %g" /tmp; readlink /proc/self/ns/user'
	ok strake_run
	assert_out_match $'^0\n0\n'
	assert_out_match '0 +100000 +65536'
	assert_out_match '0 +200000 +65536'
	assert_has "$out" $'\n0 0\n'
	assert_not "$out" "$(readlink /proc/self/ns/user)"
}

@test "userns: another user in it, and exec" {
	add_userns
	update_config '.process.user = {"uid": 1000, "gid": 1000, "additionalGids": [5]}'
	set_args sleep 1000
	ok strake_run --detach
	assert_eq "$(stat -c '%u %g' "/proc/$(init_pid)")" '101000 201000'
	ok strake exec --user 7:8 "$ID" sh -c 'id -u; id -g; cat /proc/self/uid_map'
	assert_out_match $'^7\n8\n +0 +100000 +65536'
}

@test "userns: without maps is an error" {
	update_config '.linux.namespaces += [{"type": "user"}]'
	not_ok strake_create
	assert_nothing_left
}

@test "userns: an id that is not mapped" {
	add_userns
	update_config '.process.user = {"uid": 70000, "gid": 0}'
	not_ok strake_run
	assert_nothing_left
}

@test "userns: the caller's own, joined by its path, is an error that says which" {
	strake_only "runc names neither the field nor its place"
	set_ns user /proc/self/ns/user
	set_args true
	not_ok strake_run
	assert_err_match 'config.json:[0-9]+:[0-9]+: linux.namespaces\[[0-9]\]: read the mappings of the user namespace'
	assert_nothing_left
}

@test "userns: device nodes are binds" {
	add_userns
	run_sh 'echo x >/dev/null && head -c 1 /dev/zero | wc -c; stat -c "%t:%T" /dev/null'
	assert_has "$out" 1
	assert_has "$out" 1:3
}

@test "userns: hooks, pid file and cgroup" {
	add_userns
	update_config --arg t "$T" '.hooks.createRuntime = [{"path": "/bin/sh", "args": ["sh", "-c", "cat >" + $t + "/hook"]}]'
	set_args sleep 1000
	ok strake_run --detach --pid-file "$T/pid"
	jq -e --argjson p "$(cat "$T/pid")" '.pid == $p' "$T/hook"
	grep -q "$ID" "/proc/$(cat "$T/pid")/cgroup"
}

@test "userns: join one by its path, with its network namespace" {
	requires cmd_unshare
	unshare --user --net --map-root-user sleep 1000 </dev/null >/dev/null 2>&1 3>&- &
	HOLDER=$!
	BACKGROUND+=("$HOLDER")
	local p=$HOLDER
	sleeps() { grep -q sleep "/proc/$p/comm"; }
	wait_for 5 sleeps
	set_ns user "/proc/$HOLDER/ns/user"
	set_ns network "/proc/$HOLDER/ns/net"
	set_sh 'readlink /proc/self/ns/user; readlink /proc/self/ns/net; id -u'
	runc_since 1.5 "runc 1.1.5 wants maps beside the path"
	# Group 5 is not in that namespace's map.
	update_config '.mounts |= map(if .type == "devpts" then .options |= map(select(. != "gid=5")) else . end)'
	ok strake_run
	assert_has "$out" "$(readlink "/proc/$HOLDER/ns/user")"
	assert_has "$out" "$(readlink "/proc/$HOLDER/ns/net")"
}

@test "userns: one that is joined by its path brings its mappings" {
	requires cmd_unshare root
	runc_since 1.5 "runc 1.1.5 does not read them"
	unshare --user sleep 1000 </dev/null >/dev/null 2>&1 3>&- &
	HOLDER=$!
	BACKGROUND+=("$HOLDER")
	sleeps() { grep -q sleep "/proc/$HOLDER/comm"; }
	wait_for 5 sleeps
	echo '0 100000 65536' >"/proc/$HOLDER/uid_map"
	echo '0 200000 65536' >"/proc/$HOLDER/gid_map"
	open_the_way
	mkdir "$BUNDLE/rootfs/mnt" "$T/source" && touch "$T/source/file" && chmod 777 "$T/source"
	set_ns user "/proc/$HOLDER/ns/user"
	update_config '.linux.namespaces += [{"type": "cgroup"}]'
	! is_cgroup2 || update_config '.mounts += [{"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup"}]'
	# An id-mapped mount takes them: what is root's on the host is root's in there, and back.
	update_config --arg s "$T/source" '.mounts += [{"destination": "/mnt", "type": "bind", "source": $s, "options": ["bind", "idmap"]}]'
	set_sh 'stat -c %u:%g /mnt/file; touch /mnt/made; cat /proc/self/uid_map'
	ok strake_create
	# The exec fifo is for the container's root.
	assert_eq "$(stat -c %u:%g "$ROOT/$ID/exec.fifo")" 100000:200000
	! is_cgroup2 || ! is_strake || assert_eq "$(stat -c %u "$(cgroup_dir x)")" 100000
	ok strake delete --force "$ID"
	ok strake_run
	assert_out_match '^0:0'
	assert_out_match '0 +100000 +65536'
	assert_eq "$(stat -c %u:%g "$T/source/made")" 0:0
	update_config '.linux.uidMappings = [{"containerID": 0, "hostID": 100000, "size": 65536}]
		| .linux.gidMappings = [{"containerID": 0, "hostID": 200000, "size": 65536}]'
	ok strake_run
	update_config '.linux.gidMappings[0].size = 65535'
	not_ok strake_run
	assert_err_match 'both namespace path and non-matching mapping'
	assert_nothing_left
}

@test "namespaces: a mount namespace by path is refused or joined, never half of it" {
	requires cmd_unshare
	holder --mount --propagation private
	set_ns mount "/proc/$HOLDER/ns/mnt"
	set_args true
	strake_run
	assert_eq "$(wc -l </proc/self/mountinfo)" "$MOUNTS_BEFORE"
}
