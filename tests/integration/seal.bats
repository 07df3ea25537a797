#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# No way leads from a process of the container to the runtime's file (CVE-2019-5736).
load helpers

# init_exe: size of the file that init's /proc/PID/exe leads to, which is not the runtime's.
init_exe() {
	local pid link
	pid=$(init_pid)
	link=$(readlink "/proc/$pid/exe")
	[ "$link" = "/memfd:strake (deleted)" ] || fail "init's program is $link"
	! grep -F "$RUNTIME" "/proc/$pid/maps" || fail "the runtime's file is mapped"
	! grep -E '^[^ ]+ .wx' "/proc/$pid/maps" || fail "memory is writable and executable"
	stat -Lc %s "/proc/$pid/exe"
}

@test "seal: the program moves to memory" {
	strake_only "its own way"
	set_args sleep 1000
	ok strake_create
	size=$(init_exe)
	# A sanitizer's build, or root without the capability, runs from a sealed copy instead.
	[ "$size" = 0 ] || skip "refused here"
}

@test "seal: where that is refused, it runs from a sealed copy" {
	strake_only "its own way"
	export STRAKE_FALLBACK=exe_replace
	set_args sleep 1000
	ok strake_create
	size=$(init_exe)
	assert_eq "$size" "$(stat -c %s "$RUNTIME")"
}

@test "seal: the copy is not where no program can be run" {
	strake_only "its own way"
	requires root
	set_args echo here
	# shellcheck disable=SC2016
	STRAKE_TEST_ID=$ID unshare -m --propagation private sh -ec 'mount -t tmpfs -o noexec tmpfs /run
		STRAKE_FALLBACK=exe_replace,memfd; export STRAKE_FALLBACK; exec "$@"' -- \
		"$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$T/o" 2>"$T/e" 3>&- || fail "$(cat "$T/e")"
	assert_eq "$(cat "$T/o")" here
}

@test "seal: /proc/self/exe cannot be run by the container" {
	strake_only "its own way"
	set_args /proc/self/exe --version
	not_ok strake_run
	assert_not "$out" version
}
