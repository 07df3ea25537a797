#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# How little memory a container can be given: what the runtime needs inside of it, before the
# program is there, is the container's too.
load helpers

setup() {
	in_vm
	setup_bundle
}
teardown() {
	teardown_bundle
	[ -z "${BOX:-}" ] || podman --cgroup-manager=cgroupfs rm -f "$BOX" >/dev/null 2>&1 3>&- 4>&-
}

# podman_config EXPRESSION: what podman gives a runtime, by one that it knows, changed by the expression;
# the root file system is ours.
podman_config() {
	local config
	command -v podman >/dev/null || skip "needs podman"
	BOX=box-$ID
	tar -C "$BUNDLE/rootfs" -c . | podman import -q - "image-$ID" 3>&- 4>&-
	podman --cgroup-manager=cgroupfs create --name "$BOX" --network none "image-$ID" /bin/true 3>&- 4>&-
	podman --cgroup-manager=cgroupfs init "$BOX" 3>&- 4>&-
	config=$(podman inspect --format '{{.OCIConfigPath}}' "$BOX")
	jq --arg path "$CGROUP_PARENT/$ID" '.root = {"path": "rootfs"} | .process.terminal = false | del(.hooks) |
		.linux.cgroupsPath = $path' "$config" >"$BUNDLE/config.json"
	jq -e '.linux.seccomp.syscalls | length > 1' "$BUNDLE/config.json"
	update_config "$1"
}

# starts_once KIB: does the container run with that much?
starts_once() {
	# shellcheck disable=SC2016 # jq's
	update_config --argjson n $(($1 * 1024)) '.linux.resources.memory = {"limit": $n}'
	strake_run
	[ "$status" != 0 ] || return 0
	said=$(show)
	strake delete --force "$ID"
	return 1
}
starts() { starts_once "$1" && starts_once "$1" && starts_once "$1"; }

# at_most KIB JQ: strake starts with that, eight times of eight. Tells the smallest limit, to 8 KiB, with which the
# runtime does three times of three; what is between is taken to be in order. Of the last pages luck decides: what RCU
# has not freed yet counts too.
at_most() {
	local low=8 high=$1 middle n=0
	is_strake || high=65536
	podman_config "$2"
	# What is read of the image for the first time is charged to who reads it.
	starts_once 65536
	for _ in 1 2 3 4 5 6 7 8; do
		! starts_once "$high" || n=$((n + 1))
	done
	[ "$n" = 8 ] || ! is_strake || fail "$high KiB are enough $n times of 8" "$said"
	while ((high - low > 8)); do
		middle=$(((low + high) / 2 & ~7))
		if starts $middle; then high=$middle; else low=$middle; fi
	done
	n=0
	for _ in 1 2 3 4 5 6 7 8; do
		! starts_once 160 || n=$((n + 1))
	done
	echo "# $RUNTIME_NAME starts with $high KiB; with 160 KiB $n times of 8" >&3
}

@test "memory floor: podman's config and seccomp" {
	at_most 160 .
}

@test "memory floor: podman's config without seccomp" {
	at_most 160 'del(.linux.seccomp)'
}
