#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
#
# buildah calls the runtime itself, without conmon: create, start, state every 100 ms, kill, delete.

load helpers

b()
{
	timeout -k 5 "${CALL_TIMEOUT:-60}" buildah --root "$WORK/buildah" --runroot /run/buildah-root \
		--storage-driver overlay "$@"
}

b_run()
{
	b run --isolation oci --runtime "$RT" "$@"
	echo "status $?"
}

engine_clean()
{
	b rm -a
}

setup_file()
{
	cat >"$WORK/buildah.conf" <<-EOF
	[containers]
	default_ulimits = ["nofile=1024:1024", "nproc=1000:1000"]
	cgroup_parent = "/$PARENT"
	[engine]
	cgroup_manager = "cgroupfs"
	events_logger = "none"
	EOF
	export CONTAINERS_CONF=$WORK/buildah.conf
	export REFERENCE_RT=$REFERENCE CANDIDATE_RT=$RUNTIME
	(
		set -e
		box=$(b from scratch)
		b add "$box" "$WORK/image.tar" /
		b config --env PATH=/bin --cmd sh "$box"
		b commit "$box" localhost/base
		b rm "$box"
	) >"$WORK/buildah.log" 2>&1 3>&- || { cat "$WORK/buildah.log"; return 1; }
}

setup()
{
	needs buildah
}

s_run()
{
	b from --name box --pull-never localhost/base >/dev/null
	b_run box -- "$@"
}

@test "buildah: run passes output and exit code" {
	both s_run sh -c 'echo out; echo err >&2; exit 7'
	has out 'status 7'
}

@test "buildah: a missing command" {
	both s_run no-such-command
	grep -q 'executable file not found in \$PATH' "$BATS_TEST_TMPDIR/candidate.err"
}

@test "buildah: a file that is no program" {
	both s_run /data/plain
	grep -q 'permission denied' "$BATS_TEST_TMPDIR/candidate.err"
}

@test "buildah: run on a terminal" {
	s_tty() {
		b from --name box --pull-never localhost/base >/dev/null
		on_terminal buildah --root "$WORK/buildah" --runroot /run/buildah-root \
			--storage-driver overlay run -t --isolation oci --runtime "$RT" box -- \
			sh -c 'test -t 0 && echo tty0; exit 6'
		echo "status $?"
	}
	both s_tty
	has tty0 'status 6'
}

@test "buildah: user, working directory, a mount, host network" {
	s_options() {
		mkdir -p "$WORK/bind"
		echo outside >"$WORK/bind/file"
		b from --name box --pull-never localhost/base >/dev/null
		b_run --user 1000:1000 --workingdir /tmp box -- sh -c 'id -u; pwd'
		b_run -v "$WORK/bind:/data:ro" box -- sh -c 'cat /data/file; touch /data/x 2>/dev/null; echo $?'
		b_run --network host box -- sh -c 'exit 3'
	}
	both s_options
	has 1000 /tmp outside 1 'status 3'
}

@test "buildah: build" {
	s_build() {
		mkdir -p "$WORK/buildah-context"
		printf 'FROM localhost/base\nRUN echo built >/built && id -u\nRUN cat /built\n' \
			>"$WORK/buildah-context/Dockerfile"
		b build --pull-never --isolation oci --runtime "$RT" --no-cache --network none -q -t built \
			"$WORK/buildah-context"
		echo "status $?"
		printf 'FROM localhost/base\nRUN exit 42\n' >"$WORK/buildah-context/Dockerfile"
		b build --pull-never --isolation oci --runtime "$RT" --no-cache --network none \
			"$WORK/buildah-context" >/dev/null
		echo "status $?"
	}
	both s_build
	has 'status 0' 'status 42'
}

@test "buildah: nothing is left" {
	s_left() {
		s_run true
		find /sys/fs/cgroup -mindepth 3 -type d -path "*/$PARENT/*buildah*" | wc -l
		find /run/runc /run/strake -mindepth 1 -maxdepth 1 -name 'buildah-*' 2>/dev/null | wc -l
	}
	both s_left
	has 'status 0' 0
}
