#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck disable=SC2016 # the containers expand these
#
# podman of an unprivileged user without a session: no systemd, no cgroup that could be written. The
# user exists in a mount namespace alone.

load helpers

IMG=localhost/busybox:test
USER_ID=65532

p()
{
	timeout -k 5 "${CALL_TIMEOUT:-60}" unshare -m --propagation private sh -ec '
		work=$1
		shift
		mount --bind "$work/user/passwd" /etc/passwd
		mount --bind "$work/user/group" /etc/group
		mount --bind "$work/user/subid" /etc/subuid
		mount --bind "$work/user/subid" /etc/subgid
		cd "$work/user/home"
		exec setpriv --reuid '$USER_ID' --regid '$USER_ID' --clear-groups env -i PATH="$PATH" \
			HOME="$work/user/home" XDG_RUNTIME_DIR="$work/user/run" TMPDIR="$work/user/run" \
			CONTAINERS_CONF="$work/user/containers.conf" "$@"' -- "$WORK" \
		podman --storage-driver=vfs --runtime "$RT" "$@"
}

engine_clean()
{
	p rm -f -t 0 -a
}

setup_file()
{
	local user=$WORK/user

	mkdir -p "$user"/{home,run,bin}
	# The user may not look where the build is.
	cp "$RUNTIME" "$user/bin/strake"
	cp "$REFERENCE" "$user/bin/runc"
	{ cat /etc/passwd && echo "tester:x:$USER_ID:$USER_ID::$user/home:/bin/sh"; } >"$user/passwd"
	{ cat /etc/group && echo "tester:x:$USER_ID:"; } >"$user/group"
	echo tester:300000:65536 >"$user/subid"
	cat >"$user/containers.conf" <<-EOF
	[containers]
	default_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]
	netns = "host"
	[engine]
	cgroup_manager = "cgroupfs"
	events_logger = "none"
	EOF
	chown -R "$USER_ID:$USER_ID" "$user/home" "$user/run"
	chmod 755 "$user" "$user/bin"/*
	export REFERENCE_RT=$user/bin/runc CANDIDATE_RT=$user/bin/strake
	cp "$WORK/image.tar" "$user/image.tar"
	chmod 644 "$user/image.tar"
	RT=$REFERENCE_RT p import "$user/image.tar" "$IMG" >"$user/import" 2>&1 3>&- || cat "$user/import" >&2
}

# podman's pause process holds the user namespace; it ends with the sandbox at the latest.
teardown_file()
{
	RT=$REFERENCE_RT p system migrate >/dev/null 2>&1 3>&- || true
}

setup()
{
	needs podman conmon newuidmap setpriv
}

s_run()
{
	p run --rm "$@"
	echo "status $?"
}

@test "rootless podman: the user is root in there, with a range of ids" {
	both s_run "$IMG" sh -c 'id -u; tr -s " " </proc/self/uid_map; touch /tmp/f && chown 33 /tmp/f && stat -c %u /tmp/f'
	has 0 " 0 $USER_ID 1" ' 1 300000 65536' 33 'status 0'
}

@test "rootless podman: exit codes and errors" {
	both s_run "$IMG" sh -c 'exit 7'
	has 'status 7'
	both s_run "$IMG" /none
	has 'status 127'
}

@test "rootless podman: --userns keep-id, --user, a volume" {
	s_volume() {
		mkdir -p "$WORK/user/home/volume"
		chown "$USER_ID:$USER_ID" "$WORK/user/home/volume"
		p run --rm --userns keep-id -v "$WORK/user/home/volume:/volume" "$IMG" \
			sh -c 'id -u; touch /volume/file'
		stat -c %u "$WORK/user/home/volume/file"
		rm -r "$WORK/user/home/volume"
	}
	both s_volume
	has $USER_ID
	both s_run --user 1000:2000 "$IMG" id
	has 'status 0'
}

@test "rootless podman: run -d, exec, kill, inspect, rm" {
	s_life() {
		p run -d --name box "$IMG" sleep 100 >/dev/null
		p exec box echo inside
		p exec --user 5 box id -u
		p exec box sh -c 'exit 3'
		echo "exec $?"
		p inspect -f '{{.State.Status}}' box
		p kill box >/dev/null
		p wait box
		p inspect -f '{{.State.Status}} {{.State.ExitCode}}' box
		p rm box >/dev/null
		echo "rm $?"
	}
	both s_life
	has inside 5 'exec 3' running 137 'exited 137' 'rm 0'
}

@test "rootless podman: a terminal" {
	both s_run -t "$IMG" sh -c 'test -t 0 && test -t 1 && echo terminal'
	has terminal 'status 0'
}
