# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154,SC2034
#
# What all integration tests share.
#
#   RUNTIME         program under test (default: build/src/cli/strake)
#   STRAKE_BUILD    build directory (default: build)
#   STRAKE_PAYLOAD  directory of the compiled test programs (default: $STRAKE_BUILD/tests/payload)
#   STRAKE_FALLBACK passed on to strake as it is: forces the fallbacks of that name
#
# A test works in $T, its bundle is $BUNDLE, its state directory is $ROOT and its container has the
# id $ID. Teardown deletes what is left and fails the test when anything cannot be deleted.
#
# Standard streams of a container are files, never the pipe of bats: a container keeps what it
# inherited, and bats waits for the end of its pipe.

REPO=$(cd "${BASH_SOURCE[0]%/*}/../.." && pwd)
STRAKE_BUILD=${STRAKE_BUILD:-$REPO/build}
RUNTIME=${RUNTIME:-$STRAKE_BUILD/src/cli/strake}
STRAKE_PAYLOAD=${STRAKE_PAYLOAD:-$STRAKE_BUILD/tests/payload}
case $RUNTIME in
*/*) ;;
*) RUNTIME=$(command -v "$RUNTIME") ;;
esac
RUNTIME_NAME=${RUNTIME##*/}

# --- what this machine can do -------------------------------------------------------------------

is_cgroup2() { [ -e /sys/fs/cgroup/cgroup.controllers ]; }
is_strake() { [ "$RUNTIME_NAME" != runc ] && [ "$RUNTIME_NAME" != crun ]; }

# requires WORD...: skips the test, and says what is missing.
requires() {
	local word
	for word; do
		case $word in
		root) [ "$(id -u)" = 0 ] || skip "needs root" ;;
		cgroups_v1) ! is_cgroup2 || skip "needs cgroup v1" ;;
		cgroups_v2) is_cgroup2 || skip "needs cgroup v2" ;;
		systemd) [ -d /run/systemd/system ] || skip "needs a running systemd" ;;
		cgroup_*)
			if is_cgroup2; then
				grep -qw "${word#cgroup_}" /sys/fs/cgroup/cgroup.controllers ||
					skip "needs the ${word#cgroup_} controller on cgroup v2"
			else
				[ -d "/sys/fs/cgroup/${word#cgroup_}" ] ||
					skip "needs the ${word#cgroup_} controller on cgroup v1"
			fi
			;;
		sys_resource)
			# A hard limit can be raised with CAP_SYS_RESOURCE alone (bit 24).
			local eff
			eff=$(sed -n 's/^CapEff:\t//p' /proc/self/status)
			(((0x$eff >> 24) & 1)) || skip "needs CAP_SYS_RESOURCE"
			;;
		timens) [ -e /proc/self/ns/time ] || skip "needs time namespaces (Linux 5.6)" ;;
		pty) [ -c /dev/ptmx ] || skip "needs /dev/ptmx" ;;
		payload_*)
			[ -x "$STRAKE_PAYLOAD/${word#payload_}" ] ||
				skip "needs the test program ${word#payload_} (tests/payload)"
			;;
		linux_*)
			# linux_6.3: what the kernel has since that version, and no probe short of the test tells.
			printf '%s\n' "${word#linux_}" "$(uname -r)" | sort -CV || skip "needs Linux ${word#linux_}"
			;;
		kernel_*)
			[[ ",${STRAKE_FALLBACK:-}," != *",${word#kernel_},"* ]] ||
				skip "needs ${word#kernel_}, which STRAKE_FALLBACK takes away"
			;;
		criu)
			command -v criu >/dev/null || skip "needs CRIU (tests/criu unpacks one)"
			criu check >/dev/null 2>&1 </dev/null || skip "needs a CRIU that can run on this kernel"
			;;
		cmd_*) command -v "${word#cmd_}" >/dev/null || skip "needs the program ${word#cmd_}" ;;
		*) echo "requires: unknown word $word" && return 1 ;;
		esac
	done
}

# The target is stricter than the reference runtimes, and has more; they may run the suite all the same
# (docs/runc-differences.md). strake_only WHY: no other passes. runc_since VERSION WHY: runc does, since then.
strake_only() { is_strake || skip "not for $RUNTIME_NAME: $1"; }
runc_since() {
	is_strake && return
	[ "$RUNTIME_NAME" = runc ] &&
		printf '%s\n' "$1" "$("$RUNTIME" --version | sed -n '1s/.* //p')" | sort -CV ||
		skip "not for $RUNTIME_NAME${1:+ before $1}: $2"
}

# --- assertions ---------------------------------------------------------------------------------

fail() {
	printf '%s\n' "$@" >&2
	return 1
}

show() {
	echo "command: $last_command"
	echo "status:  $status"
	echo "stdout:  $out"
	echo "stderr:  $err"
}

assert_status() { [ "$status" = "$1" ] || fail "expected exit status $1" "$(show)"; }
assert_out() { [ "$out" = "$1" ] || fail "expected stdout: $1" "$(show)"; }
assert_out_match() { [[ $out =~ $1 ]] || fail "expected stdout to match: $1" "$(show)"; }
assert_err_match() { [[ $err =~ $1 ]] || fail "expected stderr to match: $1" "$(show)"; }
assert_eq() { [ "$1" = "$2" ] || fail "expected: $2" "got:      $1" "$(show)"; }
assert_has() { [[ $1 == *"$2"* ]] || fail "expected to find: $2" "in: $1" "$(show)"; }
assert_not() { [[ $1 != *"$2"* ]] || fail "expected not to find: $2" "in: $1" "$(show)"; }

# wait_for SECONDS COMMAND...: until the command succeeds.
wait_for() {
	local n=$(($1 * 50))
	shift
	while ! "$@" >/dev/null 2>&1; do
		((n-- > 0)) || fail "waited in vain for: $*" "$(show)" || return 1
		sleep 0.02
	done
}

# --- bundle -------------------------------------------------------------------------------------

# One busybox root for the whole run; a test gets a tree of hard links to it.
busybox_root() {
	local cache=${STRAKE_TEST_CACHE:-$BATS_RUN_TMPDIR/busybox}
	BUSYBOX_ROOT=$cache
	[ ! -e "$cache/.done" ] || return 0
	"$REPO/contrib/make-bundle" --rootfs-only "$cache" >/dev/null && : >"$cache/.done"
}

base_config() {
	local version=1.2.0
	# crun takes no later one before 1.9.
	[ "$RUNTIME_NAME" != crun ] || version=1.0.2
	cat <<-JSON
		{
		"ociVersion": "$version",
		"process": {
			"terminal": false, "user": {"uid": 0, "gid": 0}, "args": ["true"],
			"env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "STRAKE_TEST_ID=$ID"],
			"cwd": "/",
			"capabilities": {
				"bounding": ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE", "CAP_SETUID", "CAP_SETGID", "CAP_CHOWN", "CAP_MKNOD", "CAP_DAC_OVERRIDE"],
				"effective": ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE", "CAP_SETUID", "CAP_SETGID", "CAP_CHOWN", "CAP_MKNOD", "CAP_DAC_OVERRIDE"],
				"permitted": ["CAP_AUDIT_WRITE", "CAP_KILL", "CAP_NET_BIND_SERVICE", "CAP_SETUID", "CAP_SETGID", "CAP_CHOWN", "CAP_MKNOD", "CAP_DAC_OVERRIDE"]
			},
			"noNewPrivileges": true
		},
		"root": {"path": "rootfs", "readonly": false},
		"hostname": "testhost",
		"mounts": [
			{"destination": "/proc", "type": "proc", "source": "proc"},
			{"destination": "/dev", "type": "tmpfs", "source": "tmpfs", "options": ["nosuid", "strictatime", "mode=755", "size=65536k"]},
			{"destination": "/dev/pts", "type": "devpts", "source": "devpts", "options": ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]},
			{"destination": "/dev/shm", "type": "tmpfs", "source": "shm", "options": ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]},
			{"destination": "/dev/mqueue", "type": "mqueue", "source": "mqueue", "options": ["nosuid", "noexec", "nodev"]},
			{"destination": "/sys", "type": "sysfs", "source": "sysfs", "options": ["nosuid", "noexec", "nodev", "ro"]}
		],
		"linux": {
			"cgroupsPath": "$CGROUP_PARENT/$ID",
			"resources": {"devices": [{"allow": false, "access": "rwm"}]},
			"namespaces": [{"type": "pid"}, {"type": "network"}, {"type": "ipc"}, {"type": "uts"}, {"type": "mount"}],
			"maskedPaths": ["/proc/kcore", "/proc/timer_list", "/sys/firmware"],
			"readonlyPaths": ["/proc/bus", "/proc/sys", "/proc/sysrq-trigger"]
		}
		}
	JSON
}

setup_bundle() {
	busybox_root
	T=$(mktemp -d "${BATS_TEST_TMPDIR:-/tmp}/t.XXXXXX")
	ID=st-${BATS_SUITE_TEST_NUMBER:-0}-$$
	CGROUP_PARENT=/strake-test
	ROOT=$T/state
	BUNDLE=$T/bundle
	CALLS=0
	status='' out='' err='' last_command='' BACKGROUND=()
	mkdir -p "$BUNDLE"
	chmod 711 "$T"
	cp -al "$BUSYBOX_ROOT" "$BUNDLE/rootfs"
	rm -f "$BUNDLE/rootfs/.done"
	base_config >"$BUNDLE/config.json"
	MOUNTS_BEFORE=$(wc -l </proc/self/mountinfo)
}

# own_rootfs UID:GID: all of it is theirs. (A copy first: the files are links to what all tests share.)
own_rootfs() {
	rm -r "$BUNDLE/rootfs"
	cp -a "$BUSYBOX_ROOT" "$BUNDLE/rootfs"
	chown -R "$1" "$BUNDLE/rootfs"
}

# update_config [JQ OPTION...] EXPRESSION
update_config() {
	jq "$@" <"$BUNDLE/config.json" >"$T/config.new" && mv "$T/config.new" "$BUNDLE/config.json"
}

# set_args ARG...: the process to start. set_sh SCRIPT: the same, by the shell.
# shellcheck disable=SC2016
set_args() { update_config --args '.process.args = $ARGS.positional' -- "$@"; }
# shellcheck disable=SC2016
set_sh() { update_config --arg s "$1" '.process.args = ["/bin/sh", "-c", $s]'; }

# A private copy of a file of the root, before a test changes it: the others are hard links.
own_copy() {
	cp "$BUNDLE/rootfs$1" "$T/own" && rm "$BUNDLE/rootfs$1" && mv "$T/own" "$BUNDLE/rootfs$1"
}

# --- running ------------------------------------------------------------------------------------

# strake ARG...: one call; sets status, out, err and out_file, err_file. STDIN names its input.
strake() {
	CALLS=$((CALLS + 1))
	out_file=$T/out.$CALLS err_file=$T/err.$CALLS
	last_command="$RUNTIME_NAME $*"
	status=0
	STRAKE_TEST_ID=$ID timeout --foreground -k 5 "${CALL_TIMEOUT:-60}" \
		"$RUNTIME" --root "$ROOT" "$@" \
		<"${STDIN:-/dev/null}" >"$out_file" 2>"$err_file" 3>&- 4>&- || status=$?
	out=$(head -c 1M "$out_file" | tr -d '\0') err=$(head -c 1M "$err_file" | tr -d '\0')
}

# The same without --root, without a time limit's process between, for tests of the command line.
strake_raw() {
	CALLS=$((CALLS + 1))
	out_file=$T/out.$CALLS err_file=$T/err.$CALLS
	last_command="$RUNTIME_NAME $*"
	status=0
	STRAKE_TEST_ID=$ID "$RUNTIME" "$@" <"${STDIN:-/dev/null}" >"$out_file" 2>"$err_file" 3>&- 4>&- ||
		status=$?
	out=$(head -c 1M "$out_file" | tr -d '\0') err=$(head -c 1M "$err_file" | tr -d '\0')
}

ok() { "$@" && [ "$status" = 0 ] || fail "expected success" "$(show)"; }
not_ok() { "$@" && [ "$status" != 0 ] || fail "expected a failure" "$(show)"; }

strake_create() { strake create --bundle "$BUNDLE" "$@" "$ID"; }
strake_run() { strake run --bundle "$BUNDLE" "$@" "$ID"; }
# Runs the script in the foreground and expects success.
run_sh() {
	set_sh "$1"
	ok strake_run
}
# A container that sleeps, in the background.
run_sleeper() {
	set_args sleep 1000
	ok strake_run --detach
}

state_of() { "$RUNTIME" --root "$ROOT" state "$ID" 2>/dev/null | jq -r ".$1"; }
is_status() { [ "$(state_of status)" = "$1" ]; }
wait_status() { wait_for 10 is_status "$1"; }
init_pid() { state_of pid; }

# background COMMAND...: killed and reaped by teardown; its pid is in $!.
background() {
	"$@" </dev/null 3>&- 4>&- &
	BACKGROUND+=($!)
}

# The container's directory in a v1 hierarchy, or in the only one of v2.
cgroup_dir() {
	if is_cgroup2; then
		echo "/sys/fs/cgroup$CGROUP_PARENT/$ID"
	else
		local own
		own=$(sed -n "s/^[0-9]*:$1://p" /proc/self/cgroup)
		if [ -d "/sys/fs/cgroup/$1$CGROUP_PARENT/$ID" ]; then
			echo "/sys/fs/cgroup/$1$CGROUP_PARENT/$ID"
		else
			echo "/sys/fs/cgroup/$1$own$CGROUP_PARENT/$ID"
		fi
	fi
}

# --- after a test -------------------------------------------------------------------------------

left_cgroups() {
	# Two levels, no find: this runs after every test.
	local d
	for d in /sys/fs/cgroup"$CGROUP_PARENT"/"$ID"* /sys/fs/cgroup/*"$CGROUP_PARENT"/"$ID"*; do
		[ ! -d "$d" ] || echo "$d"
	done
}
left_processes() {
	grep -lszF "STRAKE_TEST_ID=$ID" /proc/[0-9]*/environ | cut -d/ -f3 |
		while read -r p; do
			[ "$(sed -n 's/^State:\t\(.\).*/\1/p' "/proc/$p/status" 2>/dev/null)" = Z ] ||
				[ ! -e "/proc/$p/status" ] ||
				echo "$p $(tr '\0' ' ' <"/proc/$p/cmdline" 2>/dev/null)"
		done
}
left_mounts() { grep -F "$T" /proc/self/mountinfo || true; }
no_processes() { [ -z "$(left_processes)" ]; }
no_cgroups() { [ -z "$(left_cgroups)" ]; }

# Nothing of the container may be there: what a failed or a finished container must hold.
assert_nothing_left() {
	wait_for 5 no_processes || fail "processes are left:" "$(left_processes)" || return 1
	wait_for 2 no_cgroups || fail "cgroups are left:" "$(left_cgroups)" || return 1
	[ -z "$(left_mounts)" ] || fail "mounts are left:" "$(left_mounts)" || return 1
	[ ! -e "$ROOT/$ID" ] || fail "state is left: $(ls -la "$ROOT/$ID")" || return 1
}

teardown_bundle() {
	local p d rc=0
	[ -n "${T:-}" ] || return 0
	for p in "${BACKGROUND[@]}"; do
		kill -9 "$p" 2>/dev/null || true
		wait "$p" 2>/dev/null || true
	done
	if [ -d "$ROOT" ]; then
		for d in "$ROOT"/*; do
			[ -d "$d" ] || continue
			strake delete --force "${d##*/}"
			[ "$status" = 0 ] || { echo "teardown: delete --force failed: $(show)" && rc=1; }
		done
	fi
	# runc gives up on a cgroup that is busy for more than a moment.
	is_strake || for d in $(left_cgroups); do
		find "$d" -depth -type d -exec rmdir {} + 2>/dev/null || true
	done
	if ! (assert_nothing_left); then
		rc=1
		# One test's litter must not fail the others.
		left_processes | while read -r p _; do kill -9 "$p" 2>/dev/null || true; done
		for d in $(left_cgroups); do
			find "$d" -depth -type d -exec rmdir {} + 2>/dev/null || true
		done
	fi
	rm -rf --one-file-system "$T"
	return $rc
}

setup() { setup_bundle; }
teardown() { teardown_bundle; }
