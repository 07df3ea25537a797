#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# Docker: one daemon that has the reference and the runtime in test as added runtimes. The tested
# one is its default and is `runc` on its PATH: the builders take theirs from there.

load helpers
load options

IMG=busybox:test
SOCK=unix:///run/strake-docker/docker.sock

d()
{
	timeout -k 5 "${CALL_TIMEOUT:-60}" docker --host "$SOCK" "$@"
}

d_run()
{
	d run --runtime "$RT" --network none "$@"
}

engine_clean()
{
	local ids

	ids=$(d ps -a -q)
	# shellcheck disable=SC2086 # a list of words
	[ -z "$ids" ] || d rm -f $ids
}

full_capabilities()
{
	local last bounding

	last=$(cat /proc/sys/kernel/cap_last_cap)
	bounding=$(awk '$1 == "CapBnd:" { print $2 }' /proc/self/status)
	[ $((16#$bounding)) -eq $(((1 << (last + 1)) - 1)) ]
}

is_up()
{
	d version >/dev/null 2>&1
}

containerd_is_up()
{
	ctr --address /run/strake-docker/containerd.sock version >/dev/null 2>&1
}

setup_file()
{
	export REFERENCE_RT=reference CANDIDATE_RT=candidate
	export DOCKER_CONFIG=$WORK/docker-config
	mkdir -p /run/strake-docker "$DOCKER_CONFIG"
	echo '{}' >"$WORK/daemon.json"
	cat >"$WORK/docker-containerd.toml" <<-EOF
	version = 2
	root = "$WORK/docker-containerd"
	state = "/run/strake-docker/containerd"
	disabled_plugins = ["io.containerd.grpc.v1.cri"]
	[grpc]
	  address = "/run/strake-docker/containerd.sock"
	[ttrpc]
	  address = "/run/strake-docker/containerd.sock.ttrpc"
	EOF
	PATH=$WORK/as:$PATH start_daemon docker-containerd \
		containerd --config "$WORK/docker-containerd.toml"
	eventually containerd_is_up || { cat "$WORK/docker-containerd.log"; return 1; }
	# Without CAP_SYS_RESOURCE no runtime can raise a hard limit: the default ulimits are ours.
	PATH=$WORK/as:$PATH start_daemon dockerd dockerd --host "$SOCK" \
		--containerd /run/strake-docker/containerd.sock \
		--data-root "$WORK/docker" --exec-root /run/strake-docker/exec \
		--pidfile /run/strake-docker/docker.pid --config-file "$WORK/daemon.json" \
		--iptables=false --bridge=none --cgroup-parent "/$PARENT" \
		--exec-opt native.cgroupdriver=cgroupfs \
		--default-ulimit nofile=1024:1024 --default-ulimit nproc=1000:1000 \
		--add-runtime "reference=$REFERENCE" --add-runtime "candidate=$RUNTIME" \
		--default-runtime candidate
	eventually is_up || { tail -n 40 "$WORK/dockerd.log"; return 1; }
	d import -c 'ENV PATH=/bin' "$WORK/image.tar" "$IMG" >/dev/null 3>&-
}

teardown_file()
{
	stop_daemon dockerd
	stop_daemon docker-containerd
}

setup()
{
	needs dockerd docker containerd
}

s_run()
{
	local options words

	split_options "$@"
	d_run --rm "${options[@]}" "$IMG" "${words[@]}"
	echo "status $?"
}

s_started()
{
	d_run -d --name box "$@" >/dev/null || echo "not started: $?"
}

d_status()
{
	d inspect -f '{{.State.Status}} {{.State.ExitCode}}' box
}

@test "docker: info knows the runtime" {
	only d info -f '{{.DefaultRuntime}} {{.Runtimes.candidate.Path}} {{.RuncCommit.ID}}'
	has_part "candidate $RUNTIME"
}

@test "docker: run passes output and exit code" {
	both s_run -- sh -c 'echo out; echo err >&2; exit 7'
	has out 'status 7'
}

@test "docker: a missing command ends with 127" {
	both s_run -- no-such-command
	has 'status 127'
}

@test "docker: a missing absolute path ends with 127" {
	both s_run -- /no/such/command
	has 'status 127'
}

@test "docker: a file that is no program ends with 126" {
	both s_run -- /data/plain
	has 'status 126'
}

@test "docker: a directory as a command" {
	# Go before 1.20 said "permission denied" here (126); the words since are "is a directory",
	# which this daemon does not map yet (125).
	s_dir() { s_run -- /etc 2>/dev/null | sed 's/12[56]/12X/'; }
	both s_dir
	has 'status 12X'
	only s_run -- /etc
	grep -Eq 'is a directory|permission denied' "$BATS_TEST_TMPDIR/candidate.err"
}

@test "docker: the engine's own failure ends with 125" {
	both s_run --volume /no/such:relative -- true
	has 'status 125'
}

@test "docker: a signalled process ends with 128 + the signal" {
	both s_run --pid host -- sh -c 'kill -9 $$'
	has 'status 137'
}

@test "docker: run -d, logs, wait" {
	s_logs() {
		s_started "$IMG" sh -c 'echo one; echo two >&2; exit 5'
		d wait box
		d logs box 2>&1 | sort
		d_status
	}
	both s_logs
	has one two 5 'exited 5'
}

@test "docker: input on stdin" {
	s_stdin() { echo typed | d_run --rm -i "$IMG" cat; echo "status $?"; }
	both s_stdin
	has typed 'status 0'
}

@test "docker: run on a terminal of a size" {
	s_run_t() {
		on_terminal docker --host "$SOCK" run --rm -it --runtime "$RT" --network none "$IMG" \
			sh -c 'tty; until stty size 2>/dev/null | grep -v "^0 "; do sleep 0.1; done; ls -l /dev/console | cut -c1; exit 8'
		echo "status $?"
	}
	both s_run_t
	has /dev/pts/0 '33 77' c 'status 8'
}

@test "docker: exec" {
	s_exec() {
		s_started "$IMG" sleep 100
		d exec box sh -c 'echo inside; exit 9'; echo "status $?"
		d exec --user 1000 --workdir /tmp --env A=b box sh -c 'id -u; pwd; echo $A'; echo "status $?"
		full_capabilities && d exec --privileged box grep CapEff /proc/self/status
		echo typed | d exec -i box cat; echo "status $?"
	}
	both s_exec
	has inside 'status 9' 1000 /tmp b typed
}

@test "docker: exec's own failures" {
	s_exec_fail() {
		s_started "$IMG" sleep 100
		d exec box no-such-command; echo "status $?"
		d exec box /no/such/command; echo "status $?"
		d exec box /data/plain; echo "status $?"
		d exec box sh -c 'kill -15 $$'; echo "status $?"
		d exec box echo alive
	}
	both s_exec_fail
	# Whether 127 is told apart is the daemon's business: not every version does.
	has 'status 126' 'status 143' alive
	has_part 'executable file not found in $PATH' 'no such file or directory' 'permission denied'
}

@test "docker: exec on a terminal" {
	s_exec_t() {
		s_started "$IMG" sleep 100
		on_terminal docker --host "$SOCK" exec -it box \
			sh -c 'tty; until stty size 2>/dev/null | grep -v "^0 "; do sleep 0.1; done; exit 6'
		echo "status $?"
	}
	both s_exec_t
	has '33 77' 'status 6'
	has_part /dev/pts/
}

@test "docker: exec -d" {
	s_exec_d() {
		s_started "$IMG" sleep 100
		d exec -d box sh -c 'echo made >/tmp/made; sleep 100'; echo "status $?"
		eventually d exec box cat /tmp/made 2>/dev/null
	}
	both s_exec_d
	has made 'status 0'
}

@test "docker: stop sends TERM, then KILL" {
	s_stop() {
		s_started "$IMG" sh -c 'trap "exit 0" TERM; while :; do sleep 0.1; done'
		sleep 0.3
		d stop -t 10 box; d_status
		d rm box >/dev/null
		s_started "$IMG" sleep 100
		d stop -t 1 box; d_status
	}
	both s_stop
	has box 'exited 0' 'exited 137'
}

@test "docker: kill by name and number, and of the dead" {
	s_kill() {
		s_started "$IMG" sh -c 'trap "echo got; exit 3" USR1; while :; do sleep 0.1; done'
		sleep 0.3
		d kill -s USR1 box; echo "kill $?"
		d wait box
		d logs box
		d kill -s 9 box; echo "kill $?"
	}
	both s_kill
	has got 3 'kill 0' 'kill 1'
}

@test "docker: pause and unpause" {
	s_pause() {
		s_started "$IMG" sleep 100
		d pause box; d_status
		d exec box true; echo "exec $?"
		d unpause box; d_status
		d exec box echo awake
	}
	both s_pause
	has 'paused 0' 'exec 1' 'running 0' awake
}

@test "docker: top" {
	s_top() {
		s_started "$IMG" sh -c 'sleep 50 & exec sleep 60'
		sleep 0.3
		d top box -o pid,args | awk 'NR > 1 { $1 = ""; print }'
	}
	both s_top
	has ' sleep 60' ' sleep 50'
}

@test "docker: restart, and a policy that restarts" {
	s_restart() {
		s_started "$IMG" sh -c 'echo up; sleep 100'
		d restart -t 0 box; d_status
		d logs box
		d rm -f box >/dev/null
		s_started --restart on-failure:2 "$IMG" sh -c 'echo try; exit 3'
		eventually sh -c "docker --host $SOCK inspect -f '{{.State.Status}}' box | grep -q exited" &&
			d inspect -f '{{.RestartCount}}' box
		d logs box
	}
	both s_restart
	has 'running 0' up 2 try
}

@test "docker: cp into and out of a running container" {
	s_cp() {
		s_started "$IMG" sleep 100
		echo copied >"$WORK/file"
		d cp "$WORK/file" box:/tmp/in; echo "cp $?"
		d exec box cat /tmp/in
		d exec box sh -c 'echo back >/tmp/out'
		d cp box:/tmp/out "$WORK/back"; cat "$WORK/back"
	}
	both s_cp
	has copied back 'cp 0'
}

@test "docker: update the limits of a running container" {
	needs_controller memory
	s_update() {
		local pid
		s_started --memory 64m --memory-swap 64m --pids-limit 50 "$IMG" sleep 100
		pid=$(d inspect -f '{{.State.Pid}}' box)
		limit_of "$pid" memory memory.limit_in_bytes memory.max
		limit_of "$pid" pids pids.max pids.max
		d update --memory 96m --memory-swap 96m --pids-limit 60 --cpu-shares 256 box; echo "update $?"
		limit_of "$pid" memory memory.limit_in_bytes memory.max
		limit_of "$pid" pids pids.max pids.max
		limit_of "$pid" cpu cpu.shares cpu.weight
	}
	both s_update
	has 67108864 50 'update 0' 100663296 60
}

@test "docker: stats" {
	s_stats() {
		s_started --memory 64m "$IMG" sleep 100
		d stats --no-stream --format '{{.Name}} {{.PIDs}}'
	}
	both s_stats
	has_part box
}

@test "docker: --user, --read-only, --tmpfs, --hostname, --ulimit" {
	both s_run --user 1000:1000 --read-only --tmpfs /scratch:size=1m,mode=1777 --hostname boxen \
		--ulimit nofile=64:128 -- sh -c \
		'id -u; id -g; touch /x 2>/dev/null; echo $?; touch /scratch/x; echo $?; hostname; ulimit -Hn'
	has 1000 1 0 boxen 128
}

@test "docker: --init" {
	needs docker-init
	both s_run --init -- sh -c 'cat /proc/1/comm; exit 3'
	has docker-init 'status 3'
}

@test "docker: a volume and a read-only bind mount" {
	s_volume() {
		mkdir -p "$WORK/bind"
		echo outside >"$WORK/bind/file"
		d_run --rm -v vol:/vol -v "$WORK/bind:/bind:ro" "$IMG" \
			sh -c 'echo kept >/vol/f; cat /bind/file; touch /bind/x 2>/dev/null; echo $?'
		d_run --rm -v vol:/vol "$IMG" cat /vol/f
		d volume rm vol >/dev/null
	}
	both s_volume
	has outside 1 kept
}

@test "docker: capabilities, seccomp, no new privileges" {
	s_sec() {
		d_run --rm "$IMG" grep -E '^(Cap|Seccomp:|NoNewPrivs)' /proc/self/status
		d_run --rm --cap-drop all --cap-add chown "$IMG" grep CapEff /proc/self/status
		d_run --rm --security-opt no-new-privileges "$IMG" grep NoNewPrivs /proc/self/status
		d_run --rm --security-opt seccomp=unconfined "$IMG" grep Seccomp: /proc/self/status
		d_run --rm "$IMG" sh -c 'unshare -m true 2>/dev/null; echo $?'
	}
	both s_sec
	has_part 'Seccomp:	2' 'Seccomp:	0' 'NoNewPrivs:	1' 'CapEff:	0000000000000001'
}

@test "docker: privileged" {
	# Docker asks for every capability that the kernel has.
	full_capabilities || skip "needs every capability, CAP_SYS_RESOURCE too"
	both s_run --privileged -- sh -c 'mount -t tmpfs t /tmp; echo "mounted $?"; grep CapEff /proc/self/status'
	has 'mounted 0'
}

@test "docker: with CAP_SYS_ADMIN alone a mount is possible" {
	both s_run --cap-add SYS_ADMIN --security-opt seccomp=unconfined \
		--security-opt apparmor=unconfined -- sh -c 'mount -t tmpfs t /tmp; echo "mounted $?"'
	has 'mounted 0'
}

@test "docker: a device of the host" {
	both s_run --device /dev/full:/dev/other:r -- sh -c 'stat -c "%F %t:%T" /dev/other; head -c 2 /dev/other | wc -c'
	has 'character special file 1:7' 2
}

@test "docker: device rules hold" {
	both s_run -- sh -c 'mknod /tmp/sda b 8 0 && dd if=/tmp/sda of=/dev/null count=1 2>&1; echo $?'
	has 1
}

@test "docker: what the container sees mounted, and its devices" {
	s_mounts() {
		d_run --rm "$IMG" sed s/,inode64// /proc/mounts >"$WORK/mounts"
		awk '$2 !~ "^/(proc|sys)/." || $2 ~ "^/sys/fs/cgroup" { print $2, $3, $4 }' "$WORK/mounts" |
			grep -Ev '^/ |^/sys/fs/cgroup tmpfs' | sort
		awk '$2 ~ "^/(proc|sys)/." && $2 !~ "^/sys/fs/cgroup" { print $2 }' "$WORK/mounts" | sort
		d_run --rm "$IMG" sh -c 'cd /dev; for f in *; do stat -c "%n %F %a %t:%T %u:%g" $f; done'
	}
	both s_mounts
	has 'null character special file 666 1:3 0:0'
}

@test "docker: containers that share a network and a pid namespace" {
	s_shared() {
		s_started "$IMG" sh -c 'nc -l -p 8080 -e echo hello; sleep 100'
		d run --rm --runtime "$RT" --network container:box --pid container:box "$IMG" \
			sh -c 'until nc 127.0.0.1 8080 </dev/null; do sleep 0.1; done; [ $$ -ne 1 ] && echo guest'
		echo "status $?"
	}
	both s_shared
	has hello guest 'status 0'
}

@test "docker: out of memory is reported" {
	needs_controller memory
	# The shim hears of the memory and of the exit by different ways; the slower one is at times too late.
	s_oom() {
		local try out
		for try in 1 2 3 4 5; do
			out=$(
				d_run --name box --memory 8m --memory-swap 8m "$IMG" tail /dev/zero; echo "status $?"
				d inspect -f '{{.State.OOMKilled}}' box
			)
			[ "${out##*$'\n'}" = false ] || break
			d rm -f box >/dev/null
		done
		echo "$out"
	}
	both s_oom
	has 'status 137'
}

@test "docker: a health check" {
	s_health() {
		s_started --health-cmd 'test -e /tmp/healthy' --health-interval 1s --health-retries 1 \
			"$IMG" sleep 100
		d exec box touch /tmp/healthy
		eventually sh -c "docker --host $SOCK inspect -f '{{.State.Health.Status}}' box | grep -qx healthy" &&
			echo healthy
	}
	both s_health
	has healthy
}

@test "docker: rm -f leaves no process and no cgroup" {
	s_rm() {
		local pid id
		s_started "$IMG" sleep 100
		pid=$(d inspect -f '{{.State.Pid}}' box)
		id=$(d inspect -f '{{.Id}}' box)
		[ "$(find /sys/fs/cgroup -type d -name "$id" | wc -l)" != 0 ] && echo 'has cgroups'
		d rm -f box; echo "rm $?"
		kill -0 "$pid" 2>/dev/null; echo "alive $?"
		echo "cgroups $(find /sys/fs/cgroup -type d -name "$id" | wc -l)"
	}
	both s_rm
	has 'has cgroups' 'rm 0' 'alive 1' 'cgroups 0'
}

make_context()
{
	mkdir -p "$WORK/context"
	echo added >"$WORK/context/added"
	printf 'FROM %s\nCOPY added /added\nRUN cat /added && echo built >/built\n' "$IMG" \
		>"$WORK/context/Dockerfile"
	printf 'RUN test "$(cat /built)" = built && id -u\nCMD ["cat", "/built"]\n' \
		>>"$WORK/context/Dockerfile"
}

@test "docker: options of run: what the process is, namespaces" {
	both each_option "$COMMON_PROCESS$COMMON_NAMESPACES" s_run
	has_options 22 22
}

@test "docker: options of run: files, devices, security" {
	both each_option "$COMMON_FILES$COMMON_SECURITY$DOCKER_SECURITY" s_run
	has_options 19 19
}

@test "docker: options of run: limits" {
	needs_controller memory
	needs_controller cpu
	both each_option "$DOCKER_LIMITS" s_run
	has_options 7 7
}

@test "docker: build, classic builder" {
	make_context
	s_build() {
		DOCKER_BUILDKIT=0 d build --network none -t built:classic "$WORK/context" >/dev/null
		echo "build $?"
		d run --rm --network none built:classic
	}
	only s_build
	has 'build 0' built
}

@test "docker: build, BuildKit" {
	# From Docker 23 on the client builds by a plugin only.
	[ "$(docker version -f '{{.Client.Version}}' 2>/dev/null | cut -d. -f1)" -lt 23 ] ||
		docker buildx version >/dev/null 2>&1 || skip "needs docker's buildx plugin"
	make_context
	s_build() {
		DOCKER_BUILDKIT=1 d build --network none --progress plain -t built:kit "$WORK/context" 2>&1
		echo "build $?"
		d run --rm --network none built:kit
		# A step that fails gives its exit code to the user.
		printf 'FROM %s\nRUN exit 42\n' "$IMG" >"$WORK/context/Dockerfile"
		DOCKER_BUILDKIT=1 d build --network none --progress plain "$WORK/context" 2>&1
	}
	only s_build
	has 'build 0' built
	has_part 'exit code: 42'
}
