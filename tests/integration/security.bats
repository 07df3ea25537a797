#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# One test for each published hole of the runtimes before us. Everything below the rootfs is hostile.
#
# Some live beside their feature: id_validation (cli), leaked_fds_not_inherited and
# supplementary_groups_not_leaked (process), kill_dead_pid_refused (kill-delete),
# state_dir_permissions (state), cve_2025_23266_hook_environment (hooks), tiocsti (tty).
load helpers

setup() {
	setup_bundle
	OUTSIDE=$T/outside
	mkdir "$OUTSIDE"
	echo HOSTMARKER >"$OUTSIDE/HOSTMARKER"
}
assert_outside_untouched() {
	assert_eq "$(ls -A "$OUTSIDE")" HOSTMARKER
	assert_eq "$(cat "$OUTSIDE/HOSTMARKER")" HOSTMARKER
	assert_eq "$(stat -c '%u %a' "$OUTSIDE/HOSTMARKER")" '0 644'
}
no_dev_mount() { update_config '.mounts |= map(select(.destination | startswith("/dev") | not))'; }
# The link as hostile images have it: absolute, and climbing out of the root.
climbing() { echo "../../../../../../../../..$1"; }
start_console() {
	requires payload_recvfd
	"$STRAKE_PAYLOAD/recvfd" tty "$T/sock" </dev/null >"$T/console.out" 2>"$T/console.err" 3>&- &
	BACKGROUND+=($!)
	wait_for 5 test -S "$T/sock"
}

@test "cve_2026_30892_2016_3697_exec_user_parse" {
	own_copy /etc/passwd
	echo '1:x:0:0::/:/bin/sh' >>"$BUNDLE/rootfs/etc/passwd"
	run_sleeper
	ok strake exec -u 1 "$ID" id -u
	assert_out 1
}

@test "exec_user_is_parsed_strictly" {
	strake_only "runc takes some of these"
	run_sleeper
	local u
	for u in '' -1 1:-1 4294967296 4294967295 1:4294967295 1: :1 +1 ' 1' 1x root 1:root 1:2:3 0x1; do
		strake exec -u "$u" "$ID" id -u
		[ "$status" != 0 ] || fail "taken: '$u'" "$(show)"
	done
}

# Every link that a container's root can see in a process that enters, each target once.
WATCH='while :; do for p in /proc/[0-9]*; do ls -l $p/fd $p/cwd $p/root 2>/dev/null; done; done | awk "/->/ && !seen[\$NF]++ { print \$NF; fflush() }"'
exec_watched() {
	local i
	for i in $(seq "${RACE_ROUNDS:-60}"); do
		STRAKE_TEST_ID=$ID "$RUNTIME" --root "$ROOT" exec "$1" true </dev/null >/dev/null 2>&1 3>&-
	done
}
nothing_of_the_host() {
	[ -s "$1" ] || fail "nothing was seen"
	# The container's own standard streams are files of the test; nothing else may be of the host.
	! grep -e "$T" -e '/sys/fs/cgroup' "$1" | grep -v -e '/out\.[0-9]*$' -e '/err\.[0-9]*$' || fail "something of the host"
	! grep -x -e "$PWD" "$1" || fail "the caller's directory"
	# Without the mount API the runtime's handle of /proc has to come along.
	[[ ${STRAKE_FALLBACK:-} == *mount_api* ]] || ! grep -x -e /proc "$1"
}

@test "cve_2016_9962_exec_descriptors" {
	runc_since 1.5 "runc 1.1.5 shows some now and then"
	update_config '.process.capabilities |= map_values(. + ["CAP_SYS_PTRACE"])'
	set_sh "$WATCH"
	ok strake_run --detach
	local seen=$out_file
	exec_watched "$ID"
	ok strake kill "$ID" KILL
	wait_status stopped
	nothing_of_the_host "$seen"
}

# Init, while it waits for a program of the image.
@test "cve_2016_9962_hook_descriptors" {
	runc_since 1.5 "runc 1.1.5 shows the exec fifo in run, too"
	update_config '.process.capabilities |= map_values(. + ["CAP_SYS_PTRACE"]) | .process.args = ["cat", "/seen"] |
		.hooks.startContainer = [{"path": "/bin/sh", "args": ["sh", "-c", "ls -l /proc/1/fd /proc/1/cwd /proc/1/root | awk \"{ print \\$NF }\" >/seen"]}]'
	ok strake_run
	nothing_of_the_host "$out_file"
	ok strake_create
	ok strake start "$ID"
	wait_status stopped
	# The fifo is what start has just answered by.
	grep -v '/exec\.fifo$' "$BUNDLE/rootfs/seen" >"$T/seen"
	nothing_of_the_host "$T/seen"
}

# It is not the one who is entered that may look, but another container in the same pid namespace.
@test "cve_2016_9962_exec_descriptors_by_a_neighbour" {
	runc_since 1.5 "runc 1.1.5 shows some now and then"
	run_sleeper
	cp -al "$BUNDLE" "$T/other"
	# shellcheck disable=SC2016
	jq --arg pid "/proc/$(init_pid)/ns/pid" '.linux.cgroupsPath += "-2" |
		(.linux.namespaces[] | select(.type == "pid")).path = $pid' "$BUNDLE/config.json" >"$T/config.new"
	mv "$T/config.new" "$T/other/config.json"
	ok strake run --detach --bundle "$T/other" "$ID-2"
	jq '.process | .args = ["/bin/sh", "-c", $ARGS.positional[0]] | .capabilities |= map_values(. + ["CAP_SYS_PTRACE"])' \
		"$BUNDLE/config.json" --args "$WATCH" >"$T/process.json"
	ok strake exec --detach --process "$T/process.json" "$ID"
	local seen=$out_file
	wait_for 5 test -s "$seen"
	exec_watched "$ID-2"
	ok strake delete --force "$ID-2"
	ok strake kill "$ID" KILL
	wait_status stopped
	nothing_of_the_host "$seen"
}

@test "start_twice_and_fifo_modes" {
	runc_since 1.5 "runc 1.1.5 holds its state directory"
	set_args sleep 1000
	ok strake_create
	[[ $(stat -c %a "$ROOT/$ID/exec.fifo") =~ ^6[02][02]$ ]]
	# The waiting init holds nothing of the host but its standard streams and the fifo.
	local link
	for link in "/proc/$(init_pid)/fd"/*; do
		link=$(readlink "$link")
		case $link in
		*/out.* | */err.* | /dev/null | */exec.fifo | socket:* | pipe:* | anon_inode:*) ;;
		"$T"/* | /sys/* | /run/* | /home/*) fail "init holds $link" ;;
		esac
	done
	ok strake start "$ID"
	not_ok strake start "$ID"
}

@test "cve_2019_5736_exec_exe_overwrite" {
	# A copy, since the attack succeeds on runtimes that are open to it.
	cp "$RUNTIME" "$T/runtime"
	chmod 755 "$T/runtime"
	local before
	before=$(sha256sum <"$T/runtime")
	# Or a process that enters would be out of reach, whatever it runs from.
	update_config '.process.capabilities |= map_values(. + ["CAP_SYS_PTRACE"])'
	set_sh 'echo ready
		while :; do for p in /proc/[0-9]*; do
			e=$(readlink $p/exe 2>/dev/null) || continue
			case $e in */bin/*) continue ;; esac
			exec 9<$p/exe 2>/dev/null || continue
			for i in 1 2 3 4 5; do echo overwritten >/proc/self/fd/9; sleep 0.01; done
		done; done 2>/dev/null'
	ok strake_run --detach
	wait_for 5 grep -q ready "$out_file"
	local i
	for i in $(seq $((${RACE_ROUNDS:-60} / 2))); do
		STRAKE_TEST_ID=$ID timeout 20 "$T/runtime" --root "$ROOT" exec "$ID" true </dev/null >/dev/null 2>&1 3>&- || true
		STRAKE_TEST_ID=$ID timeout 20 "$T/runtime" --root "$ROOT" exec "$ID" /proc/self/exe --version </dev/null >/dev/null 2>&1 3>&- || true
	done
	assert_eq "$(sha256sum <"$T/runtime")" "$before"
}

@test "cve_2019_5736_shebang" {
	cp "$RUNTIME" "$T/runtime"
	local before
	before=$(sha256sum <"$T/runtime")
	printf '#!/proc/self/exe\n' >"$BUNDLE/rootfs/evil"
	chmod +x "$BUNDLE/rootfs/evil"
	set_args /evil
	STRAKE_TEST_ID=$ID timeout 20 "$T/runtime" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$T/o" 2>&1 3>&- || true
	assert_eq "$(sha256sum <"$T/runtime")" "$before"
}

@test "cve_2019_16884_fake_proc_bind" {
	mkdir -p "$T/fake/self/attr"
	: >"$T/fake/self/attr/exec"
	update_config --arg s "$T/fake" '.mounts |= map(if .destination == "/proc" then {destination: "/proc", type: "bind", source: $s, options: ["rbind"]} else . end)'
	set_args true
	not_ok strake_run
	assert_nothing_left
	update_config '.mounts |= map(if .destination == "/proc" then {destination: "/proc", type: "tmpfs", source: "tmpfs"} else . end)'
	not_ok strake_run
	assert_nothing_left
}

@test "cve_2019_19921_proc_symlink" {
	mkdir "$BUNDLE/rootfs/badproc"
	rmdir "$BUNDLE/rootfs/proc"
	ln -s /badproc "$BUNDLE/rootfs/proc"
	set_args true
	not_ok strake_run
	assert_err_match 'must be mounted on ordinary directory'
	assert_nothing_left
	rm "$BUNDLE/rootfs/proc"
	ln -s "$(climbing "$OUTSIDE")" "$BUNDLE/rootfs/proc"
	not_ok strake_run
	assert_outside_untouched
}

@test "cve_2023_28642_mount_below_proc" {
	# Only what the allow-list names may be mounted below /proc.
	mkdir "$T/attr"
	update_config --arg s "$T/attr" '.mounts += [{destination: "/proc/self/attr", type: "bind", source: $s, options: ["bind"]}]'
	set_args true
	not_ok strake_run
	assert_nothing_left
	update_config '.mounts |= map(select(.destination != "/proc/self/attr"))'
	ln -s /proc "$BUNDLE/rootfs/link"
	update_config --arg s "$T/attr" '.mounts += [{destination: "/link/self/attr", type: "bind", source: $s, options: ["bind"]}]'
	not_ok strake_run
	assert_nothing_left
}

@test "cve_2025_54867_sys_symlink" {
	rmdir "$BUNDLE/rootfs/sys"
	ln -s /badsys "$BUNDLE/rootfs/sys"
	mkdir "$BUNDLE/rootfs/badsys"
	set_args true
	not_ok strake_run
	assert_err_match 'must be mounted on ordinary directory'
	assert_nothing_left
}

@test "ghsa_g54h_devices_default_deny" {
	update_config '.linux.resources = {}'
	set_sh 'mknod /mem c 1 1; head -c 1 /mem; mknod /zero c 1 5; head -c 4 /zero | wc -c'
	strake_run
	assert_has "$err" 'peration not permitted'
	assert_has "$out" 4
}

@test "cve_2021_30465_2019_18837_dest_symlink_escape" {
	ln -s "$OUTSIDE" "$BUNDLE/rootfs/abs"
	ln -s "$(climbing "$OUTSIDE")" "$BUNDLE/rootfs/rel"
	ln -s "$(climbing "$OUTSIDE/created")" "$BUNDLE/rootfs/last"
	mkdir "$T/src"
	echo x >"$T/file"
	update_config --arg d "$T/src" --arg f "$T/file" '.mounts += [
		{destination: "/abs/a", type: "bind", source: $d, options: ["bind"]},
		{destination: "/rel/b", type: "bind", source: $f, options: ["bind"]},
		{destination: "/rel", type: "tmpfs", source: "tmpfs"},
		{destination: "/last", type: "bind", source: $f, options: ["bind"]}]'
	set_args true
	strake_run
	assert_outside_untouched
}

@test "cve_2021_30465_2024_45310_dest_race" {
	runc_since 1.5 "runc 1.1.5 is open to it"
	requires payload_swap
	mkdir "$BUNDLE/rootfs/vol" "$BUNDLE/rootfs/vol/x" "$T/src"
	ln -s "$(climbing "$OUTSIDE")" "$BUNDLE/rootfs/vol/y"
	echo x >"$T/file"
	update_config --arg d "$T/src" --arg f "$T/file" '.mounts += [
		{destination: "/vol/x/new/dir", type: "bind", source: $d, options: ["bind"]},
		{destination: "/vol/x/newfile", type: "bind", source: $f, options: ["bind"]}]'
	set_args true
	background "$STRAKE_PAYLOAD/swap" "$BUNDLE/rootfs/vol/x" "$BUNDLE/rootfs/vol/y"
	local i
	for i in $(seq "${RACE_ROUNDS:-60}"); do
		strake_run
		rm -rf "$BUNDLE/rootfs/vol/x/new" "$BUNDLE/rootfs/vol/y/new" 2>/dev/null || true
	done
	assert_outside_untouched
}

# What one process there is given is no business of the others: /proc/PID/cmdline is everybody's to read.
@test "exec_shows_no_command_line" {
	requires kernel_exe_replace
	! is_strake || readelf -SW "$RUNTIME" | grep -q '\.needed_text' || skip "needs the program linked with musl, and without LTO"
	update_config '.process.user = {"uid": 1000, "gid": 1000} | .process.capabilities = {}'
	set_sh 'while :; do cat /proc/[0-9]*/cmdline 2>/dev/null; done | tr "\0" "\n" | awk "!seen[\$0]++ { print; fflush() }"'
	ok strake_run --detach
	local seen=$out_file i
	wait_for 5 test -s "$seen"
	for i in $(seq "${RACE_ROUNDS:-60}"); do
		STRAKE_TEST_ID=$ID "$RUNTIME" --root "$ROOT" exec -u 0 --env SECRET=of-one "$ID" true </dev/null >/dev/null 2>&1 3>&-
	done
	ok strake kill "$ID" KILL
	wait_status stopped
	! grep -e SECRET -e "$ROOT" "$seen" || fail "the command line of exec"
}

@test "cve_2021_43784_long_strings" {
	local s
	s=$(printf 'a%.0s' {1..70000})
	update_config --arg s "/$s" '.mounts += [{destination: "/mnt", type: "bind", source: $s, options: ["bind"]}]'
	set_args true
	not_ok strake_run
	assert_nothing_left
	update_config --arg s "/$s" '.mounts[-1] = {destination: $s, type: "tmpfs", source: "tmpfs"}'
	not_ok strake_run
	assert_nothing_left
}

@test "cve_2022_29162_27650_2025_27612_inheritable_caps" {
	run_sleeper
	ok strake exec --cap CAP_SYS_ADMIN "$ID" grep -E 'Cap(Inh|Amb)' /proc/self/status
	assert_out $'CapInh:\t0000000000000000\nCapAmb:\t0000000000000000'
	ok strake exec -u 1000 "$ID" grep -E 'Cap(Inh|Amb|Eff)' /proc/self/status
	assert_out $'CapInh:\t0000000000000000\nCapEff:\t0000000000000000\nCapAmb:\t0000000000000000'
}

@test "cve_2022_29162_inheritable_caps_of_spec" {
	runc_since 1.5 "runc 1.1.5 lists them"
	ok strake_raw spec --bundle "$T"
	jq -e '(.process.capabilities.inheritable // []) == []' "$T/config.json"
}

@test "cve_2023_25809_cgroup_ro_without_cgroupns" {
	update_config '.mounts += [{destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["nosuid", "noexec", "nodev", "relatime", "ro"]}]'
	set_sh 'cd /sys/fs/cgroup; [ -e cgroup.procs ] || cd memory; mkdir x 2>&1; echo 1 >notify_on_release'
	strake_run
	assert_has "$out$err" 'Read-only file system'
	update_config '.linux.namespaces += [{"type": "user"}] |
		.linux.uidMappings = [{"containerID": 0, "hostID": 0, "size": 65536}] |
		.linux.gidMappings = [{"containerID": 0, "hostID": 0, "size": 65536}]'
	strake_run
	assert_has "$out$err" 'Read-only file system'
}

@test "cve_2024_21626_cwd_leaked_fd" {
	runc_since 1.5 "runc 1.1.5 is open to it"
	local n
	for n in 3 4 5 6 7 8 9 10 12 15; do
		rm -f "$BUNDLE/rootfs/link"
		ln -s "/proc/self/fd/$n" "$BUNDLE/rootfs/link"
		for cwd in "/proc/self/fd/$n" /link; do
			update_config --arg c "$cwd" '.process.cwd = $c | .process.args = ["cat", "HOSTMARKER"]'
			# Every number is a host directory; whatever the runtime does, none may be the cwd.
			STRAKE_TEST_ID=$ID "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$T/o" 2>&1 \
				3<"$OUTSIDE" 4<"$OUTSIDE" 5<"$OUTSIDE" 6<"$OUTSIDE" 7<"$OUTSIDE" 8<"$OUTSIDE" 9<"$OUTSIDE" \
				10<"$OUTSIDE" 12<"$OUTSIDE" 15<"$OUTSIDE" || true
			! grep -q HOSTMARKER$ <(grep -v 'cat:' "$T/o") || fail "cwd $cwd: $(cat "$T/o")"
		done
	done
}

@test "cve_2024_21626_exec_cwd" {
	runc_since 1.5 "runc 1.1.5 is open to it"
	run_sleeper
	local n
	for n in 3 4 5 6 7 8 9 10 12 15; do
		STRAKE_TEST_ID=$ID "$RUNTIME" --root "$ROOT" exec --cwd "/proc/self/fd/$n" "$ID" cat HOSTMARKER </dev/null >"$T/o" 2>&1 \
			3<"$OUTSIDE" 4<"$OUTSIDE" 5<"$OUTSIDE" 6<"$OUTSIDE" 7<"$OUTSIDE" 8<"$OUTSIDE" 9<"$OUTSIDE" \
			10<"$OUTSIDE" 12<"$OUTSIDE" 15<"$OUTSIDE" || true
		! grep -q '^HOSTMARKER$' "$T/o" || fail "fd $n: $(cat "$T/o")"
	done
}

# A directory so deep that getcwd(2) cannot tell where it is. The container makes it in its own root, and knows where the
# host has that: it is in the mount table.
@test "cve_2024_21626_exec_cwd_too_deep" {
	local half n
	half=$(printf "$(printf 'd%.0s' {1..200})/%.0s" {1..14})
	mkdir -p "$BUNDLE/rootfs/$half" "$BUNDLE/rootfs/work"
	(cd "$BUNDLE/rootfs/$half" && mkdir -p "$half")
	ln -s "$half" "$BUNDLE/rootfs/first"
	update_config '.process.cwd = "/work"'
	run_sleeper
	rmdir "$BUNDLE/rootfs/work"
	for n in {3..15}; do
		ln -sfn "/proc/self/fd/$n/..$BUNDLE/rootfs/first/$half" "$BUNDLE/rootfs/work"
		strake exec "$ID" cat "$(printf '../%.0s' {1..60})$OUTSIDE/HOSTMARKER"
		[ "$status" != 0 ] || fail "descriptor $n" "$(show)"
		assert_not "$out" HOSTMARKER
	done
}

@test "cve_2024_21626_exec_target" {
	runc_since 1.5 "runc 1.1.5 is open to it"
	local n
	printf '#!/bin/echo HOSTPROGRAM\n' >"$OUTSIDE/prog"
	chmod +x "$OUTSIDE/prog"
	for n in 3 5 7 9; do
		set_args "/proc/self/fd/$n/prog"
		STRAKE_TEST_ID=$ID "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$T/o" 2>&1 \
			3<"$OUTSIDE" 5<"$OUTSIDE" 7<"$OUTSIDE" 9<"$OUTSIDE" || true
		! grep -q '^HOSTPROGRAM' "$T/o" || fail "fd $n: $(cat "$T/o")"
	done
}

@test "cve_2025_31133_62161_dev_null_symlink_mask" {
	runc_since 1.5 "runc 1.1.5 is open to it"
	no_dev_mount
	local link
	echo secret >"$BUNDLE/rootfs/secret"
	echo decoy >"$BUNDLE/rootfs/decoy"
	for link in /decoy "$(climbing "$OUTSIDE/HOSTMARKER")"; do
		rm -f "$BUNDLE/rootfs/dev/null"
		ln -s "$link" "$BUNDLE/rootfs/dev/null"
		update_config '.linux.maskedPaths = ["/secret"]'
		set_sh 'stat -L -c "mask %t:%T" /secret; head -c 100 /secret; echo x >/secret'
		strake_run
		if [ "$status" = 0 ]; then
			assert_has "$out" 'mask 1:3'
		fi
		assert_outside_untouched
		assert_eq "$(cat "$BUNDLE/rootfs/decoy")" decoy
	done
}

@test "cve_2025_31133_dev_null_to_procfs" {
	runc_since 1.5 "runc 1.1.5 is open to it"
	no_dev_mount
	local before
	before=$(cat /proc/sys/kernel/core_pattern)
	rm -f "$BUNDLE/rootfs/dev/null"
	ln -s /proc/sys/kernel/core_pattern "$BUNDLE/rootfs/dev/null"
	update_config '.linux.maskedPaths = ["/proc/kcore"]'
	set_sh 'echo "|/evil" >/proc/kcore; head -c 100 /proc/kcore; stat -c "mask %t:%T" /proc/kcore'
	strake_run
	if [ "$status" = 0 ]; then
		assert_has "$out" 'mask 1:3'
	fi
	local after
	after=$(cat /proc/sys/kernel/core_pattern)
	[ "$after" = "$before" ] || echo "$before" >/proc/sys/kernel/core_pattern
	assert_eq "$after" "$before"
}

@test "cve_2025_31133_dev_null_missing" {
	# No null device at all: the path must be masked or the start refused.
	no_dev_mount
	echo secret >"$BUNDLE/rootfs/secret"
	update_config '.linux.maskedPaths = ["/secret"]'
	set_sh 'rm -f /dev/null; cat /secret'
	strake_run
	assert_not "$out" secret
}

@test "cve_2025_52565_2026_88264_console_symlink" {
	no_dev_mount
	update_config '.process.terminal = true | .mounts += [{destination: "/dev/pts", type: "devpts", source: "devpts"}]'
	local link n=0
	for link in "$OUTSIDE/created" "$(climbing "$OUTSIDE/created")" /proc/sys/kernel/core_pattern; do
		mkdir -p "$BUNDLE/rootfs/dev"
		rm -f "$BUNDLE/rootfs/dev/console" "$T/sock"
		ln -s "$link" "$BUNDLE/rootfs/dev/console"
		set_args true
		start_console
		strake_run --detach --console-socket "$T/sock"
		strake delete --force "$ID"
		assert_outside_untouched
	done
}

@test "cve_2025_52881_62596_sysctl_write_not_redirected" {
	mkdir -p "$T/fake/net/ipv4"
	echo fake >"$T/fake/net/ipv4/ip_forward"
	local m
	for m in '{destination: "/proc/sys", type: "tmpfs", source: "tmpfs"}' '{destination: "/proc/sys", type: "bind", source: $s, options: ["bind"]}'; do
		update_config --arg s "$T/fake" ".mounts |= map(select(.destination != \"/proc/sys\")) | .mounts += [$m] |
			.linux.sysctl = {\"net.ipv4.ip_forward\": \"1\"} | .linux.readonlyPaths = []"
		set_args sleep 1000
		strake_run --detach
		if [ "$status" = 0 ]; then
			assert_eq "$(nsenter -n -t "$(init_pid)" cat /proc/sys/net/ipv4/ip_forward)" 1
			ok strake delete --force "$ID"
		fi
		assert_eq "$(cat "$T/fake/net/ipv4/ip_forward")" fake
	done
}

@test "cve_2026_41579_47766_dev_symlink" {
	runc_since 1.5 "runc 1.1.5 is open to it"
	no_dev_mount
	local link
	for link in "$OUTSIDE" "$(climbing "$OUTSIDE")"; do
		rm -rf "$BUNDLE/rootfs/dev"
		ln -s "$link" "$BUNDLE/rootfs/dev"
		echo keep >"$OUTSIDE/ptmx"
		set_args true
		strake_run
		assert_eq "$(cat "$OUTSIDE/ptmx")" keep
		rm "$OUTSIDE/ptmx"
		assert_outside_untouched
	done
}

@test "cve_2026_88265_dev_null_stdio" {
	no_dev_mount
	update_config '.process.user = {"uid": 1000, "gid": 1000}'
	local link n
	for link in "$OUTSIDE/HOSTMARKER" "$(climbing "$OUTSIDE/HOSTMARKER")" /proc/self/fd/3 /proc/self/fd/7 /proc/self/fd/10; do
		rm -f "$BUNDLE/rootfs/dev/null"
		ln -s "$link" "$BUNDLE/rootfs/dev/null"
		set_sh 'echo written'
		for n in 1 2; do
			if [ $n = 1 ]; then
				STRAKE_TEST_ID=$ID timeout 30 "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >/dev/null 2>&1 3>&- || true
			else
				echo | STRAKE_TEST_ID=$ID timeout 30 "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" 2>&1 3>&- | cat >/dev/null || true
			fi
			assert_outside_untouched
		done
	done
}

@test "cve_2025_24965_planted_symlinks" {
	# Names that runtimes write or read below the root.
	own_copy /etc/passwd
	rm "$BUNDLE/rootfs/etc/passwd" "$BUNDLE/rootfs/etc/group"
	echo 'root:x:0:0::/EVIL:/bin/sh' >"$OUTSIDE/HOSTMARKER2"
	local f
	for f in etc/passwd etc/group; do ln -s "$(climbing "$OUTSIDE/HOSTMARKER2")" "$BUNDLE/rootfs/$f"; done
	for f in etc/hosts etc/resolv.conf etc/hostname .containerenv .dockerenv; do
		ln -s "$(climbing "$OUTSIDE/planted")" "$BUNDLE/rootfs/$f"
	done
	ln -s "$(climbing "$OUTSIDE/made")" "$BUNDLE/rootfs/cwd"
	update_config '.process.cwd = "/cwd/below"'
	set_sh 'echo HOME=$HOME'
	strake_run
	assert_not "$out" EVIL
	rm "$OUTSIDE/HOSTMARKER2"
	assert_outside_untouched
}

@test "exec_cgroup_escape" {
	run_sleeper
	local c
	for c in ../../x ../.. /../.. x/../../..; do
		strake exec --cgroup "$c" "$ID" true
		assert_status 255
	done
}

@test "thawed_after_a_failed_kill" {
	runc_since 1.5 "the peers are not tried"
	requires cmd_strace
	update_config '.linux.namespaces |= map(select(.type != "pid"))'
	run_sleeper
	local call
	for call in kill pidfd_send_signal openat write; do
		strace -f -o /dev/null -e "trace=$call" -e "inject=$call:error=EIO:when=3+" \
			"$RUNTIME" --root "$ROOT" kill "$ID" USR2 </dev/null >"$T/o" 2>&1 3>&- || true
		[[ $(state_of status) == @(running|stopped) ]] || fail "$(state_of status) after a failing $call"
	done
}

@test "lxc_2015_1334_exec_with_hostile_proc" {
	update_config '.process.capabilities |= map_values(. + ["CAP_SYS_ADMIN"]) | .linux.readonlyPaths = [] | .linux.maskedPaths = [] | .process.oomScoreAdj = 500'
	set_sh 'mount -t tmpfs tmpfs /proc && mkdir -p /proc/self/attr /proc/thread-self/attr /proc/self/fd /proc/sys && for f in self/oom_score_adj self/attr/exec thread-self/attr/exec self/setgroups self/uid_map; do echo fake >/proc/$f; done; echo ready; sleep 1000'
	ok strake_run --detach
	wait_for 5 grep -q ready "$out_file"
	strake exec "$ID" sh -c 'echo ran'
	strake exec "$ID" cat /proc/self/oom_score_adj /proc/self/attr/exec /proc/thread-self/attr/exec
	if [ "$status" = 0 ]; then
		assert_out $'fake\nfake\nfake'
	fi
}

@test "lxc_2013_devpts_mode" {
	set_sh 'grep " /dev/pts " /proc/self/mountinfo'
	ok strake_run
	assert_has "$out" 'gid=5,mode=620'
}

@test "setgroups_is_denied_only_when_it_must_be" {
	update_config '.linux.namespaces += [{"type": "user"}] |
		.linux.uidMappings = [{"containerID": 0, "hostID": 0, "size": 65536}] |
		.linux.gidMappings = [{"containerID": 0, "hostID": 0, "size": 65536}] | .process.user.additionalGids = [5]'
	run_sh 'id -G; cat /proc/self/setgroups'
	assert_out $'0 5\nallow'
}

# The root of a user namespace that is none of the host's, with the way to the rootfs open.
admin_in_user_namespace() {
	requires root cmd_unshare
	local d=$BUNDLE/rootfs
	update_config '.linux.namespaces += [{"type": "user"}] |
		.linux.uidMappings = [{"containerID": 0, "hostID": 100000, "size": 65536}] | .linux.gidMappings = .linux.uidMappings |
		.process.capabilities |= map_values(. + ["CAP_SYS_ADMIN"])'
	own_rootfs 100000:100000
	while [ "$d" != / ]; do
		chmod o+x "$d"
		d=$(dirname "$d")
	done
	mkdir "$T/source" "$BUNDLE/rootfs/mnt"
}
# bind_source OPTION...: on /mnt.
bind_source() {
	update_config --arg s "$T/source" '.mounts += [{"destination": "/mnt", "type": "bind", "source": $s, "options": $ARGS.positional}]' --args -- "$@"
}
# on_a_host SCRIPT: runs the container where SCRIPT has mounted something first.
on_a_host() {
	CALLS=$((CALLS + 1)) status=0
	out_file=$T/out.$CALLS err_file=$T/err.$CALLS
	STRAKE_TEST_ID=$ID unshare -m --propagation private sh -ec 'cd "$0"; '"$1"'; cd /; exec "$@"' "$T/source" \
		"$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$out_file" 2>"$err_file" 3>&- 4>&- || status=$?
	out=$(<"$out_file") err=$(<"$err_file")
}
TRY_FLAGS='mount -o remount,bind,rw,suid,dev,exec none /mnt; touch /mnt/new; ls /mnt; awk "\$5 == \"/mnt\" { print \$6 }" /proc/self/mountinfo'
READONLY='mount -t tmpfs -o mode=777 locks .; cd "$0"; touch file; mount -o remount,bind,ro,nosuid,nodev,noexec .'

@test "userns_flags_of_a_bind_are_locked" {
	admin_in_user_namespace
	bind_source rbind
	set_sh "$TRY_FLAGS"
	ok on_a_host "$READONLY"
	assert_out_match $'^file\nro,nosuid,nodev,noexec,'
	# Whatever is asked for besides, or it is an error.
	update_config '.mounts[-1].options = ["bind", "nosuid", "rslave"]'
	on_a_host "$READONLY"
	! is_strake || assert_out_match $'^file\nro,nosuid,nodev,noexec,'
	assert_not "$out" new
	update_config '.mounts[-1].options = ["bind", "rw"]'
	on_a_host "$READONLY"
	assert_not "$out" new
}

@test "userns_flags_of_an_idmapped_bind_are_locked" {
	requires kernel_mount_api kernel_mount_setattr linux_6.3
	runc_since 1.5 "runc 1.1.5 has none"
	admin_in_user_namespace
	bind_source rbind idmap
	set_sh "$TRY_FLAGS"
	ok on_a_host "$READONLY"
	assert_out_match $'^file\nro,nosuid,nodev,noexec,'
}

@test "userns_what_the_host_covers_stays_covered" {
	admin_in_user_namespace
	bind_source rbind
	set_sh 'umount -l /mnt/in; umount /mnt/in; ls /mnt/in'
	local covered='mount -t tmpfs -o mode=777 locks .; cd "$0"; mkdir in; touch in/secret; mount -t tmpfs -o mode=777 locks in; touch in/cover'
	on_a_host "$covered"
	assert_out cover
	# It cannot be left out either.
	update_config '.mounts[-1].options = ["bind"]'
	not_ok on_a_host "$covered"
	! is_strake || [[ ${STRAKE_FALLBACK:-} == *mount* ]] || assert_err_match 'mounts.*/mnt.*locked for a user namespace \(rbind'
	assert_not "$out" secret
}

@test "no_setuid_bits" {
	[ ! -u "$RUNTIME" ] && [ ! -g "$RUNTIME" ]
}

@test "binary_hardening" {
	strake_only "it is ours that we build"
	requires cmd_readelf
	readelf -lW "$RUNTIME" >"$T/elf"
	grep -q GNU_RELRO "$T/elf"
	! grep GNU_STACK "$T/elf" | grep -q RWE || fail "a stack that can be run"
	readelf -hW "$RUNTIME" | grep -q 'DYN'
	readelf -dW "$RUNTIME" | grep -q 'NOW'
}

@test "seccomp_is_loaded_before_the_program_and_after_the_capabilities" {
	update_config '.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["capset", "setresuid", "setgroups", "pivot_root", "sethostname", "mount", "umount2"], "action": "SCMP_ACT_KILL_PROCESS"}]}'
	run_sh 'grep -E "^(Seccomp|NoNewPrivs):" /proc/self/status'
	assert_out $'NoNewPrivs:\t1\nSeccomp:\t2'
}

@test "apparmor_and_selinux_fail_closed" {
	[ "$(cat /sys/module/apparmor/parameters/enabled 2>/dev/null)" != Y ] || skip "AppArmor is there"
	update_config '.process.apparmorProfile = "no-such-profile"'
	not_ok strake_create
	assert_nothing_left
}

@test "hostile_log_strings" {
	set_args $'no\nsuch\e[31m"program'
	strake_raw --root "$ROOT" --log "$T/log" create --bundle "$BUNDLE" "$ID"
	assert_status 1
	! grep -q $'\e' "$T/log" || fail "an escape character in the log"
	runc_since 1.5 "the others write several lines"
	# A warning of runc's own, where there is no memory controller.
	is_strake || sed -i '/unable to get oom kill count/d' "$T/log"
	assert_eq "$(wc -l <"$T/log")" 1
}
