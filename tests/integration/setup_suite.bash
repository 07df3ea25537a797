# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
setup_suite() {
	if [ "$(id -u)" != 0 ]; then
		echo "the integration tests need root" >&2
		return 1
	fi
	umask 022
}

# The common parent cgroup of all containers, when it is empty.
teardown_suite() {
	local d
	for d in /sys/fs/cgroup/strake-test /sys/fs/cgroup/*/strake-test; do
		[ ! -d "$d" ] || rmdir "$d" 2>/dev/null || true
	done
}
