#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154,SC2034
#
# The runtime in a container that it made itself: with root's rights, and in a user namespace.
load helpers

setup() {
	requires root
	setup_bundle
	local lib
	# The program and its libraries come from the host, the inner bundle is a directory of the outer root.
	mkdir -p "$T/inner/bundle" "$T/outer-run"
	cp -a "$BUSYBOX_ROOT" "$T/inner/bundle/rootfs"
	rm -f "$T/inner/bundle/rootfs/.done"
	cp "$RUNTIME" "$T/inner/strake"
	jq '.process.args = ["sh", "-c", "echo inner $$; cat /proc/self/uid_map | tr -s \" \""] | del(.linux.cgroupsPath)' \
		<"$BUNDLE/config.json" >"$T/inner/bundle/config.json"
	for lib in /usr /lib /lib64; do
		[ ! -d "$lib" ] || update_config --arg d "$lib" \
			'.mounts += [{destination: $d, type: "bind", source: $d, options: ["rbind", "ro"]}]'
	done
	local caps
	caps=$("$RUNTIME" features | jq -c '.linux.capabilities - ["CAP_SYS_RESOURCE"]')
	update_config --arg i "$T/inner" --argjson c "$caps" '
		.mounts += [{destination: "/inner", type: "bind", source: $i, options: ["rbind"]},
			{destination: "/run", type: "tmpfs", source: "tmpfs"}] |
		.process.capabilities |= map_values($c) | .process.noNewPrivileges = false |
		.linux.resources.devices = [{allow: true, access: "rwm"}] |
		.linux.maskedPaths = [] | .linux.readonlyPaths = []'
	INNER="/inner/strake --root /run/inner"
}
inner_config() { jq "$@" <"$T/inner/bundle/config.json" >"$T/new" && cat "$T/new" >"$T/inner/bundle/config.json"; }
# The life of an inner container, in shell.
life() {
	echo "set -e
		$INNER $1 run --bundle /inner/bundle one
		$INNER $1 create --bundle /inner/bundle two </dev/null >/run/two 2>&1
		$INNER state two | grep created
		$INNER start two
		while $INNER state two | grep running; do :; done
		cat /run/two
		$INNER delete two
		$INNER list -q"
}

@test "nested: as root, without cgroups" {
	is_strake || skip "not for $RUNTIME_NAME: the flag --cgroup-manager"
	run_sh "$(life --cgroup-manager=disabled)"
	assert_eq "$(grep -c '^inner 1$' "$out_file")" 2
	[ ! -e "$T/inner/one" ]
}

@test "nested: as root, with a cgroup below the outer one" {
	update_config '.mounts += [{destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["rw"]}]'
	is_cgroup2 && update_config '.linux.namespaces += [{"type": "cgroup"}]'
	inner_config '.process.args = ["sh", "-c", "echo inner $$; cat /proc/self/cgroup"]'
	run_sh "$INNER run --bundle /inner/bundle one"
	assert_out_match '^inner 1'
	assert_has "$out" one
}

@test "nested: in a user namespace" {
	is_strake || skip "not for $RUNTIME_NAME: the flag --cgroup-manager"
	# Maps of many lines, as podman --uidmap makes them.
	update_config '.linux.namespaces += [{"type": "user"}] |
		.linux.uidMappings = [range(0; 65000; 5000) | {"containerID": ., "hostID": (100000 + .), "size": 5000}] |
		.linux.gidMappings = .linux.uidMappings'
	own_rootfs 100000:100000
	chown -R 100000:100000 "$T/inner"
	chmod a+x "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR" "$T"
	inner_config '.linux.namespaces += [{"type": "user"}] | del(.linux.resources) |
		.linux.uidMappings = [{"containerID": 0, "hostID": 1000, "size": 1000}] |
		.linux.gidMappings = [{"containerID": 0, "hostID": 1000, "size": 1000}] |
		.mounts |= map(if .type == "sysfs" then .type = "bind" | .source = "/sys" | .options = ["rbind", "ro", "nosuid", "nodev", "noexec"] else . end)'
	chown -R 101000:101000 "$T/inner/bundle"
	run_sh "$(life '')"
	assert_eq "$(grep -c '^inner 1$' "$out_file")" 2
	# As the outer namespace numbers them.
	assert_has "$out" " 0 1000 1000"
}

@test "nested: a mount namespace too many does not show to the host" {
	is_strake || skip "not for $RUNTIME_NAME: the flag --cgroup-manager"
	inner_config '.linux.rootfsPropagation = "rshared" |
		.mounts += [{"destination": "/mnt", "type": "tmpfs", "source": "tmpfs", "options": ["shared"]}]'
	run_sh "$INNER --cgroup-manager=disabled run --bundle /inner/bundle one; grep -c inner/bundle /proc/self/mountinfo || true"
	assert_out_match '^inner 1'
	assert_has "$(tail -n 1 "$out_file")" 0
	assert_eq "$(wc -l </proc/self/mountinfo)" "$MOUNTS_BEFORE"
}
