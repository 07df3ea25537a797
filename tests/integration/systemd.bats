#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# The systemd cgroup driver, on a machine that runs systemd (tests/vm). All commands after the first
# are called without --systemd-cgroup, as engines do.
load helpers

setup() {
	requires systemd root cgroups_v2
	[ "$RUNTIME_NAME" != crun ] || skip "crun puts everything in a sub-cgroup of the scope"
	setup_bundle
	UNIT=st-$ID.scope
	SLICE=stest.slice
	path "$SLICE:st:$ID"
}
teardown() {
	local rc=0
	teardown_bundle || rc=1
	[ -z "${LOOP:-}" ] || losetup -d "$LOOP" || rc=1
	[ -z "${UNIT:-}" ] || no_unit || { echo "the unit is left: $(systemctl status "$UNIT")" && rc=1; }
	return $rc
}

# shellcheck disable=SC2016
path() { update_config --arg p "$1" '.linux.cgroupsPath = $p'; }
res() { update_config ".linux.resources += $1"; }
# shellcheck disable=SC2016
annotate() { update_config --arg k "$1" --arg v "$2" '.annotations[$k] = $v'; }
prop() { systemctl show "$UNIT" -p "$1" --value; }
has_prop() { assert_eq "$1=$(prop "$1")" "$1=$2"; }
cgroup() { echo "/sys/fs/cgroup/$SLICE/$UNIT"; }
file() { cat "$(cgroup)/$1"; }
no_unit() { [ "$(prop LoadState)" != loaded ] || [ "$(prop ActiveState)" = inactive ]; }

sd_run() { strake --systemd-cgroup run --bundle "$BUNDLE" "$@" "$ID"; }
sleeper() {
	set_args sleep 1000
	ok sd_run --detach
}
is_in_unit() { grep -q "^0::/.*$UNIT\$" "/proc/$1/cgroup"; }

@test "systemd: a scope in the slice, with all that is delegated" {
	sleeper
	is_in_unit "$(init_pid)"
	has_prop ActiveState active
	has_prop Slice "$SLICE"
	has_prop Delegate yes
	has_prop DefaultDependencies no
	[[ $(prop DelegateControllers) == *memory* ]]
	assert_eq "$(prop MemoryAccounting) $(prop IOAccounting) $(prop TasksAccounting)" 'yes yes yes'
	# systemd 258 counts always, and has no such property any more.
	[[ $(prop CPUAccounting) =~ ^(yes)?$ ]]
	assert_eq "$(file cgroup.procs)" "$(init_pid)"
}

@test "systemd: the driver and the unit are in the state" {
	sleeper
	ok strake exec "$ID" cat /proc/self/cgroup
	assert_out_match "0::"
	ok strake exec --detach "$ID" sleep 1000
	assert_eq "$(file cgroup.procs | wc -l)" 2
	ok strake ps --format json "$ID"
	ok strake kill "$ID" KILL
	wait_status stopped
	ok strake delete "$ID"
	no_unit
}

holds_socket() { find "/proc/$1/fd" -lname 'socket:*' | grep -q .; }
lets_go() { is_status running && ! holds_socket "$1"; }

# Neither a connection nor a process that has one, for as long as the container runs.
@test "systemd: run lets go of the manager while it waits" {
	strake_only "runc keeps its connection"
	local pid
	set_args sleep 1000
	background "$RUNTIME" --root "$ROOT" --systemd-cgroup run --bundle "$BUNDLE" "$ID"
	pid=$!
	wait_for 60 lets_go "$pid"
	assert_eq "$(cat "/proc/$pid/task/$pid/children")" "$(init_pid) "
	is_in_unit "$(init_pid)"
	ok strake kill "$ID" KILL
	wait "$pid" || true
	no_unit
	not_ok strake state "$ID"
}

@test "systemd: create, start, delete" {
	set_args sleep 1000
	ok strake --systemd-cgroup create --bundle "$BUNDLE" "$ID"
	is_in_unit "$(init_pid)"
	is_status created
	ok strake start "$ID"
	is_status running
	ok strake delete --force "$ID"
	no_unit
	[ ! -d "$(cgroup)" ]
	ok strake delete --force "$ID"
}

@test "systemd: without cgroupsPath in system.slice" {
	SLICE=system.slice UNIT=runc-$ID.scope
	update_config 'del(.linux.cgroupsPath)'
	sleeper
	is_in_unit "$(init_pid)"
	has_prop Slice system.slice
}

@test "systemd: a slice in slices" {
	path "stest-a-b.slice:st:$ID"
	SLICE=stest.slice/stest-a.slice/stest-a-b.slice
	sleeper
	has_prop Slice stest-a-b.slice
	assert_eq "$(file cgroup.procs)" "$(init_pid)"
}

@test "systemd: cgroupsPath must be slice:prefix:name" {
	path /strake-test/x
	not_ok sd_run
	assert_err_match 'expected cgroupsPath to be of format .*slice:prefix:name.* for systemd cgroups, got .*/strake-test/x.* instead'
	path "no-slice:st:$ID"
	not_ok sd_run
	assert_err_match 'invalid slice name: no-slice'
	assert_nothing_left
}

@test "systemd: limits are the unit's and the kernel's" {
	res '{"memory": {"limit": 33554432, "reservation": 16777216, "swap": 33554432}, "pids": {"limit": 42},
		"cpu": {"shares": 512, "quota": 25000, "period": 50000, "cpus": "0", "mems": "0"}}'
	sleeper
	has_prop MemoryMax 33554432
	has_prop MemoryLow 16777216
	has_prop TasksMax 42
	has_prop CPUQuotaPerSecUSec 500ms
	has_prop CPUQuotaPeriodUSec 50ms
	has_prop AllowedCPUs 0
	has_prop AllowedMemoryNodes 0
	assert_eq "$(prop CPUWeight)" "$(file cpu.weight)"
	assert_eq "$(file memory.max) $(file memory.low) $(file memory.swap.max)" '33554432 16777216 0'
	assert_eq "$(file pids.max) $(file cpu.max) $(file cpuset.cpus)" '42 25000 50000 0'
}

@test "systemd: limits are in force" {
	res '{"memory": {"limit": 33554432, "swap": 33554432}}'
	set_sh 'head -c 100m /dev/zero | tail >/dev/null; exit $?'
	sd_run
	assert_status 137
	ok strake delete --force "$ID"
	no_unit
}

@test "systemd: a container that ran out of memory is explained, though its scope is gone" {
	strake_only "it says nothing"
	res '{"memory": {"limit": 33554432, "swap": 33554432}}'
	set_sh 'exec tail /dev/zero'
	# systemd may be quicker, but not every time.
	local said=''
	for _ in 1 2 3; do
		sd_run
		assert_status 137
		said+=$err
	done
	assert_has "$said" 'ran out of memory: the OOM killer struck 1 time'
	no_unit
}

@test "systemd: a quota is rounded up to whole percents, in both" {
	res '{"cpu": {"quota": 12345, "period": 100000}}'
	sleeper
	has_prop CPUQuotaPerSecUSec 130ms
	assert_eq "$(file cpu.max)" '13000 100000'
}

@test "systemd: unlimited" {
	res '{"memory": {"limit": -1}, "pids": {"limit": -1}, "cpu": {"quota": -1}}'
	sleeper
	has_prop MemoryMax infinity
	has_prop TasksMax infinity
	assert_eq "$(file memory.max) $(file pids.max) $(file cpu.max)" 'max max max 100000'
}

@test "systemd: unified" {
	res '{"unified": {"memory.max": "33554432", "memory.high": "30000000", "pids.max": "20",
		"cpu.max": "20000 100000", "cpu.weight": "77", "memory.oom.group": "1"}}'
	sleeper
	has_prop MemoryMax 33554432
	has_prop MemoryHigh 30000000
	has_prop TasksMax 20
	has_prop CPUWeight 77
	has_prop CPUQuotaPerSecUSec 200ms
	assert_eq "$(file memory.max) $(file pids.max) $(file cpu.max) $(file memory.oom.group)" '33554432 20 20000 100000 1'
}

@test "systemd: cpu.idle" {
	[ -e /sys/fs/cgroup/init.scope/cpu.idle ] || skip "needs cpu.idle (Linux 5.15)"
	res '{"cpu": {"idle": 1}}'
	sleeper
	assert_eq "$(file cpu.idle)" 1
}

@test "systemd: io.weight" {
	strake_only "no IOWeight property"
	res '{"blockIO": {"weight": 100}}'
	sleeper
	has_prop IOWeight 910
}

@test "systemd: io.max of a block device, also after a daemon-reload" {
	local number
	truncate -s 1M "$T/disk"
	LOOP=$(losetup --find --show "$T/disk")
	number=$(cat "/sys/block/${LOOP#/dev/}/dev")
	update_config --argjson a "${number%:*}" --argjson b "${number#*:}" 'def t(r): [{"major": $a, "minor": $b, "rate": r}];
		.linux.resources.blockIO = {"throttleReadBpsDevice": t(1048576), "throttleWriteIOPSDevice": t(200)}'
	sleeper
	assert_eq "$(file io.max)" "$number rbps=1048576 wbps=max riops=max wiops=200"
	systemctl daemon-reload
	systemctl set-property --runtime "$UNIT" IPAccounting=yes
	assert_eq "$(file io.max)" "$number rbps=1048576 wbps=max riops=max wiops=200"
}

@test "systemd: device rules hold, also after a daemon-reload" {
	res '{"devices": [{"allow": false, "access": "rwm"}, {"allow": true, "type": "c", "major": 10, "minor": 229, "access": "rw"}]}'
	update_config '.process.capabilities |= map_values(. + ["CAP_MKNOD"])'
	set_sh 'mknod /dev/kmsg c 1 11; mknod /dev/fuse c 10 229; touch /ready; sleep 1000'
	ok sd_run --detach
	has_prop DevicePolicy strict
	prop DeviceAllow | grep -q '/dev/char/10:229 rw'
	prop DeviceAllow | grep -q '/dev/char/1:3 rwm'
	wait_for 10 test -e "$BUNDLE/rootfs/ready"
	for _ in 1 2; do
		ok strake exec "$ID" sh -c 'echo x >/dev/null && head -c 1 /dev/zero >/dev/null && : <>/dev/fuse'
		not_ok strake exec "$ID" sh -c ': </dev/kmsg'
		assert_err_match 'not permitted'
		systemctl daemon-reload
	done
}

@test "systemd: limits hold after a daemon-reload" {
	res '{"memory": {"limit": 33554432}, "pids": {"limit": 42}, "cpu": {"quota": 25000, "period": 50000}, "blockIO": {"weight": 100}}'
	sleeper
	before=$(file memory.max; file pids.max; file cpu.max; cat "$(cgroup)/io.weight")
	systemctl daemon-reload
	# Makes systemd apply what it knows.
	systemctl set-property --runtime "$UNIT" IPAccounting=yes
	assert_eq "$(file memory.max; file pids.max; file cpu.max; cat "$(cgroup)/io.weight")" "$before"
	has_prop MemoryMax 33554432
	is_status running
}

@test "systemd: annotations become properties" {
	annotate org.systemd.property.TimeoutStopSec 'uint64 11'
	annotate org.systemd.property.CollectMode "'inactive-or-failed'"
	annotate org.systemd.property.After '["sysinit.target"]'
	sleeper
	has_prop TimeoutStopUSec 11s
	has_prop CollectMode inactive-or-failed
	[[ $(prop After) == *sysinit.target* ]]
}

@test "systemd: a bad annotation is refused, and nothing is left" {
	set_args true
	annotate org.systemd.property.TimeoutStopUSec 'uint64 five'
	not_ok sd_run
	assert_err_match 'annotation org.systemd.property.TimeoutStopUSec=uint64 five value parse error'
	assert_nothing_left
	update_config 'del(.annotations)'
	annotate org.systemd.property.X-Y 1
	not_ok sd_run
	assert_err_match 'annotation org.systemd.property.X-Y name incorrect'
	update_config 'del(.annotations)'
	annotate org.systemd.property.NoSuchProperty 1
	not_ok sd_run
	assert_err_match 'NoSuchProperty'
	assert_nothing_left
	no_unit
	# Without the driver they are nobody's.
	path "$CGROUP_PARENT/$ID"
	ok strake_run
}

@test "systemd: pause and resume" {
	sleeper
	ok strake pause "$ID"
	is_status paused
	grep -q 'frozen 1' "$(cgroup)/cgroup.events"
	ok strake resume "$ID"
	is_status running
	ok strake pause "$ID"
	ok strake delete --force "$ID"
	no_unit
}

@test "systemd: update changes the unit and the files, and is kept" {
	res '{"memory": {"limit": 33554432}, "pids": {"limit": 42}}'
	sleeper
	ok strake update --memory 67108864 --memory-swap 67108864 --pids-limit 50 --cpu-quota 30000 --cpu-period 100000 --cpu-share 2048 "$ID"
	systemctl daemon-reload
	has_prop MemoryMax 67108864
	has_prop TasksMax 50
	has_prop CPUQuotaPerSecUSec 300ms
	assert_eq "$(prop CPUWeight)" "$(file cpu.weight)"
	assert_eq "$(file memory.max) $(file memory.swap.max) $(file pids.max) $(file cpu.max)" '67108864 0 50 30000 100000'
	STDIN=$T/res
	echo '{"unified": {"memory.high": "50000000"}, "cpu": {"cpus": "0"}}' >"$STDIN"
	ok strake update --resources - "$ID"
	has_prop AllowedCPUs 0
	has_prop MemoryHigh 50000000
	assert_eq "$(file memory.high)" "$((50000000 / 4096 * 4096))"
}

@test "systemd: a failed unit of the same name is no obstacle" {
	systemd-run --quiet --scope --unit "st-$ID" -p RuntimeMaxSec=1 sleep 1000 >/dev/null 2>&1 3>&- 4>&- || true
	has_prop ActiveState failed
	sleeper
	has_prop ActiveState active
}

@test "systemd: a container that was killed for memory leaves no failed unit" {
	res '{"memory": {"limit": 33554432, "swap": 33554432}, "unified": {"memory.oom.group": "1"}}'
	set_sh 'sleep 1; head -c 200m /dev/zero | tail >/dev/null'
	ok sd_run --detach
	wait_status stopped
	ok strake delete "$ID"
	assert_eq "$(prop LoadState)" not-found
}

@test "systemd: somebody else's unit is left alone" {
	background systemd-run --quiet --scope --unit "st-$ID" -p Slice="$SLICE" sleep 1000
	wait_for 10 grep -q . "$(cgroup)/cgroup.procs"
	other=$(file cgroup.procs)
	set_args true
	not_ok sd_run
	assert_nothing_left
	kill -0 "$other"
	assert_eq "$(file cgroup.procs)" "$other"
	kill -9 "$other"
	wait_for 10 no_unit
}

@test "systemd: a unit that is a slice" {
	strake_only "no process in a slice"
	UNIT=stest-$ID.slice
	UNIT=${UNIT//-/_}
	path "$SLICE:x:$UNIT"
	SLICE=.
	res '{"memory": {"limit": 33554432}}'
	sleeper
	has_prop MemoryMax 33554432
	grep -q "/$UNIT\$" "/proc/$(init_pid)/cgroup"
	ok strake delete --force "$ID"
}

@test "systemd: no bus is one clear error" {
	strake_only "words"
	set_args true
	DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nonexistent/bus not_ok sd_run
	assert_err_match 'failed to connect to dbus .*unix:path=/nonexistent/bus: no such file or directory'
	assert_nothing_left
}

@test "systemd: delete without a bus removes the cgroup" {
	strake_only "an error"
	sleeper
	DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nonexistent/bus ok strake delete --force "$ID"
	[ ! -d "$(cgroup)" ]
}

@test "systemd: exec into a container that has divided its cgroup" {
	update_config '.linux.namespaces += [{"type": "cgroup"}] | .mounts += [{"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup", "options": ["rw"]}]'
	set_sh 'mkdir /sys/fs/cgroup/leaf && echo 1 >/sys/fs/cgroup/leaf/cgroup.procs && echo +memory >/sys/fs/cgroup/cgroup.subtree_control && touch /ready; sleep 1000'
	ok sd_run --detach
	wait_for 10 test -e "$BUNDLE/rootfs/ready"
	ok strake exec "$ID" cat /proc/self/cgroup
	assert_out_match '/leaf'
	ok strake delete --force "$ID"
	no_unit
}

# --- as a user with a systemd of its own ---------------------------------------------------------

user_bundle() {
	requires cmd_vm-user
	chmod 755 "$T" "$BATS_TEST_TMPDIR" "$BATS_RUN_TMPDIR" 2>/dev/null || true
	ROOTLESS=/run/user/1000/strake-$ID
	USER_SLICE=/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service
	update_config '.linux.namespaces |= map(select(.type != "network")) + [{"type": "user"}]
		| .linux.uidMappings = [{"containerID": 0, "hostID": 1000, "size": 1}]
		| .linux.gidMappings = [{"containerID": 0, "hostID": 1000, "size": 1}]
		| del(.linux.resources.devices) | .mounts |= map(select(.type != "sysfs" and .type != "mqueue"))
		| (.mounts[] | select(.type == "devpts") | .options) |= map(select(startswith("gid=") | not))
		| .linux.readonlyPaths = [] | .linux.maskedPaths = []'
	cp -rL "$BUNDLE" "$T/user" && chown -R 1000:1000 "$T/user"
}
as_user() {
	CALLS=$((CALLS + 1))
	out_file=$T/out.$CALLS err_file=$T/err.$CALLS last_command="$*" status=0
	: >"$out_file" && : >"$err_file" && chmod 666 "$out_file" "$err_file"
	vm-user "$@" </dev/null >"$out_file" 2>"$err_file" 3>&- 4>&- || status=$?
	out=$(cat "$out_file") err=$(cat "$err_file")
}

@test "systemd: a user's scope, with limits" {
	res '{"memory": {"limit": 33554432}, "pids": {"limit": 42}, "cpu": {"quota": 25000, "period": 50000}}'
	path "user.slice:st:$ID"
	update_config '.linux.namespaces += [{"type": "cgroup"}]'
	set_args sleep 1000
	user_bundle
	ok as_user "$RUNTIME" --root "$ROOTLESS" --systemd-cgroup run --detach --bundle "$T/user" "$ID"
	dir=$USER_SLICE/user.slice/$UNIT
	assert_eq "$(cat "$dir/memory.max" "$dir/pids.max" "$dir/cpu.max")" $'33554432\n42\n25000 50000'
	ok as_user "$RUNTIME" --root "$ROOTLESS" exec "$ID" cat /proc/self/cgroup
	assert_out '0::/'
	ok as_user "$RUNTIME" --root "$ROOTLESS" update --pids-limit 50 "$ID"
	assert_eq "$(cat "$dir/pids.max")" 50
	ok as_user systemctl --user show "$UNIT" -p TasksMax --value
	assert_out 50
	ok as_user "$RUNTIME" --root "$ROOTLESS" delete --force "$ID"
	[ ! -d "$dir" ]
}

# --- under podman --------------------------------------------------------------------------------

# The container's cgroup of a podman container whose inspect output is $out.
check_podman() {
	local dir
	dir=/sys/fs/cgroup$(sed -n 's/^0:://p' "/proc/$out/cgroup")
	[[ $dir == */libpod-*.scope* ]] || fail "$dir"
	dir=${dir%.scope*}.scope
	assert_eq "$(cat "$dir/memory.max" "$dir/pids.max" "$dir/cpu.max")" $'67108864\n33\n50000 100000'
}
in_podman() { "$1" podman --runtime "$RUNTIME" --cgroup-manager systemd "${@:2}"; }
as_root() {
	CALLS=$((CALLS + 1))
	out_file=$T/out.$CALLS err_file=$T/err.$CALLS last_command="$*" status=0
	"$@" </dev/null >"$out_file" 2>"$err_file" 3>&- 4>&- || status=$?
	out=$(cat "$out_file") err=$(cat "$err_file")
}
podman_test() { # as_root|as_user
	requires cmd_podman
	tar -C "$BUSYBOX_ROOT" -cf "$T/image.tar" . && chmod 755 "$T" "$BATS_TEST_TMPDIR" "$BATS_RUN_TMPDIR"
	ok "$1" podman import "$T/image.tar" strake-test
	ok in_podman "$1" run -d --name "$ID" --network none --memory 64m --pids-limit 33 --cpus 0.5 strake-test sleep 1000
	ok in_podman "$1" inspect -f '{{.State.Pid}}' "$ID"
	check_podman
	ok in_podman "$1" exec "$ID" cat /proc/self/cgroup
	assert_out '0::/'
	ok in_podman "$1" rm -f -t 0 "$ID"
	# They are in force: what wants more memory is killed, what wants more processes has none.
	in_podman "$1" run --rm --network none --memory 32m strake-test tail /dev/zero
	assert_status 137
	in_podman "$1" run --rm --network none --pids-limit 5 strake-test sh -c 'for i in 1 2 3 4 5 6 7 8; do sleep 1 & done; wait'
	assert_err_match "can't fork"
	ok "$1" podman rmi -f strake-test
}

@test "systemd: podman with its systemd manager" { podman_test as_root; }

@test "systemd: rootless podman with its systemd manager" {
	requires cmd_vm-user
	podman_test as_user
}

# Engines expect crun's layout of it: limits, processes and all commands are the subgroup's.
@test "systemd: run.oci.systemd.subgroup is the container's part of the scope" {
	strake_only "annotations of crun"
	local sub
	annotate run.oci.systemd.subgroup /one/two
	res '{"memory": {"limit": 33554432}, "pids": {"limit": 20}}'
	update_config '.linux.namespaces += [{"type": "cgroup"}]'
	sleeper
	sub=$(cgroup)/one/two
	assert_eq "$(cat "$sub/cgroup.procs") $(file cgroup.procs)" "$(init_pid) "
	assert_eq "$(cat "$sub/memory.max") $(file memory.max) $(prop MemoryMax)" '33554432 33554432 33554432'
	ok strake exec "$ID" cat /proc/self/cgroup
	assert_out_match '0::/$'
	ok strake exec --detach "$ID" sleep 1000
	assert_eq "$(wc -l <"$sub/cgroup.procs")" 2
	ok strake pause "$ID"
	assert_eq "$(cat "$sub/cgroup.freeze") $(state_of status)" '1 paused'
	ok strake resume "$ID"
	ok strake update --memory 67108864 --pids-limit 30 "$ID"
	assert_eq "$(prop MemoryMax) $(cat "$sub/memory.max") $(cat "$sub/pids.max")" '67108864 67108864 30'
	ok strake ps --format json "$ID"
	assert_eq "$(jq length <<<"$out")" 2
	ok strake events --stats "$ID"
	assert_eq "$(jq .data.pids.current <<<"$out")" 2
	ok strake kill "$ID" KILL
	wait_status stopped
	ok strake delete "$ID"
	no_unit
	[ ! -d "$(cgroup)" ]
}

@test "systemd: a subgroup, and a part of it delegated" {
	strake_only "annotations of crun"
	annotate run.oci.systemd.subgroup container
	annotate run.oci.delegate-cgroup payload
	res '{"memory": {"limit": 33554432}}'
	update_config '.linux.namespaces += [{"type": "cgroup"}]'
	sleeper
	assert_eq "$(cat "$(cgroup)/container/payload/cgroup.procs")" "$(init_pid)"
	assert_has "$(cat "$(cgroup)/container/payload/cgroup.controllers")" memory
	assert_eq "$(cat "$(cgroup)/container/memory.max" "$(cgroup)/container/payload/memory.max" | paste -sd ' ')" '33554432 max'
	ok strake exec "$ID" cat /proc/self/cgroup
	assert_out_match '0::/payload$'
	ok strake delete --force "$ID"
	no_unit
	[ ! -d "$(cgroup)" ]
}

@test "systemd: a subgroup goes without a bus too" {
	strake_only "annotations of crun"
	annotate run.oci.systemd.subgroup container
	sleeper
	DBUS_SYSTEM_BUS_ADDRESS=unix:path=/nonexistent/bus ok strake delete --force "$ID"
	[ ! -d "$(cgroup)" ]
}

@test "systemd: delete stops no unit that another container was given later" {
	set_args true
	ok sd_run --detach
	wait_status stopped
	wait_for 5 no_unit
	set_args sleep 1000
	ok strake --systemd-cgroup run --detach --bundle "$BUNDLE" "$ID-2"
	strake delete "$ID"
	assert_eq "$("$RUNTIME" --root "$ROOT" state "$ID-2" | jq -r .status)" running
	assert_status 1
	assert_err_match 'cgroup is not empty: 1 process'
	ok strake delete --force "$ID-2"
	ok strake delete "$ID"
}
