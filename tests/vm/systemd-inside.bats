#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# A container that runs systemd, and one that runs podman.
load helpers

setup() {
	in_vm
	setup_bundle
	system_root
	local caps
	caps=$(capsh --print | sed -n 's/^Bounding set =//p' | tr '[:lower:]' '[:upper:]' | jq -R 'split(",")')
	update_config --argjson c "$caps" '.process.noNewPrivileges = false | .process.env += ["container=oci"] |
		.process.capabilities = {"bounding": $c, "effective": $c, "permitted": $c} |
		.linux.maskedPaths = [] | .linux.readonlyPaths = [] |
		.linux.namespaces += [{"type": "cgroup"}] |
		(.mounts[] | select(.destination == "/sys") | .options) |= . - ["ro"] + ["rw"] |
		.mounts += [
			{"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup", "options": ["nosuid", "noexec", "nodev", "rw"]},
			{"destination": "/run", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "nodev", "mode=755"]},
			{"destination": "/tmp", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "nodev", "mode=1777"]}
		]'
}
teardown() {
	local rc=0
	# The root is a mount of the test's, which has to go before the helpers look for mounts.
	if [ -d "$ROOT/$ID" ]; then
		strake delete --force "$ID"
		rc=$status
	fi
	system_root_down
	teardown_bundle && [ "$rc" = 0 ]
}

is_running() {
	strake exec "$ID" systemctl is-system-running
	[ "$out" = running ] || [ "$out" = degraded ]
}

@test "systemd inside: boots to running, with its cgroup delegated" {
	local signal=37
	rm -f "$BUNDLE/rootfs/etc/systemd/system/multi-user.target.wants/vm-job.service"
	ln -sf /lib/systemd/system/basic.target "$BUNDLE/rootfs/etc/systemd/system/default.target"
	update_config '.linux.resources.pids.limit = 200'
	set_args /lib/systemd/systemd
	ok strake_run --detach
	wait_for 120 is_running
	strake exec "$ID" systemctl --failed --no-legend
	assert_eq "$out" ''
	# Its own slices are in the container's cgroup, and its services can be limited.
	[ -d "/sys/fs/cgroup$CGROUP_PARENT/$ID/system.slice" ]
	ok strake exec "$ID" systemd-run --quiet --wait --pipe -p MemoryMax=32M sh -c \
		'cat /sys/fs/cgroup$(cut -d: -f3 /proc/self/cgroup)/memory.max'
	assert_out 33554432
	assert_eq "$(file pids.max)" 200
	# SIGRTMIN+3 is how one asks it to halt.
	[ "$RUNTIME_NAME" = runc ] || signal=RTMIN+3 # by name, which runc does not know
	ok strake kill "$ID" "$signal"
	wait_for 60 is_status stopped
	ok strake delete "$ID"
}

@test "systemd inside: podman in the container runs one of its own" {
	command -v podman >/dev/null || skip "needs podman"
	mkdir -p "$BUNDLE/rootfs/srv/image/bin"
	cp "$BUSYBOX_ROOT/bin/busybox" "$BUNDLE/rootfs/srv/image/bin/busybox"
	cp "$RUNTIME" "$BUNDLE/rootfs/usr/local/bin/runtime-in-test"
	# The machine's own store has another driver. (overlay on overlay does not work.)
	rm -rf "$BUNDLE/rootfs/var/lib/containers"
	set_sh 'tar -C /srv/image -c . | podman --storage-driver=vfs import -q - nested &&
		podman --storage-driver=vfs --cgroup-manager=cgroupfs --runtime=/usr/local/bin/runtime-in-test run --rm --network=none \
			--memory=32m nested /bin/busybox sh -c "/bin/busybox cat /sys/fs/cgroup/memory.max; echo nested"'
	update_config '.linux.resources.devices = [{"allow": true, "access": "rwm"}]'
	CALL_TIMEOUT=400 ok strake_run
	assert_has "$out" $'33554432\nnested'
}
