#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# What Kubernetes asks of its nodes, through the Container Runtime Interface, of containerd's CRI plugin
# and of CRI-O ($CRI_SERVER): pods and their containers, each as a kubelet would have it.

load helpers
load cri

setup_file()
{
	export REFERENCE_RT=runc CANDIDATE_RT=strake
	[ -n "${CRI:-}" ] || return 0
	mkdir -p /run/strake-cri "$LOGS/runc" "$LOGS/strake"
	cni_config
	start_server
	"import_$CRI_SERVER"
	eventually has_image "$IMG"
	eventually has_image "$PAUSE"
}

teardown_file()
{
	[ -n "${CRI:-}" ] || return 0
	remove_boxes >/dev/null 2>&1
	remove_pods >/dev/null 2>&1
	rm -f "$WORK"/cri-pod.*
	stop_daemon cri-server
}

# A terminal's size is set by a message of its own, which may come after the first lines of input. Words
# of a shell that go on once it is there: busybox's stty says nothing of it until then, and exits with 0.
SIZED='until stty size 2>/dev/null | grep -q .; do sleep 0.1; done;'

setup()
{
	[ -n "${CRI:-}" ] || skip "needs the Go command, and what tests/clients/cri/go.mod names"
}

@test "cri: the life of a pod and of a container" {
	s_life() {
		pod . || return
		of_pod PodSandboxStatus | jq -r '.status | .state, .runtimeHandler != ""'
		box . sh -c 'echo out; echo err >&2; printf part; trap "exit 3" TERM; echo; while :; do sleep 0.1; done' ||
			return
		state
		start
		state
		eventually grep -q part "$LOG"
		eventually grep -q err "$LOG"
		of StopContainer '{timeout: 30}'
		exited
		logs
		start
		of RemoveContainer
		of ContainerStatus
		of_pod StopPodSandbox
		of_pod PodSandboxStatus | jq -r .status.state
		of_pod RemovePodSandbox
		find /sys/fs/cgroup -type d -path "*/$PARENT/*$POD*" | wc -l
	}
	both s_life
	has SANDBOX_READY CONTAINER_CREATED CONTAINER_RUNNING 'exit 3 Error' out 'err: err' part 'not started' \
		SANDBOX_NOTREADY 0
}

@test "cri: exit codes and their reasons" {
	s_codes() {
		ran . true
		ran . sh -c 'exit 42'
		ran . sh -c 'sleep 4000 & kill -9 $!; wait $!'
		ran '.envs = [{key: "X", value: ("a b" | @base64)}] | .working_dir = "/data"' sh -c 'echo "$X"; pwd'
		ran '.working_dir = "/made/for/it"' pwd
	}
	both s_codes
	has 'exit 0 Completed' 'exit 42 Error' 'exit 137 Error' 'a b' /data /made/for/it
}

@test "cri: commands that cannot be started" {
	s_missing() {
		box . no-such-command && start
		of ContainerStatus | jq -r '.status | .state, .exitCode, .reason'
		of RemoveContainer
		box . /data/plain && start
		box '.working_dir = "/data/plain"' true && start
		box '.mounts = [{host_path: "'"$BATS_TEST_TMPDIR"'/no/such/file", container_path: "/x"}]' true && start
		box . echo fine && start && exited
	}
	both s_missing
	has 'exit 0 Completed'
	has_part 'not '
}

@test "cri: a container that does not mind is killed" {
	s_stop() {
		started . sh -c 'trap "" TERM; echo ready; while :; do sleep 0.1; done' || return
		eventually grep -q ready "$LOG"
		of StopContainer '{timeout: 1}'
		exited
		started . sh -c 'sleep 4000 & sleep 4001' || return
		of StopContainer '{timeout: 0}'
		exited
	}
	both s_stop
	has 'exit 137 Error'
}

@test "cri: a running container is removed, and a pod with its containers" {
	s_remove() {
		pod . || return
		started . sh -c 'trap exit TERM; sleep 4000 & wait' || return
		of RemoveContainer
		started . sh -c 'trap exit TERM; sleep 4000 & wait' || return
		of_pod StopPodSandbox
		state
		of_pod RemovePodSandbox
		of ContainerStatus
		find /sys/fs/cgroup -type d -path "*/$PARENT/*$BOX*" | wc -l
	}
	both s_remove
	has CONTAINER_EXITED 0
}

@test "cri: exec waits for its command" {
	s_exec() {
		started '.envs = [{key: "X", value: ("of the container" | @base64)}]' sleep 4000 || return
		x sh -c 'echo out; echo err >&2; echo "$X"; exit 9'
		x sh -c 'kill -9 $$; sleep 10'
		x no-such-command
		x cat /proc/self/cgroup | grep -c "/$PARENT/"
		x echo fine
	}
	both s_exec
	has out 'err: err' 'of the container' 'exec 9' 'exec 137' fine 'exec 0'
}

@test "cri: exec that takes too long" {
	s_slow() {
		started . sleep 4000 || return
		TIMEOUT=1 x sh -c 'echo begun; sleep 4002' 2>&1 | grep -oE 'DeadlineExceeded|timed out' | sed 's/.*/too slow/'
		TIMEOUT=20 x echo fine
		pgrep -c -f '^sleep 4002'
	}
	both s_slow
	has 'too slow' fine 0
}

@test "cri: exec with streams" {
	s_streams() {
		started . sleep 4000 || return
		streamed Exec '{cmd: ["sh", "-c", "read x; echo got $x; echo err >&2; tty; exit 5"],
			stdin: true, stdout: true, stderr: true}' <<<word 2>&1 | sort
		streamed Exec '{cmd: ["no-such-command"], stdout: true, stderr: true}' 2>&1 | grep -o 'stream .*\|not found in'
		streamed Exec '{cmd: ["head", "-c", "300000", "/dev/zero"], stdout: true}' | tr -d '\0' | grep -v '^$'
		streamed Exec '{cmd: ["head", "-c", "300000", "/dev/zero"], stdout: true}' | grep -av stream | wc -c
	}
	both s_streams
	has 'got word' err 'not a tty' 'stream 5' 'not found in' 'stream 0'
}

@test "cri: exec on a terminal" {
	s_tty() {
		started . sleep 4000 || return
		streamed Exec '{cmd: ["sh", "-c", "'"$SIZED"' read x; echo got $x; stty size; tty; exit 6"],
			tty: true, stdin: true, stdout: true}' -tty 33x77 <<<word
	}
	both s_tty
	has 'got word' '33 77' 'stream 6'
	has_part /dev/pts/
}

@test "cri: attach" {
	s_attach() {
		started '.stdin = true' sh -c 'read x; echo got $x; echo err >&2; read y; exit 4' || return
		{ echo word; eventually grep -q got "$LOG" >&2; echo end; } |
			streamed Attach '{stdin: true, stdout: true, stderr: true}' 2>&1 | sort
		exited
		eventually grep -q err "$LOG"
		logs
	}
	both s_attach
	has 'got word' err 'exit 4 Error' 'err: err'
}

@test "cri: attach to a terminal" {
	s_attach_tty() {
		started '.stdin = true | .tty = true' \
			sh -c "tty; $SIZED"' read x; echo got $x; stty size; exit 4' || return
		eventually grep -q /dev "$LOG"
		streamed Attach '{stdin: true, stdout: true, tty: true}' -tty 33x77 <<<word
		exited
		eventually grep -q 77 "$LOG"
		logs
	}
	both s_attach_tty
	has /dev/pts/0 'got word' '33 77' 'exit 4 Error'
}

@test "cri: a log is reopened" {
	s_reopen() {
		started . sh -c 'echo before; while ! [ -e /tmp/go ]; do sleep 0.1; done; echo after; sleep 4000' || return
		eventually grep -q before "$LOG"
		mv "$LOG" "$LOG.1"
		of ReopenContainerLog
		x touch /tmp/go
		eventually grep -q after "$LOG"
		logs
		grep -c after "$LOG.1"
	}
	both s_reopen
	has after 0
}

@test "cri: a pod's own network, and a port that is forwarded" {
	[ -x "$CNI_PLUGINS/ptp" ] || skip "needs containernetworking-plugins"
	s_network() {
		local url

		eventually network_ready
		pod '.hostname = "in-a-pod" | .linux.security_context.namespace_options.network = "POD" |
			.linux.sysctls = {"net.ipv4.ip_unprivileged_port_start": "81", "kernel.shm_rmid_forced": "1"}' || return
		of_pod PodSandboxStatus | jq -r .status.network.ip | sed 's/[0-9]*$/N/'
		started . sh -c 'hostname; cd /sys/class/net; echo *; cat /proc/sys/net/ipv4/ip_unprivileged_port_start \
			/proc/sys/kernel/shm_rmid_forced; nc -l -p 8123 -e echo from inside' || return
		x sh -c 'until netstat -ltn | grep -q :8123; do sleep 0.1; done'
		url=$(of_pod PortForward '{port: [8123]}' | jq -r .url)
		"$CRI" forward "$url" 8123
		exited
		logs
		ran . hostname
		of_pod StopPodSandbox
	}
	both s_network
	has 10.89.77.N in-a-pod 'eth0 lo' 81 1 'from inside' 'exit 0 Completed'
}

# namespaces PID: which of them are the host's, and which the process's.
namespaces()
{
	local ns here there=/proc/$1/ns

	here=/proc/$(pid)/ns
	for ns in pid ipc net uts mnt cgroup; do
		printf '%s:' "$ns"
		[ "$(readlink "$here/$ns")" != "$(readlink "/proc/$$/ns/$ns")" ] || printf ' host'
		[ "$(readlink "$here/$ns")" != "$(readlink "$there/$ns")" ] || printf ' shared'
		echo
	done
}

# s_ns PID-MODE IPC-MODE
s_ns()
{
	local first

	pod ".linux.security_context.namespace_options |= (.pid = \"$1\" | .ipc = \"$2\")" || return
	started . sleep 4000 || return
	first=$(pid)
	started . sleep 4000 || return
	namespaces "$first"
	of StopContainer
	exited
}

@test "cri: the namespaces of a pod's containers" {
	both s_ns CONTAINER POD
	has 'pid:' 'ipc: shared' 'net: host shared' 'mnt:' 'exit 137 Error'
}

@test "cri: a process namespace for the pod" {
	needs_all_of_root
	both s_ns POD POD
	has 'pid: shared' 'ipc: shared' 'exit 137 Error'
}

@test "cri: the host's process and IPC namespaces" {
	both s_ns NODE NODE
	has 'pid: host shared' 'ipc: host shared' 'mnt:'
	# Of the two servers one begins with SIGTERM, which a process of the host's namespace does not ignore.
	has_part 'exit 1'
}

@test "cri: the process namespace of another container" {
	s_target() {
		local target

		started . sleep 4321 || return
		target=$BOX
		started ".linux.security_context.namespace_options |= (.pid = \"TARGET\" | .target_id = \"$target\")" \
			sh -c 'cat /proc/1/cmdline | tr "\0" " "; echo; sleep 4000' || return
		eventually grep -q 4321 "$LOG"
		logs
		of StopContainer
		exited
		BOX=$target
		state
	}
	both s_target
	has 'sleep 4321 ' CONTAINER_RUNNING
}

@test "cri: seccomp" {
	s_seccomp() {
		local profile=$WORK/cri-seccomp.json what='grep Seccomp: /proc/self/status; mkdir /tmp/new; unshare -m true'

		cat >"$profile" <<-'EOF'
		{ "defaultAction": "SCMP_ACT_ALLOW", "architectures": ["SCMP_ARCH_X86_64"],
		  "syscalls": [{ "names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 95 }] }
		EOF
		ran . sh -c "$what"
		ran '.linux.security_context.seccomp = {profile_type: "Unconfined"}' sh -c "$what"
		ran '.linux.security_context.seccomp = {profile_type: "RuntimeDefault"}' sh -c "$what"
		ran ".linux.security_context.seccomp = {profile_type: \"Localhost\", localhost_ref: \"$profile\"}" sh -c "$what"
		ran '.linux.security_context.seccomp = {profile_type: "Localhost", localhost_ref: "/no/such"}' sh -c "$what"
	}
	both s_seccomp
	has 'Seccomp:	0' 'Seccomp:	2' "err: mkdir: can't create directory '/tmp/new': Operation not supported"
}

@test "cri: capabilities" {
	s_caps() {
		local caps
		for caps in '{}' '{add_capabilities: ["NET_ADMIN", "SYS_TIME"]}' '{drop_capabilities: ["ALL"]}' \
			'{add_capabilities: ["ALL"], drop_capabilities: ["SYS_ADMIN", "SYS_RESOURCE"]}' \
			'{add_capabilities: ["CHOWN"], drop_capabilities: ["ALL"]}'; do
			ran ".linux.security_context.capabilities = $caps" grep Cap /proc/self/status
		done
		ran '.linux.security_context |= (.capabilities = {add_capabilities: ["NET_RAW"]} | .run_as_user = {value: 1000})' \
			grep Cap /proc/self/status
		ran '.linux.security_context.capabilities = {add_capabilities: ["NO_SUCH"]}' true
	}
	both s_caps
	has 'CapEff:	0000000000000000' 'CapEff:	0000000000000001'
}

@test "cri: users and groups" {
	s_users() {
		ran '.linux.security_context.run_as_user = {value: 1000}' id
		ran '.linux.security_context |= (.run_as_user = {value: 1234} | .run_as_group = {value: 77})' id
		ran '.linux.security_context.run_as_username = "user"' id
		ran '.linux.security_context |= (.run_as_user = {value: 1000} | .supplemental_groups = [5, 6000])' id
		ran '.linux.security_context.run_as_username = "nobody-here"' id
		ran '.linux.security_context.run_as_user = {value: 1000}' sh -c 'echo $HOME; echo to stdout >/dev/stdout'
		started '.linux.security_context.run_as_user = {value: 1000}' sleep 4000 || return
		x id
	}
	both s_users
	has_part 'uid=1000(user)' uid=1234 gid=77 ',6000' 'to stdout'
}

@test "cri: what a container may not write, see or gain" {
	s_locked() {
		ran '.linux.security_context.readonly_rootfs = true' sh -c 'touch /x; touch /dev/shm/x; echo $?'
		ran '.linux.security_context.no_new_privs = true' grep NoNewPrivs /proc/self/status
		ran . grep NoNewPrivs /proc/self/status
		ran '.linux.security_context |= (.masked_paths = ["/proc/kcore", "/sys/firmware", "/proc/none"] |
			.readonly_paths = ["/proc/sys", "/data", "/none"])' \
			sh -c 'wc -c </proc/kcore; ls /sys/firmware | wc -l; echo x >/proc/sys/kernel/domainname; touch /data/x
			touch /sys/x; touch /proc/none'
	}
	both s_locked
	has 'NoNewPrivs:	1' 'NoNewPrivs:	0' "err: touch: /x: Read-only file system" \
		"err: touch: /data/x: Read-only file system"
}

@test "cri: a privileged container" {
	needs_all_of_root
	s_privileged() {
		pod '.linux.security_context.privileged = true' || return
		ran '.linux.security_context.privileged = true' sh -c 'grep -E "^(CapEff|Seccomp:|NoNewPrivs)" /proc/self/status
			ls /dev | grep -vE "^(loop|pts|tty|vcs|mapper)" ; mkdir /tmp/m; mount -t tmpfs none /tmp/m && echo mounted
			grep -E " (/sys|/proc/sys|/sys/fs/cgroup) " /proc/mounts | cut -d" " -f 2-4'
		started '.linux.security_context.privileged = true' sleep 4000 || return
		x grep -E '^(CapEff|Seccomp:|NoNewPrivs)' /proc/self/status
	}
	both s_privileged
	has mounted 'Seccomp:	0' kmsg
}

@test "cri: mounts of the host" {
	s_mounts() {
		local dir=$WORK/cri-mounts

		mkdir -p "$dir/a/sub" "$dir/made"
		echo outside >"$dir/a/file"
		mount -t tmpfs none "$dir/a/sub"
		ran ".mounts = [{host_path: \"$dir/a\", container_path: \"/data\", readonly: true},
			{host_path: \"$dir/a/file\", container_path: \"/etc/new/file\"},
			{host_path: \"$dir/made\", container_path: \"/deep/down/there\"}]" \
			sh -c 'cat /data/file; touch /data/x; touch /data/sub/x; echo more >>/etc/new/file; touch /deep/down/there/y'
		cat "$dir/a/file"
		ls "$dir/made"
		umount "$dir/a/sub"
		ran ".mounts = [{host_path: \"$dir/a\", container_path: \"/data\", readonly: true},
			{host_path: \"$dir/made\", container_path: \"/data/sub\"}]" sh -c 'touch /data/sub/z && echo written'
		rm -r "$dir"
	}
	both s_mounts
	has outside more y written 'err: touch: /data/x: Read-only file system'
}

@test "cri: a mount that is read-only all the way down" {
	[ "$CRI_SERVER" = crio ] || skip "needs a server that asks for it: CRI-O"
	s_rro() {
		local dir=$WORK/cri-rro

		mkdir -p "$dir/sub"
		mount -t tmpfs none "$dir/sub"
		ran ".mounts = [{host_path: \"$dir\", container_path: \"/data\", readonly: true, recursive_read_only: true}]" \
			touch /data/x /data/sub/x
		umount "$dir/sub"
		rm -r "$dir"
	}
	both s_rro
	has 'err: touch: /data/sub/x: Read-only file system'
}

@test "cri: a pod with a user namespace" {
	[ "$CRI_SERVER" = crio ] || skip "needs a server that makes it: CRI-O"
	[ -x "$CNI_PLUGINS/ptp" ] || skip "needs containernetworking-plugins"
	s_userns() {
		eventually network_ready
		pod '.linux.security_context.namespace_options |= (.network = "POD" | .userns_options = { mode: "POD",
			uids: [{host_id: 100000, length: 65536}], gids: [{host_id: 100000, length: 65536}] })' || return
		ran . sh -c 'cat /proc/self/uid_map | tr -s " "; id -u; touch /tmp/x && stat -c %u /tmp/x /proc/1'
		started '.linux.security_context.run_as_user = {value: 1000}' sleep 4000 || return
		stat -c %u "/proc/$(pid)"
		x id -u
	}
	both s_userns
	has ' 0 100000 65536' 0 101000 1000
}

@test "cri: what is mounted later" {
	s_propagation() {
		local dir=$WORK/cri-shared mode may='.linux.security_context.privileged = true'

		mkdir -p "$dir"
		mount --bind "$dir" "$dir"
		mount --make-rshared "$dir"
		mkdir "$dir/there" "$dir/back"
		# Only containerd wants a privileged one for that.
		if [ "$CRI_SERVER" = crio ]; then
			pod . || return
			may='.linux.security_context.capabilities = {add_capabilities: ["SYS_ADMIN"]}'
		else
			pod "$may" || return
		fi
		for mode in PRIVATE HOST_TO_CONTAINER BIDIRECTIONAL; do
			echo "$mode"
			started "$may | .mounts =
				[{host_path: \"$dir\", container_path: \"/data\", propagation: \"PROPAGATION_$mode\"}]" sleep 4000
			mount -t tmpfs there "$dir/there"
			x sh -c 'grep -c ^there /proc/mounts; mount -t tmpfs back /data/back; echo $?'
			grep -c ^back /proc/mounts
			umount "$dir/there"
			x sh -c 'grep -c ^there /proc/mounts; umount /data/back'
			of StopContainer
		done
		umount "$dir"
		rm -r "$dir"
	}
	both s_propagation
	has PRIVATE BIDIRECTIONAL 0 1
}

@test "cri: devices" {
	s_devices() {
		ran '.devices = [{host_path: "/dev/zero", container_path: "/dev/my-zero", permissions: "r"}]' \
			sh -c 'head -c 3 /dev/my-zero | wc -c; echo x >/dev/my-zero; mknod /tmp/mem c 1 1; cat /tmp/mem
			ls -l /dev/my-zero | cut -c 1-10; ls /dev'
		ran '.devices = [{host_path: "/dev/none", container_path: "/dev/x", permissions: "rwm"}]' true
	}
	both s_devices
	has 3 crw-rw-rw-
}

resources()
{
	local pid

	pid=$(pid)
	limit_of "$pid" cpu cpu.shares cpu.weight
	limit_of "$pid" cpu cpu.cfs_quota_us cpu.max
	limit_of "$pid" memory memory.limit_in_bytes memory.max
	limit_of "$pid" cpuset cpuset.cpus cpuset.cpus
	cat "/proc/$pid/oom_score_adj"
}

@test "cri: resources, and new ones" {
	needs_controller memory
	needs_controller cpu
	needs_controller cpuset
	s_resources() {
		started '.linux.resources = {cpu_shares: 512, cpu_quota: 50000, cpu_period: 100000,
			memory_limit_in_bytes: 67108864, cpuset_cpus: "0", cpuset_mems: "0", oom_score_adj: 500}' sleep 4000 || return
		resources
		of UpdateContainerResources '{linux: {cpu_shares: 1024, cpu_quota: 70000, cpu_period: 100000,
			memory_limit_in_bytes: 134217728, cpuset_cpus: "0-1"}}'
		resources
		of UpdateContainerResources '{linux: {memory_limit_in_bytes: 1}}'
		of UpdateContainerResources '{linux: {cpuset_cpus: "77"}}'
		resources
		x echo fine
		of StopContainer
		of UpdateContainerResources '{linux: {cpu_shares: 512}}'
	}
	both s_resources
	has 500 fine
}

@test "cri: a container that wants too much memory" {
	needs_controller memory
	# The server hears of the end and of the memory from two places: a few tries.
	s_oom() {
		local end

		for _ in {1..5}; do
			started '.linux.resources = {memory_limit_in_bytes: 20971520, memory_swap_limit_in_bytes: 20971520}' \
				sh -c 'exec tail /dev/zero' || return
			end=$(exited)
			[[ $end != *OOMKilled ]] || break
		done
		echo "$end"
	}
	both s_oom
	has 'exit 137 OOMKilled'
}

@test "cri: figures" {
	s_stats() {
		started . sh -c 'x=0; while [ $x -lt 50000 ]; do x=$((x + 1)); done; sleep 4000' || return
		of ContainerStats | jq -c '.stats | .attributes.id != "", (.cpu != null), (.memory != null)'
		has_controller cpuacct && eventually used_cpu && echo has used
		q ListContainerStats <<<'{}' | jq '.stats | length'
		of ContainerStatus | jq -c '.status | .createdAt != "0", .startedAt != "0", .finishedAt, .image.image'
	}
	both s_stats
	has true
}

used_cpu()
{
	[ "$(of ContainerStats | jq '(.stats.cpu.usageCoreNanoSeconds.value | tonumber) > 1000000')" = true ]
}

@test "cri: an AppArmor profile where there is no AppArmor" {
	[ ! -d /sys/kernel/security/apparmor ] || skip "this host has AppArmor"
	s_apparmor() {
		ran '.linux.security_context.apparmor_profile = "runtime/default"' echo default
		ran '.linux.security_context.apparmor_profile = "unconfined"' echo unconfined
		ran '.linux.security_context.apparmor_profile = "localhost/none"' echo local
	}
	both s_apparmor
	has unconfined
}

@test "cri: the server is restarted, the containers go on" {
	s_restart() {
		local stays ends pid

		started . sh -c 'echo before; while ! [ -e /tmp/go ]; do sleep 0.1; done; echo after; exit 8' || return
		stays=$BOX
		started . sleep 4000 || return
		ends=$BOX
		pid=$(pid)
		stop_daemon cri-server
		kill -9 "$pid"
		start_server
		BOX=$stays
		state
		x touch /tmp/go
		exited
		BOX=$ends
		exited
		ran . echo fine
	}
	both s_restart
	has CONTAINER_RUNNING 'exit 8 Error' fine
}
