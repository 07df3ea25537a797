#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# No way leads from a process of the container to the runtime's file (CVE-2019-5736).
load helpers

# init_exe: size becomes that of the file that init's /proc/PID/exe leads to, which is not the runtime's. Not in $(),
# where a failure would not end it.
init_exe() {
	local pid link
	pid=$(init_pid)
	link=$(readlink "/proc/$pid/exe")
	[ "$link" = "/memfd:strake (deleted)" ] || fail "init's program is $link"
	! grep -F "$RUNTIME" "/proc/$pid/maps" || fail "the runtime's file is mapped"
	! grep -E '^[^ ]+ .wx' "/proc/$pid/maps" || fail "memory is writable and executable"
	size=$(stat -Lc %s "/proc/$pid/exe")
}

@test "seal: the program moves to memory" {
	strake_only "its own way"
	set_args sleep 1000
	ok strake_create
	init_exe
	# A sanitizer's build, or root without the capability, runs from a sealed copy instead.
	[ "$size" = 0 ] || skip "refused here"
}

@test "seal: where that is refused, it runs from a sealed copy" {
	strake_only "its own way"
	export STRAKE_FALLBACK=exe_replace
	set_args sleep 1000
	ok strake_create
	init_exe
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

# program_parted: skips where the linker did not part the program (src/musl/parts.py).
program_parted() {
	strake_only "its own way"
	readelf -SW "$RUNTIME" | grep -q '\.needed_text' || skip "needs the program linked with musl, and without LTO"
}

@test "seal: init has no more of the program than it runs" {
	program_parted
	local range size=0 n=0
	set_args sleep 1000
	ok strake_create
	init_exe
	[ "$size" = 0 ] || skip "refused here"
	while read -r range how _ _ inode name; do
		size=$((0x${range#*-} - 0x${range%-*}))
		case "$how $inode $name" in
		"---p 0 ") n=$((n + size)) ;; # held, so that nothing else is mapped there
		"r-xp 0 ") [ $size -lt $((160 * 1024)) ] || fail "all of the code is there: $size" ;;
		esac
	done <"/proc/$(init_pid)/maps"
	[ $n -ge $((400 * 1024)) ] || fail "only $n bytes were left" "$(cat "/proc/$(init_pid)/maps")"
}

# leaves_first PROCESSES COMMAND...: of all that COMMAND clones, so many enter namespaces, and each leaves the
# program's file before it does, or came from one that did.
leaves_first() {
	local n=$1
	shift
	timeout 30 strace -f -o "$T/trace" -e trace=prctl,setns,clone,clone3 "$@" >"$T/said" 2>&1 || fail "$(cat "$T/said")"
	# The first is the parent; a helper in the memory of the parent (CLONE_VM) enters nothing but is no copy.
	awk -v want="$n" '
		NR == 1 { parent = $1 }
		/ prctl\(PR_SET_MM, PR_SET_MM_MAP,/ { asked[$1] = 1 }
		/ prctl\(PR_SET_MM, PR_SET_MM_MAP,/ && /= 0$/ { left[$1] = 1 }
		/<... prctl resumed>.*= 0$/ && asked[$1] { left[$1] = 1 }
		/resumed/ { next }
		/ clone3?\(/ && left[$1] { inherits = 1 }
		/ setns\(/ && $1 != parent && !entered[$1]++ {
			n++
			if (!left[$1] && !inherits) { print "not left: " $0; bad = 1 }
		}
		END { if (n != want) print n + 0 " processes entered, not " want; exit bad || n != want }
	' "$T/trace" || fail "$(cat "$T/trace")"
}

@test "seal: who enters a container has left the program's file before" {
	strake_only "its own way"
	requires cmd_strace root
	set_args sleep 1000
	ok strake_create
	init_exe
	[ "$size" = 0 ] || skip "refused here"
	ok strake start "$ID"
	leaves_first 1 "$RUNTIME" --root "$ROOT" exec "$ID" true
	mkdir "$T/source"
	leaves_first 1 "$RUNTIME" --root "$ROOT" mounts add "$ID" - <<<"[{\"destination\": \"/tmp\",
		\"source\": \"$T/source\", \"type\": \"bind\", \"options\": [\"bind\"]}]"
}

@test "seal: nobody can look into the process that makes a user namespace for an id-mapped mount" {
	strake_only "its own way"
	requires cmd_strace root
	set_args true
	mkdir "$T/source"
	update_config ".mounts += [{\"destination\": \"/tmp\", \"source\": \"$T/source\", \"type\": \"bind\", \"options\": [\"bind\"],
		\"uidMappings\": [{\"containerID\": 0, \"hostID\": 1000, \"size\": 10}],
		\"gidMappings\": [{\"containerID\": 0, \"hostID\": 1000, \"size\": 10}]}]"
	# Of a process of the same uid, which a container with the host's pid namespace may have, nothing else is asked.
	timeout 30 strace -f -o "$T/trace" -e trace=prctl,clone,clone3 "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" \
		</dev/null >"$T/said" 2>&1 || skip "needs id-mapped mounts: $(cat "$T/said")"
	grep -E 'PR_SET_DUMPABLE|CLONE_NEWUSER' "$T/trace" | grep -B1 CLONE_NEWUSER | head -n1 | grep -q SUID_DUMP_DISABLE ||
		fail "$(cat "$T/trace")"
}

@test "seal: a program that is replaced or removed meanwhile goes on" {
	strake_only "its own way"
	requires cmd_strace
	local own=$T/strake how
	set_args mkdir /x
	update_config '.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW",
		"syscalls": [{"names": ["mkdir", "mkdirat"], "action": "SCMP_ACT_ERRNO", "errnoRet": 28}]}'
	for how in 'cp -p $own $own.new && mv $own.new $own' 'rm $own'; do
		rm -f "$T/trace"
		cp "$RUNTIME" "$own"
		# Held before it has read the config: libseccomp is needed after that.
		background timeout 30 strace -o "$T/trace" -e trace=memfd_create -e inject=memfd_create:delay_exit=1000000 \
			"$own" --root "$ROOT" run --bundle "$BUNDLE" "$ID" 2>"$T/said"
		wait_for 10 grep -q memfd_create "$T/trace"
		own=$own sh -c "$how" || fail "$how"
		! wait "$!" || fail "there was no filter after $how"
		grep -q 'No space left' "$T/said" || fail "$how: $(cat "$T/said")"
	done
}
