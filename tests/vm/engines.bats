#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# podman and Docker as they come on a host with systemd: it manages the cgroups, AppArmor has a profile
# for every container. What each says is compared with what it says on runc.
#
# shellcheck disable=SC2153,SC2317 # RUNTIME is of the helpers; what on_both calls
load helpers

setup() {
	in_vm
	strake_only "compared with runc"
	export HOME=/root
	setup_bundle
	for engine in podman docker; do
		command -v "$engine" >/dev/null || skip "needs $engine"
	done
	mkdir -p /etc/docker
	jq -n --arg s "$RUNTIME" '{runtimes: {strake: {path: $s}}, iptables: false, ip6tables: false, bridge: "none"}' \
		>/etc/docker/daemon.json
}

# But for the ids.
same() { sed -E 's/[0-9a-f]{64}/ID/g'; }

# on_both FUNCTION CLEAN: says what it said on strake, the same as on runc.
on_both() {
	local name clean=$2
	for name in runc strake; do
		"$clean" >/dev/null 2>&1 || true
		# (What fails in there is part of the answer.)
		(set +eET && trap - ERR DEBUG && "$1" "$name") >"$T/$name.raw" 2>"$T/$name.err" </dev/null 3>&- 4>&- || true
		same <"$T/$name.raw" >"$T/$name.out"
	done
	diff -u "$T/runc.out" "$T/strake.out" || fail "$(cat "$T"/*.err)"
	out=$(<"$T/strake.out")
}

podman_on() {
	local runtime=$1
	shift
	[ "$runtime" = runc ] || runtime=$RUNTIME
	timeout "$CALL_TIMEOUT" podman --runtime "$runtime" "$@"
}
podman_clean() { podman pod rm -f -t 0 -a; podman rm -f -t 0 -a; }
podman_image() { podman image exists localhost/box || tar -C "$BUNDLE/rootfs" -c . | podman import - localhost/box >/dev/null 2>&1; }

docker_on() {
	local runtime=$1
	shift
	timeout "$CALL_TIMEOUT" docker run --runtime "$runtime" --network none "$@"
}
docker_clean() { docker rm -f box; }
docker_image() {
	systemctl start docker
	[ -n "$(docker images -q box)" ] || tar -C "$BUNDLE/rootfs" -c . | docker import - box >/dev/null
}

limits='cd /sys/fs/cgroup; cat memory.max pids.max cpu.max cpuset.cpus /proc/self/cgroup /proc/self/attr/current'
unit() { systemctl show "$1" -p MemoryMax -p TasksMax -p Delegate -p Slice | sort; }

@test "engines: podman: limits are in the scope and in its files, also after a daemon-reload" {
	podman_image
	s_limits() {
		local id
		podman_on "$1" run --rm --memory 64m --pids-limit 50 --cpus 0.5 --cpuset-cpus 0 localhost/box sh -c "$limits"
		id=$(podman_on "$1" run -d --name box --memory 64m localhost/box sleep 1000)
		unit "libpod-$id.scope"
		podman_on "$1" exec box cat /proc/self/cgroup /sys/fs/cgroup/memory.max
		podman_on "$1" update --memory 96m box >/dev/null
		systemctl daemon-reload
		podman_on "$1" exec box cat /sys/fs/cgroup/memory.max
		unit "libpod-$id.scope"
		podman_on "$1" rm -f -t 0 box >/dev/null
		systemctl list-units --all --no-legend "libpod-$id.scope" | wc -l
	}
	on_both s_limits podman_clean
	assert_has "$out" $'67108864\n50\n50000 100000\n0\n0::/\n'
	assert_has "$out" '(enforce)'
	assert_has "$out" $'100663296\nDelegate=yes\nMemoryMax=100663296\nSlice=machine.slice'
}

@test "engines: podman: pause, stop, exit codes, out of memory" {
	podman_image
	s_life() {
		podman_on "$1" run -d --name box localhost/box sleep 1000 >/dev/null
		podman_on "$1" exec box false
		echo "exec $?"
		podman_on "$1" pause box >/dev/null && podman inspect -f '{{.State.Status}}' box
		podman_on "$1" unpause box >/dev/null && podman inspect -f '{{.State.Status}}' box
		podman_on "$1" stop -t 1 box >/dev/null 2>&1
		podman inspect -f '{{.State.ExitCode}}' box
		podman_on "$1" rm box >/dev/null
		podman_on "$1" run --rm --memory 20m localhost/box sh -c 'x=a; while :; do x=$x$x; done'
		echo "oom $?"
	}
	on_both s_life podman_clean
	assert_eq "$out" $'exec 1\npaused\nrunning\n137\noom 137'
}

@test "engines: podman: slices, pods, user namespaces, profiles" {
	podman_image
	s_places() {
		local where='cat /proc/self/cgroup /proc/self/attr/current'
		podman_on "$1" run --rm --cgroupns host --cgroup-parent my-test.slice localhost/box sh -c "$where"
		podman_on "$1" run --rm --uidmap 0:100000:65536 --memory 64m localhost/box sh -c "$where; cat /sys/fs/cgroup/memory.max"
		podman_on "$1" pod create --name pod --memory 128m >/dev/null
		podman_on "$1" run -d --pod pod --name box localhost/box sleep 1000 >/dev/null
		podman inspect -f '{{.State.CgroupPath}}' box
		podman_on "$1" pod rm -f -t 0 pod >/dev/null
		podman_on "$1" run --rm --systemd=always localhost/box sh -c 'mkdir /sys/fs/cgroup/x && echo made'
		podman_on "$1" run --rm --security-opt apparmor=unconfined localhost/box sh -c "$where"
		podman_on "$1" run --rm --security-opt apparmor=not-there localhost/box true
		echo "status $?"
	}
	on_both s_places podman_clean
	assert_has "$out" my-test.slice/libpod-ID.scope
	assert_has "$out" $'made\n0::/\nunconfined\n'
	assert_has "$out" 67108864
	! grep -q 'status 0' <<<"$out" || fail "a profile that is not there"
}

@test "engines: Docker: limits are in the scope and in its files, also after a daemon-reload" {
	docker_image
	s_limits() {
		local id
		docker_on "$1" --rm --memory 64m --pids-limit 50 --cpus 0.5 --cpuset-cpus 0 box sh -c "$limits"
		id=$(docker_on "$1" -d --name box --memory 64m box sleep 1000)
		unit "docker-$id.scope"
		docker exec box cat /proc/self/cgroup /sys/fs/cgroup/memory.max
		docker update --memory 96m --memory-swap 200m --cpus 0.7 box >/dev/null
		systemctl daemon-reload
		docker exec box cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/cpu.max
		unit "docker-$id.scope"
		docker rm -f box >/dev/null
		systemctl list-units --all --no-legend "docker-$id.scope" | wc -l
	}
	on_both s_limits docker_clean
	assert_has "$out" $'67108864\n50\n50000 100000\n0\n0::/\n'
	assert_has "$out" 'docker-default (enforce)'
	assert_has "$out" $'100663296\n70000 100000\n'
	assert_has "$out" $'MemoryMax=100663296\nSlice=system.slice'
}

@test "engines: Docker: pause, stop, exit codes, out of memory, slices, profiles" {
	docker_image
	s_life() {
		docker_on "$1" -d --name box box sleep 1000 >/dev/null
		docker exec box false
		echo "exec $?"
		docker pause box >/dev/null && docker inspect -f '{{.State.Status}}' box
		docker unpause box >/dev/null && docker inspect -f '{{.State.Status}}' box
		docker stop -t 1 box >/dev/null
		docker inspect -f '{{.State.ExitCode}}' box
		docker rm box >/dev/null
		docker_on "$1" --rm --memory 20m box sh -c 'x=a; while :; do x=$x$x; done'
		echo "oom $?"
		docker_on "$1" --rm --cgroupns host --cgroup-parent my-test.slice box cat /proc/self/cgroup
		docker_on "$1" --rm --security-opt apparmor=unconfined box cat /proc/self/attr/current
		docker_on "$1" --rm --security-opt apparmor=not-there box true
		echo "status $?"
	}
	on_both s_life docker_clean
	assert_has "$out" $'exec 1\npaused\nrunning\n137\noom 137\n'
	assert_has "$out" my-test.slice/docker-ID.scope
	assert_has "$out" unconfined
	! grep -q 'status 0' <<<"$out" || fail "a profile that is not there"
}
