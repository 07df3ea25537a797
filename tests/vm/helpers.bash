# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2154
#
# For the tests that run in the machine alone (tests/vm/run): what they have beside the helpers of
# tests/integration.
load ../integration/helpers

# Of the container, in the only hierarchy there is.
file() { cat "/sys/fs/cgroup$CGROUP_PARENT/$ID/$1"; }
res() { update_config ".linux.resources += $1"; }

in_vm() {
	if [ "$(stat -fc %T /sys/fs/cgroup)" != cgroup2fs ] || [ ! -d /run/systemd/system ]; then
		skip "needs the machine of tests/vm"
	fi
}

# A block device of its own, in $LOOP and $LOOP_NUMBER (MAJOR:MINOR).
loop_up() {
	truncate -s 64M "$T/disk"
	LOOP=$(losetup --find --show "$T/disk")
	LOOP_NUMBER=$(lsblk -dnro MAJ:MIN "$LOOP")
}
loop_down() { [ -z "${LOOP:-}" ] || losetup -d "$LOOP"; }

# The whole system of the machine as a root file system: read from it, written beside it.
system_root() {
	mkdir -p "$T/up" "$T/work" "$T/lower"
	mount -t tmpfs tmpfs "$T/up"
	mkdir "$T/up/u" "$T/up/w"
	rm -rf "$BUNDLE/rootfs" && mkdir "$BUNDLE/rootfs"
	mount --bind / "$T/lower"
	mount -t overlay -o "lowerdir=$T/lower,upperdir=$T/up/u,workdir=$T/up/w" overlay "$BUNDLE/rootfs"
}
system_root_down() {
	umount "$BUNDLE/rootfs" "$T/lower" "$T/up" 2>/dev/null || true
}
