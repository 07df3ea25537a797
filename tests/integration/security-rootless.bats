#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The published holes once more, for an unprivileged user's containers: to the user belong the
# program here, and what lies outside, so nothing but the runtime is in the way.
load helpers
load rootless

# By the name of the setup of rootless.bash.
eval "rootless_$(declare -f setup)"
setup() {
	rootless_setup
	OUTSIDE=$T/outside
	mkdir "$OUTSIDE"
	echo HOSTMARKER >"$OUTSIDE/HOSTMARKER"
	chown -R $USER_ID:$USER_ID "$OUTSIDE"
}
# Root's delete does not take a state directory that is the user's.
teardown() {
	[ ! -d "${ROOT:-/none}/$ID" ] || user_call delete --force "$ID"
	teardown_bundle
}
assert_outside_untouched() {
	assert_eq "$(ls -A "$OUTSIDE")" HOSTMARKER
	assert_eq "$(cat "$OUTSIDE/HOSTMARKER")" HOSTMARKER
	assert_eq "$(stat -c '%u %a' "$OUTSIDE/HOSTMARKER")" "$USER_ID 644"
}
no_dev_mount() { update_config '.mounts |= map(select(.destination | startswith("/dev") | not))'; }
climbing() { echo "../../../../../../../../..$1"; }
user_run() { user_call run "$ID"; }
user_sleeper() {
	set_args sleep 1000
	ok user_call run --detach "$ID"
}

@test "rootless: cve_2016_3697_exec_user_parse" {
	map_range
	rm -f "$BUNDLE/rootfs/etc/passwd"
	printf 'root:x:0:0::/:/bin/sh\n1:x:0:0::/:/bin/sh\n' >"$BUNDLE/rootfs/etc/passwd"
	user_sleeper
	ok user_call exec -u 1 "$ID" id -u
	assert_out 1
	strake_only "runc takes some of these"
	local u
	for u in '' -1 4294967296 1:-1; do not_ok user_call exec -u "$u" "$ID" id -u; done
}

@test "rootless: cve_2016_9962_2024_21626_descriptors" {
	set_sh 'readlink /proc/self/fd/* /proc/self/cwd /proc/self/exe'
	user_run 5<"$OUTSIDE" 7<"$OUTSIDE" 9<"$OUTSIDE"
	assert_not "$out" "$OUTSIDE"
	set_args sleep 1000
	ok user_call run --detach "$ID" 5<"$OUTSIDE" 7<"$OUTSIDE"
	ok user_call exec "$ID" sh -c 'readlink /proc/[0-9]*/fd/* /proc/[0-9]*/cwd /proc/[0-9]*/root | sort -u' 5<"$OUTSIDE" 7<"$OUTSIDE"
	assert_not "$out" "$OUTSIDE"
	assert_not "$out" "$BUNDLE"
}

@test "rootless: cve_2019_5736_2022_0847_program" {
	local before file i seen
	before=$(sha256sum <"$RUNTIME")
	file=$(stat -Lc %d:%i "$RUNTIME")
	# Or a process that enters would be out of reach, whatever it runs from.
	update_config '.process.capabilities |= map_values(. + ["CAP_SYS_PTRACE"])'
	set_sh 'while :; do for p in /proc/[0-9]*; do
			stat -Lc %d:%i $p/exe
			case $(readlink $p/exe) in */bin/*) continue ;; esac
			exec 9<$p/exe || continue
			for i in 1 2 3; do echo overwritten >/proc/self/fd/9; done
		done 2>/dev/null; done | awk "!seen[\$0]++ { print; fflush() }"'
	ok user_call create "$ID"
	seen=$out_file
	user_call state "$ID"
	assert_not "$(stat -Lc %d:%i "/proc/$(jq .pid <<<"$out")/exe")" "$file"
	ok user_call start "$ID"
	wait_for 5 test -s "$seen"
	for i in $(seq $((${RACE_ROUNDS:-60} / 4))); do
		user_call exec "$ID" true
		user_call exec "$ID" /proc/self/exe --version
	done
	ok user_call delete --force "$ID"
	assert_eq "$(sha256sum <"$RUNTIME")" "$before"
	! grep -xF "$file" "$seen"
}

@test "rootless: cve_2019_16884_fake_proc" {
	local m
	mkdir -p "$T/fake/self/attr"
	for m in '{destination: "/proc", type: "bind", source: $s, options: ["rbind"]}' '{destination: "/proc", type: "tmpfs", source: "tmpfs"}'; do
		update_config --arg s "$T/fake" ".mounts |= map(if .destination == \"/proc\" then $m else . end)"
		not_ok user_run
	done
}

@test "rootless: cve_2019_19921_2025_54867_proc_and_sys_symlinks" {
	local d link
	# spec binds the host's /sys, which may go anywhere inside; sysfs itself may not.
	update_config '.linux.namespaces |= map(select(.type != "network")) + [{type: "network"}] |
		.mounts |= map(if .destination == "/sys" then {destination: "/sys", type: "sysfs", source: "sysfs", options: ["ro"]} else . end)'
	ok user_run
	for d in proc sys; do
		for link in /bad "$(climbing "$OUTSIDE")"; do
			mkdir -p "$BUNDLE/rootfs/bad"
			rm -rf "${BUNDLE:?}/rootfs/$d"
			ln -s "$link" "$BUNDLE/rootfs/$d"
			not_ok user_run
			assert_err_match 'must be mounted on ordinary directory'
			assert_outside_untouched
		done
		rm "$BUNDLE/rootfs/$d"
		mkdir "$BUNDLE/rootfs/$d"
	done
}

@test "rootless: cve_2023_28642_mount_below_proc" {
	mkdir "$T/attr"
	ln -s /proc "$BUNDLE/rootfs/link"
	local d
	for d in /proc/self/attr /link/self/attr; do
		update_config --arg s "$T/attr" --arg d $d '.mounts |= map(select(.source != $s)) |
			.mounts += [{destination: $d, type: "bind", source: $s, options: ["bind"]}]'
		not_ok user_run
	done
}

@test "rootless: cve_2021_30465_2019_18837_dest_symlink_escape" {
	ln -s "$OUTSIDE" "$BUNDLE/rootfs/abs"
	ln -s "$(climbing "$OUTSIDE")" "$BUNDLE/rootfs/rel"
	ln -s "$(climbing "$OUTSIDE/created")" "$BUNDLE/rootfs/last"
	mkdir "$T/src"
	echo x >"$T/file"
	update_config --arg d "$T/src" --arg f "$T/file" '.mounts += [
		{destination: "/abs/a", type: "bind", source: $d, options: ["bind"]},
		{destination: "/rel/b", type: "bind", source: $f, options: ["bind"]},
		{destination: "/last", type: "bind", source: $f, options: ["bind"]}]'
	user_run
	assert_outside_untouched
}

@test "rootless: cve_2021_30465_2024_45310_dest_race" {
	requires payload_swap
	mkdir -p "$BUNDLE/rootfs/vol/x" "$T/src"
	ln -s "$(climbing "$OUTSIDE")" "$BUNDLE/rootfs/vol/y"
	chown -R $USER_ID:$USER_ID "$BUNDLE/rootfs/vol"
	update_config --arg d "$T/src" '.mounts += [{destination: "/vol/x/new/dir", type: "bind", source: $d, options: ["bind"]}]'
	background "$STRAKE_PAYLOAD/swap" "$BUNDLE/rootfs/vol/x" "$BUNDLE/rootfs/vol/y"
	local i
	for i in $(seq $((${RACE_ROUNDS:-60} / 2))); do
		user_run
		rm -rf "$BUNDLE/rootfs/vol/x/new" 2>/dev/null || true
	done
	assert_outside_untouched
}

@test "rootless: cve_2022_29162_inheritable_caps" {
	user_sleeper
	ok user_call exec --cap CAP_SYS_ADMIN "$ID" grep -E 'Cap(Inh|Amb)' /proc/self/status
	assert_out $'CapInh:\t0000000000000000\nCapAmb:\t0000000000000000'
	runc_since 1.5 "runc 1.1.5 lists them in spec"
	jq -e '(.process.capabilities.inheritable // []) == []' "$BUNDLE/config.json"
}

@test "rootless: cve_2023_25809_cgroup_ro" {
	local n
	# As spec writes it, and without a cgroup namespace.
	for n in mount cgroup; do
		update_config --arg n $n '.linux.namespaces |= map(select(.type == "mount" or .type != $n)) |
			.mounts |= map(select(.destination != "/sys/fs/cgroup")) | .mounts +=
			[{destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["nosuid", "noexec", "nodev", "relatime", "ro"]}]'
		set_sh 'cd /sys/fs/cgroup; for d in . *; do mkdir $d/x; true >>$d/cgroup.procs; mount -o remount,bind,rw $d && echo MADE; done; echo tried'
		user_run
		[ "$status" != 0 ] || assert_out tried
		[ "$status" != 0 ] || assert_has "$err" 'Read-only file system'
	done
}

@test "rootless: cve_2024_21626_cwd_leaked_fd" {
	local n
	for n in 5 7 9 10 12; do
		set_args cat HOSTMARKER
		update_config --arg c "/proc/self/fd/$n" '.process.cwd = $c'
		user_run 5<"$OUTSIDE" 7<"$OUTSIDE" 9<"$OUTSIDE" 10<"$OUTSIDE" 12<"$OUTSIDE"
		[ "$out" != HOSTMARKER ] || fail "run, fd $n"
	done
	update_config '.process.cwd = "/"'
	user_sleeper
	for n in 5 7 9 10 12; do
		user_call exec --cwd "/proc/self/fd/$n" "$ID" cat HOSTMARKER 5<"$OUTSIDE" 7<"$OUTSIDE" 9<"$OUTSIDE" 10<"$OUTSIDE" 12<"$OUTSIDE"
		[ "$out" != HOSTMARKER ] || fail "exec, fd $n"
	done
}

@test "rootless: cve_2025_31133_62161_dev_null_masks" {
	no_dev_mount
	echo secret >"$BUNDLE/rootfs/secret"
	update_config '.linux.maskedPaths = ["/secret"]'
	set_sh 'stat -L -c "mask %t:%T" /secret; cat /secret; echo x >/secret'
	local link
	for link in '' /decoy "$(climbing "$OUTSIDE/HOSTMARKER")" /proc/sys/kernel/core_pattern; do
		echo decoy >"$BUNDLE/rootfs/decoy"
		rm -f "$BUNDLE/rootfs/dev/null"
		[ -z "$link" ] || ln -s "$link" "$BUNDLE/rootfs/dev/null"
		user_run
		[ "$status" != 0 ] || assert_has "$out" 'mask 1:3'
		assert_not "$out" secret
		assert_outside_untouched
		assert_eq "$(cat "$BUNDLE/rootfs/decoy")" decoy
	done
}

@test "rootless: cve_2025_52565_2026_88264_console_symlink" {
	requires payload_recvfd
	no_dev_mount
	update_config '.process.terminal = true | .mounts += [{"destination": "/dev/pts", "type": "devpts", "source": "devpts", "options": ["newinstance", "ptmxmode=0666"]}]'
	local link
	for link in "$OUTSIDE/created" "$(climbing "$OUTSIDE/created")"; do
		rm -f "$BUNDLE/rootfs/dev/console" "$T/sock"
		ln -s "$link" "$BUNDLE/rootfs/dev/console"
		background "$STRAKE_PAYLOAD/recvfd" tty "$T/sock"
		wait_for 5 test -S "$T/sock"
		chmod 777 "$T/sock"
		user_call run --detach --console-socket "$T/sock" "$ID"
		user_call delete --force "$ID"
		assert_outside_untouched
	done
}

@test "rootless: cve_2025_52881_62596_sysctl_write_not_redirected" {
	mkdir -p "$T/fake/net/ipv4"
	echo fake >"$T/fake/net/ipv4/ip_forward"
	chown -R $USER_ID:$USER_ID "$T/fake"
	local m
	for m in '{destination: "/proc/sys", type: "tmpfs", source: "tmpfs"}' '{destination: "/proc/sys", type: "bind", source: $s, options: ["bind"]}'; do
		update_config --arg s "$T/fake" ".mounts |= map(select(.destination != \"/proc/sys\")) | .mounts += [$m] |
			.linux.namespaces |= map(select(.type != \"network\")) + [{type: \"network\"}] |
			.linux.sysctl = {\"net.ipv4.ip_forward\": \"1\"} | .linux.readonlyPaths = []"
		set_args sleep 1000
		user_call run --detach "$ID"
		if [ "$status" = 0 ]; then
			user_call state "$ID"
			assert_eq "$(nsenter -n -t "$(jq .pid <<<"$out")" cat /proc/sys/net/ipv4/ip_forward)" 1
			ok user_call delete --force "$ID"
		fi
		assert_eq "$(cat "$T/fake/net/ipv4/ip_forward")" fake
	done
}

@test "rootless: cve_2026_41579_47766_88265_dev_symlinks" {
	runc_since 1.5 "runc 1.1.5 is open to it"
	no_dev_mount
	local link
	set_args true
	for link in "$OUTSIDE" "$(climbing "$OUTSIDE")"; do
		rm -rf "$BUNDLE/rootfs/dev"
		ln -s "$link" "$BUNDLE/rootfs/dev"
		user_run
		assert_outside_untouched
	done
	rm "$BUNDLE/rootfs/dev"
	mkdir "$BUNDLE/rootfs/dev"
	chown $USER_ID:$USER_ID "$BUNDLE/rootfs/dev"
	for link in "$OUTSIDE/HOSTMARKER" "$(climbing "$OUTSIDE/HOSTMARKER")" /proc/self/fd/3 /proc/self/fd/7; do
		ln -sfn "$link" "$BUNDLE/rootfs/dev/null"
		user_run 5<"$OUTSIDE/HOSTMARKER" 7<"$OUTSIDE/HOSTMARKER"
		assert_outside_untouched
	done
}

@test "rootless: cve_2025_24965_planted_symlinks" {
	map_range
	local f
	echo 'root:x:0:0::/EVIL:/bin/sh' >"$OUTSIDE/HOSTMARKER2"
	for f in etc/passwd etc/group; do ln -sfn "$(climbing "$OUTSIDE/HOSTMARKER2")" "$BUNDLE/rootfs/$f"; done
	ln -s "$(climbing "$OUTSIDE/made")" "$BUNDLE/rootfs/cwd"
	update_config '.process.cwd = "/cwd/below"'
	set_sh 'echo HOME=$HOME'
	user_run
	assert_not "$out" EVIL
	rm "$OUTSIDE/HOSTMARKER2"
	assert_outside_untouched
}

@test "rootless: lxc_2015_1334_exec_with_hostile_proc" {
	update_config '.process.capabilities |= map_values(. + ["CAP_SYS_ADMIN"]) | .linux.readonlyPaths = [] | .linux.maskedPaths = [] | .process.oomScoreAdj = 500'
	set_sh 'mount -t tmpfs tmpfs /proc && mkdir -p /proc/self/attr /proc/thread-self/attr /proc/self/fd && for f in self/oom_score_adj self/attr/exec thread-self/attr/exec self/setgroups self/uid_map; do echo fake >/proc/$f; done; echo ready; sleep 1000'
	ok user_call run --detach "$ID"
	wait_for 5 grep -q ready "$out_file"
	user_call exec "$ID" cat /proc/self/oom_score_adj /proc/self/attr/exec /proc/thread-self/attr/exec
	[ "$status" != 0 ] || assert_out $'fake\nfake\nfake'
}

@test "rootless: lxc_2015_1331_planted_state" {
	mkdir -p "$ROOT"
	rmdir "$ROOT/$ID" 2>/dev/null || true
	ln -s "$OUTSIDE" "$ROOT/$ID"
	set_args true
	not_ok user_call create "$ID"
	user_call delete --force "$ID"
	assert_outside_untouched
	rm -f "$ROOT/$ID"
	runc_since 1.5 "runc 1.1.5 uses it"
	# root's own directory is not the user's either.
	chown 0 "$ROOT"
	chmod 777 "$ROOT"
	not_ok user_call create "$ID"
	chown $USER_ID "$ROOT"
	chmod 700 "$ROOT"
}

@test "rootless: docker_2014_8989_groups" {
	# Without a range the groups cannot be dropped, so none may be asked for, and setgroups is denied.
	update_config '.process.user.additionalGids = [5]'
	not_ok user_run
	update_config 'del(.process.user.additionalGids)'
	set_sh 'cat /proc/self/setgroups'
	ok user_run
	assert_out deny
}

@test "rootless: docker_2014_8989_groups_with_a_range" {
	strake_only "runc keeps those of the caller"
	map_range
	set_sh 'sed -n "s/^Groups:[\t ]*/groups:/p" /proc/self/status'
	USER_GROUPS=4242,4243 user_run
	assert_out_match '^groups: *$'
	update_config '.process.user.additionalGids = [5]'
	USER_GROUPS=4242,4243 user_run
	assert_out_match '^groups:5 *$'
}

@test "rootless: cve_2025_65105_64750_labels_are_never_dropped" {
	[ "$(cat /sys/module/apparmor/parameters/enabled 2>/dev/null)" != Y ] || skip "AppArmor is there"
	[ ! -e /sys/fs/selinux/enforce ] || skip "SELinux is active"
	local label
	set_args true
	cp "$BUNDLE/config.json" "$T/base"
	for label in '.process.apparmorProfile = "strake-none"' '.process.selinuxLabel = "system_u:system_r:container_t:s0"'; do
		jq "$label" "$T/base" >"$BUNDLE/config.json"
		not_ok user_run
	done
}

@test "rootless: cve_2022_0811_sysctl_smuggling" {
	local s before
	before=$(cat /proc/sys/kernel/core_pattern)
	set_args true
	for s in '"kernel.shm_rmid_forced": "1\nkernel.core_pattern=|/evil"' '"kernel.shm_rmid_forced": "1+kernel.core_pattern=|/evil"' \
		'"kernel.core_pattern": "|/evil"' '"net/../kernel/core_pattern": "|/evil"' '"net.ipv4.ip_forward": "1"'; do
		update_config ".linux.sysctl = {$s} | .linux.namespaces |= map(select(.type != \"network\"))"
		user_run
		[ "$status" != 0 ] || ! is_strake || fail "taken: $s"
		assert_eq "$(cat /proc/sys/kernel/core_pattern)" "$before"
	done
}
