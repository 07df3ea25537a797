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

# program_parted: skips where the linker did not part the program (src/musl/cold.ld).
program_parted() {
	strake_only "its own way"
	readelf -SW "$RUNTIME" | grep -q '\.cold_text' || skip "needs the program linked with musl, and without LTO"
}

@test "seal: what no container needs is left out, and what a profile needs comes back" {
	program_parted
	local maps range n=0
	set_args sleep 1000
	ok strake_create
	[ "$(init_exe)" = 0 ] || skip "refused here"
	maps=$(cat "/proc/$(init_pid)/maps")
	# Between code and constants: 150 KiB that nobody can touch.
	for range in $(sed -n 's/ ---p .*//p' <<<"$maps"); do
		n=$((n + 0x${range#*-} - 0x${range%-*}))
	done
	[ $n -ge $((150 * 1024)) ] || fail "all of the program is there:" "$maps"
	ok strake delete --force "$ID"
	update_config '.process.args = ["mkdir", "/x"] | .linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW",
		"syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28}]}'
	not_ok strake_run
	assert_err_match 'No space left'
}

@test "seal: a program that was replaced meanwhile brings nothing back" {
	program_parted
	requires cmd_strace
	local own=$T/strake how
	update_config '.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW",
		"syscalls": [{"names": ["mkdir"], "action": "SCMP_ACT_ERRNO"}]}'
	for how in 'cp -p $own $own.new && mv $own.new $own' 'cp $own $own.new && cat $own.new >$own'; do
		cp "$RUNTIME" "$own"
		background timeout 30 strace -f -o /dev/null -e trace=clone3 -e inject=clone3:delay_enter=1000000 \
			"$own" --root "$ROOT" create --bundle "$BUNDLE" "$ID" 2>"$T/said"
		wait_for 10 test -e "$ROOT/$ID/exec.fifo"
		own=$own sh -c "$how" || fail "$how"
		! wait "$!" || fail "a container was made after $how"
		grep -q "the runtime's file $own was replaced while it ran" "$T/said" || fail "$how: $(cat "$T/said")"
		[ ! -e "$ROOT/$ID" ] || fail "the state is left"
	done
}

@test "seal: a program whose file is gone leaves nothing out" {
	program_parted
	requires cmd_strace
	local own=$T/strake
	set_args mkdir /x
	update_config '.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW",
		"syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28}]}'
	cp "$RUNTIME" "$own"
	# Held at the call before the one that asks for the file's name.
	background timeout 30 strace -o "$T/trace" -e trace=memfd_create -e inject=memfd_create:delay_exit=1000000 \
		"$own" --root "$ROOT" run --bundle "$BUNDLE" "$ID" 2>"$T/said"
	wait_for 10 grep -q memfd_create "$T/trace"
	rm "$own"
	! wait "$!" || fail "there was no filter"
	grep -q 'No space left' "$T/said" || fail "$(cat "$T/said")"
}
