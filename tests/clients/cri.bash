# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What cri.bats is written with: the two servers of Kubernetes' Container Runtime Interface, and calls of
# it. $CRI_SERVER says which server runs; both know the runtimes by the names "runc" and "strake".

IMG=localhost/busybox:test
PAUSE=localhost/pause:test
SOCK=/run/strake-cri/cri.sock
# Not the runtime's to make, and the CRI wants directories to be there.
LOGS=$WORK/cri-logs
CNI_PLUGINS=/usr/lib/cni

cri_containerd_config()
{
	local name path

	cat <<-EOF
	version = 2
	root = "$WORK/cri-containerd"
	state = "/run/strake-cri/state"
	[grpc]
	  address = "$SOCK"
	[ttrpc]
	  address = "$SOCK.ttrpc"
	[plugins."io.containerd.grpc.v1.cri"]
	  sandbox_image = "$PAUSE"
	  stream_server_address = "127.0.0.1"
	  restrict_oom_score_adj = true
	  # It always sets cpu.shares for a pod.
	  disable_cgroup = $(has_controller cpu && echo false || echo true)
	[plugins."io.containerd.grpc.v1.cri".cni]
	  bin_dir = "$CNI_PLUGINS"
	  conf_dir = "$WORK/cni"
	EOF
	for name in runc strake; do
		path=$REFERENCE
		[ $name = runc ] || path=$RUNTIME
		cat <<-EOF
		[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.$name]
		  runtime_type = "io.containerd.runc.v2"
		[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.$name.options]
		  BinaryName = "$path"
		EOF
	done
}

# A network of pods in the sandbox of the tests: a veth pair to each.
cni_config()
{
	mkdir -p "$WORK/cni"
	cat >"$WORK/cni/10-test.conflist" <<-EOF
	{ "cniVersion": "0.4.0", "name": "test", "plugins": [
	  { "type": "ptp", "ipam": { "type": "host-local", "dataDir": "$WORK/cni-ipam",
	    "ranges": [[{ "subnet": "10.89.77.0/24" }]] } },
	  { "type": "tuning" } ] }
	EOF
}

start_containerd()
{
	cri_containerd_config >"$WORK/cri-containerd.toml"
	start_daemon cri-server containerd --config "$WORK/cri-containerd.toml"
}

# As CRI-O comes, but with directories of the tests', and with cgroups that need no systemd.
cri_crio_config()
{
	local dir=$WORK/crio name path

	cat <<-EOF
	[crio]
	root = "$dir/storage"
	runroot = "/run/strake-cri/storage"
	storage_driver = "vfs"
	log_dir = "$dir/log"
	version_file = "/run/strake-cri/version"
	clean_shutdown_file = "$dir/clean"
	[crio.api]
	listen = "$SOCK"
	[crio.runtime]
	cgroup_manager = "cgroupfs"
	conmon = "$(command -v conmon)"
	conmon_cgroup = "pod"
	container_exits_dir = "/run/strake-cri/exits"
	container_attach_socket_dir = "/run/strake-cri"
	namespaces_dir = "/run/strake-cri"
	pinns_path = "${CRIO%/*}/pinns"
	default_runtime = "runc"
	[crio.image]
	pause_image = "$PAUSE"
	pause_command = "/bin/sleep 1000000"
	signature_policy = "$dir/policy.json"
	[crio.network]
	network_dir = "$WORK/cni"
	plugin_dirs = ["$CNI_PLUGINS"]
	EOF
	for name in runc strake; do
		path=$REFERENCE
		[ $name = runc ] || path=$RUNTIME
		cat <<-EOF
		[crio.runtime.runtimes.$name]
		runtime_path = "$path"
		runtime_root = "/run/strake-cri/$name"
		monitor_cgroup = "pod"
		monitor_path = "$(command -v conmon)"
		EOF
	done
}

start_crio()
{
	local dir=$WORK/crio

	mkdir -p "$dir/none"
	cri_crio_config >"$dir/crio.toml"
	echo '{"default": [{"type": "insecureAcceptAnything"}]}' >"$dir/policy.json"
	CONTAINERS_REGISTRIES_CONF=/dev/null start_daemon cri-server "$CRIO" --config "$dir/crio.toml" \
		--config-dir "$dir/none"
}

import_crio()
{
	local name image

	make_layout "$WORK/cri-image" '["sh"]'
	for name in "$IMG" "$PAUSE"; do
		image=$(podman --root "$WORK/crio/storage" --runroot /run/strake-cri/storage --storage-driver vfs \
			load -q -i "$WORK/cri-image.tar" 3>&-)
		podman --root "$WORK/crio/storage" --runroot /run/strake-cri/storage --storage-driver vfs \
			tag "${image##* }" "$name" 3>&-
	done
}

import_containerd()
{
	make_layout "$WORK/cri-image" '["sh"]'
	make_layout "$WORK/cri-pause" '["sleep","1000000"]'
	ctr --address "$SOCK" --namespace k8s.io image import --index-name "$IMG" "$WORK/cri-image.tar" >/dev/null 3>&-
	ctr --address "$SOCK" --namespace k8s.io image import --index-name "$PAUSE" "$WORK/cri-pause.tar" >/dev/null 3>&-
}

start_server()
{
	"start_$CRI_SERVER"
	eventually is_ready || { tail -n 30 "$WORK/cri-server.log"; return 1; }
}

# An older jq's -e takes no input for success.
condition()
{
	[ "$(q Status <<<'{}' | jq --arg t "$1" '.status.conditions[] | select(.type == $t).status')" = true ]
}

is_ready()
{
	condition RuntimeReady 2>/dev/null
}

network_ready()
{
	condition NetworkReady
}

has_image()
{
	jq -nc --arg i "$1" '{image: {image: $i}}' | q ImageStatus | jq -r .image.id | grep -qE '[0-9a-f]{64}'
}

# CRI-O has the process of a pod spared when memory runs out, and gives what is privileged all capabilities.
needs_all_of_root()
{
	local caps

	caps=$(awk '/^CapEff/ { print $2 }' /proc/self/status)
	[ "$CRI_SERVER" != crio ] || ((0x$caps >> 24 & 1)) || skip "needs CAP_SYS_RESOURCE, which CRI-O uses"
}

# q METHOD: with a request as JSON in, and a response out.
q()
{
	"$CRI" call "$SOCK" "$@"
}

# of METHOD [REQUEST]: a call about the container.
of()
{
	jq -nc --arg c "$BOX" "{container_id: \$c} + ${2:-{\}}" | q "$1"
}

# of_pod METHOD [REQUEST]: a call about the pod.
of_pod()
{
	jq -nc --arg p "$POD" "{pod_sandbox_id: \$p} + ${2:-{\}}" | q "$1"
}

# pod FILTER: a new pod, whose config a filter of jq's may change; $POD is its id. The pod is in the
# tests' own cgroup and in the network of the host.
pod()
{
	POD=
	pods=$((${pods:-0} + 1))
	POD_CONFIG=$(jq -nc --arg uid "$RT-$BATS_TEST_NUMBER-$pods" --arg parent "/$PARENT" --arg logs "$LOGS/$RT" \
		'{ metadata: { name: "pod", uid: $uid, namespace: "tests" }, log_directory: $logs,
		linux: { cgroup_parent: $parent,
			security_context: { namespace_options: { network: "NODE", pid: "CONTAINER" } } } }'" | $1")
	POD=$(jq -nc --argjson c "$POD_CONFIG" --arg h "$RT" '{config: $c, runtime_handler: $h}' |
		q RunPodSandbox | jq -r .podSandboxId)
	[ -n "$POD" ] || { echo "no pod"; return 1; }
}

# A pod that stays for all tests that do not ask for one.
shared_pod()
{
	local file=$WORK/cri-pod.$RT

	if [ ! -e "$file" ]; then
		pod . || return
		printf '%s\n' "$POD" "$POD_CONFIG" >"$file"
	fi
	{ read -r POD; read -r POD_CONFIG; } <"$file"
}

# box FILTER ARG...: creates a container with the command; $BOX is its id, $LOG its log.
box()
{
	local filter=$1 name=box-$BATS_TEST_NUMBER-$((++boxes))

	shift
	BOX=
	[ -n "${POD:-}" ] || shared_pod
	LOG=$LOGS/$RT/$name.log
	BOX=$(jq -nc --arg pod "$POD" --argjson p "$POD_CONFIG" --arg name "$name" --arg image "$IMG" \
		'{ pod_sandbox_id: $pod, sandbox_config: $p, config: ({ metadata: { name: $name },
		image: { image: $image, user_specified_image: $image }, command: $ARGS.positional,
		log_path: "\($name).log", linux: { security_context:
			{ namespace_options: $p.linux.security_context.namespace_options } } }'" | $filter)}" \
		--args -- "$@" | q CreateContainer | jq -r .containerId)
	[ -n "$BOX" ] || { echo "not created"; return 1; }
}

start()
{
	of StartContainer >/dev/null || { echo "not started"; return 1; }
}

state()
{
	of ContainerStatus | jq -r .status.state
}

is_state()
{
	[ "$(state)" = "CONTAINER_$1" ]
}

exited()
{
	eventually is_state EXITED
	of ContainerStatus | jq -r '.status | "exit \(.exitCode) \(.reason)"'
}

# started FILTER ARG...
started()
{
	box "$@" && start
}

# What the container wrote, in the log format of the CRI; a line may come in parts ("P"). What went to which
# stream first is a race.
logs()
{
	awk '{ tag = $3; stream = $2; sub(/^[^ ]+ [^ ]+ [PF] /, ""); text[stream] = text[stream] $0 }
		tag == "F" { lines[stream] = lines[stream] (stream == "stderr" ? "err: " : "") text[stream] "\n"; text[stream] = "" }
		END { printf "%s%s", lines["stdout"], lines["stderr"] }' "$LOG"
}

# ran FILTER ARG...: to its end, with its words and its exit code. containerd may know that a container has
# ended before it has written all of its log, and on a busy machine never writes the rest: so both streams have
# an end of their own, and there is another try.
ran()
{
	local end

	for _ in 1 2 3; do
		# shellcheck disable=SC2016
		started "$1" sh -c '"$@"; code=$?; echo END; echo END >&2; exit $code' sh "${@:2}" || return
		end=$(exited)
		! eventually has_ends >/dev/null || break
	done
	echo "$end"
	logs | grep -vE '^(err: )?END$'
}

has_ends()
{
	[ "$(logs | grep -cE '^(err: )?END$')" = 2 ]
}

# x ARG...: ExecSync in the container.
x()
{
	jq -nc --arg c "$BOX" --argjson t "${TIMEOUT:-0}" '{container_id: $c, cmd: $ARGS.positional, timeout: $t}' \
		--args -- "$@" | q ExecSync |
		jq -r '(.stdout | @base64d), (.stderr | @base64d | select(. != "") | "err: " + .), "exec \(.exitCode)"' |
		sed '/^$/d'
}

# streamed METHOD REQUEST [OPTION...]: exec or attach, with the streams as this function's.
streamed()
{
	local url

	url=$(of "$1" "$2" | jq -r .url)
	shift 2
	"$CRI" stream "$@" "$url"
	echo "stream $?"
}

# The container's process on the host.
pid()
{
	local info
	info=$(jq -nc --arg c "$BOX" '{container_id: $c, verbose: true}' | q ContainerStatus)
	jq -r '.info.info | fromjson | .pid' <<<"$info"
}

remove_boxes()
{
	local id

	for id in $(q ListContainers <<<'{}' | jq -r '.containers[].id'); do
		jq -nc --arg c "$id" '{container_id: $c, timeout: 0}' | q StopContainer
		jq -nc --arg c "$id" '{container_id: $c}' | q RemoveContainer
	done
}

# remove_pods ID...: all but these.
remove_pods()
{
	local id

	for id in $(q ListPodSandbox <<<'{}' | jq -r '.items[].id'); do
		[[ " $* " != *" $id "* ]] || continue
		jq -nc --arg p "$id" '{pod_sandbox_id: $p}' | q StopPodSandbox
		jq -nc --arg p "$id" '{pod_sandbox_id: $p}' | q RemovePodSandbox
	done
}

engine_clean()
{
	remove_boxes
	# shellcheck disable=SC2046
	remove_pods $(head -qn 1 "$WORK"/cri-pod.* 2>/dev/null)
}
