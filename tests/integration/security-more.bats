#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Published holes of what is around a runtime (LXC, bubblewrap, Apptainer, the engines, the kernel),
# as far as a runtime can be open to them: docs/security.md.
load helpers

setup() {
	setup_bundle
	OUTSIDE=$T/outside
	mkdir "$OUTSIDE"
	echo HOSTMARKER >"$OUTSIDE/HOSTMARKER"
}
assert_outside_untouched() { assert_eq "$(cd "$OUTSIDE" && grep -r '' .)" ./HOSTMARKER:HOSTMARKER; }
add_caps() { update_config --args '.process.capabilities |= map_values(. + $ARGS.positional)' -- "$@"; }
# in_pty COMMAND: with a terminal as all three streams, which is also the controlling one.
in_pty() {
	requires cmd_script
	status=0 err='' last_command="$1"
	STRAKE_TEST_ID=$ID timeout 60 script -qefc "$1" "$T/typescript" </dev/null >"$T/pty.out" 2>&1 3>&- || status=$?
	out=$(tr -d '\r\0' <"$T/pty.out")
}

@test "cve_2022_0811_sysctl_smuggling" {
	local before after s
	before=$(cat /proc/sys/kernel/core_pattern)
	set_args true
	for s in '"kernel.shm_rmid_forced": "1+kernel.core_pattern=|/evil"' '"kernel.shm_rmid_forced": "1\nkernel.core_pattern=|/evil"' \
		'"kernel.shm_rmid_forced=1\nkernel.core_pattern": "|/evil"' '"kernel.shm_rmid_forced+kernel.core_pattern": "|/evil"' \
		'"kernel.core_pattern": "|/evil"' '"kernel/core_pattern": "|/evil"' '"net/../kernel/core_pattern": "|/evil"' \
		'"net.ipv4/../../kernel.core_pattern": "|/evil"' '"net...kernel.core_pattern": "|/evil"' '"": "|/evil"'; do
		update_config ".linux.sysctl = {$s}"
		strake_run
		after=$(cat /proc/sys/kernel/core_pattern)
		[ "$after" = "$before" ] || echo "$before" >/proc/sys/kernel/core_pattern
		assert_eq "$after" "$before"
		# That runc writes a second line to the first one's file does no harm, either.
		[ "$status" != 0 ] || ! is_strake || fail "taken: $s"
		assert_nothing_left
	done
}

@test "cve_2022_0811_sysctl_needs_its_namespace" {
	local kind key value
	set_args true
	update_config '.mounts |= map(select(.destination != "/sys" and .destination != "/dev/mqueue")) | del(.hostname)'
	cp "$BUNDLE/config.json" "$T/base"
	# Each to what it is: a runtime that fails the test changes nothing.
	for key in kernel.shmmni:ipc fs.mqueue.msg_max:ipc net.ipv4.ip_forward:network kernel.domainname:uts; do
		kind=${key#*:} key=${key%:*}
		value=$(cat "/proc/sys/${key//./\/}")
		jq --arg k "$key" --arg v "$value" --arg n "$kind" \
			'.linux.sysctl = {($k): $v} | .linux.namespaces |= map(select(.type != $n))' "$T/base" >"$BUNDLE/config.json"
		not_ok strake_run
		assert_nothing_left
		cp "$T/base" "$BUNDLE/config.json"
	done
}

# As if a container that shares a mount had won the race: what is on /proc changes after it was
# mounted, and before a sysctl is written.
@test "cve_2025_52881_proc_that_changes_under_the_runtime" {
	printf '#!/bin/sh -e\nd=%s/rootfs/proc/sys\nmount -t tmpfs tmpfs $d\nmkdir -p $d/net/ipv4 $d/kernel\necho fake >$d/net/ipv4/ip_forward\necho %s >$d/kernel/cap_last_cap\necho done >%s\n' \
		"$BUNDLE" "$(cat /proc/sys/kernel/cap_last_cap)" "$T/hooked" >"$T/hook"
	chmod +x "$T/hook"
	update_config --arg h "$T/hook" '.linux.sysctl = {"net.ipv4.ip_forward": "1"} | .hooks.createContainer = [{path: $h}] |
		.linux.readonlyPaths = [] | .linux.maskedPaths = []'
	run_sleeper
	[ -e "$T/hooked" ]
	ok strake exec "$ID" cat /proc/sys/net/ipv4/ip_forward
	assert_out fake
	assert_eq "$(nsenter -n -t "$(init_pid)" cat /proc/sys/net/ipv4/ip_forward)" 1
}

@test "cve_2022_0492_cgroup_mount_is_of_no_use" {
	update_config '.mounts += [{destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup", options: ["nosuid", "noexec", "nodev", "relatime", "ro"]}]'
	# Also after it became root of a user namespace of its own, where the mounts are locked.
	run_sh 'cat >/try <<-"EOF"
		for d in /sys/fs/cgroup /sys/fs/cgroup/*; do
			[ -d "$d" ] || continue
			echo "tried $d"
			mount -o remount,bind,rw "$d" && echo "MADE $d writable"
			mkdir "$d/strake-test-evil" && echo "MADE $d/strake-test-evil"
			for f in release_agent notify_on_release cgroup.procs cgroup.subtree_control; do
				[ ! -e "$d/$f" ] || ! true >>"$d/$f" || echo "MADE $d/$f open"
			done
		done
		mkdir -p /mnt/v1 && mount -t cgroup -o rdma,name=strake-test cgroup /mnt/v1 && echo MADE a hierarchy
	EOF
	sh /try 2>/dev/null; unshare -r -m sh /try 2>/dev/null; true'
	assert_has "$out" 'tried /sys/fs/cgroup'
	# A directory in the tmpfs above the hierarchies, which runc leaves writable, is no cgroup.
	is_strake || is_cgroup2 || out=${out//MADE \/sys\/fs\/cgroup\/strake-test-evil/}
	assert_not "$out" MADE
}

@test "cve_2022_0492_seccomp_forbids_the_way_to_a_cgroup_mount" {
	add_caps CAP_SYS_ADMIN
	update_config '.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [
		{names: ["mount", "unshare", "setns", "fsopen", "open_tree", "move_mount"], action: "SCMP_ACT_ERRNO"},
		{names: ["clone"], action: "SCMP_ACT_ERRNO", args: [{index: 0, value: 2114060288, op: "SCMP_CMP_MASKED_EQ", valueTwo: 268435456}]}]}'
	set_args sleep 1000
	ok strake_run --detach
	local try='mount -t tmpfs tmpfs /mnt 2>&1 && echo MADE; unshare -m true 2>&1 && echo MADE; unshare -r true 2>&1 && echo MADE; true'
	ok strake exec "$ID" sh -c "$try"
	assert_not "$out" MADE
	assert_has "$out" 'peration not permitted'
	ok strake delete --force "$ID"
	run_sh "$try"
	assert_not "$out" MADE
	assert_has "$out" 'peration not permitted'
}

# A descriptor for reading is enough to write by the page cache, so none may lead to the file.
@test "cve_2022_0847_no_descriptor_of_the_program" {
	cp "$RUNTIME" "$T/$RUNTIME_NAME"
	chmod 755 "$T/$RUNTIME_NAME"
	RUNTIME=$T/$RUNTIME_NAME
	local file i
	file=$(stat -Lc %d:%i "$RUNTIME")
	add_caps CAP_SYS_PTRACE
	set_sh 'while :; do for p in /proc/[0-9]*; do stat -Lc %d:%i $p/exe $p/map_files/* 2>/dev/null; done; done |
		awk "!seen[\$0]++ { print; fflush() }"'
	ok strake_create
	local created=$out_file
	assert_not "$(stat -Lc %d:%i "/proc/$(init_pid)/exe" "/proc/$(init_pid)/map_files"/* "/proc/$(init_pid)/fd"/*)" "$file"
	ok strake start "$ID"
	wait_for 5 test -s "$created"
	for i in $(seq "${RACE_ROUNDS:-60}"); do
		STRAKE_TEST_ID=$ID "$RUNTIME" --root "$ROOT" exec "$ID" true </dev/null >/dev/null 2>&1 3>&-
	done
	! grep -xF "$file" "$created"
}

@test "cve_2024_3154_unit_properties_only_with_the_systemd_driver" {
	runc_since 1.5 "runc 1.1.5 does not list them"
	strake features
	jq -e '.potentiallyUnsafeConfigAnnotations | index("org.systemd.property.") != null' "$out_file"
	update_config '.annotations = {"org.systemd.property.SuccessAction": "'"'poweroff-force'"'"}'
	set_args true
	ok strake_run
}

@test "cve_2016_10124_2017_5226_no_controlling_terminal" {
	requires payload_probe
	cp "$STRAKE_PAYLOAD/probe" "$BUNDLE/rootfs/probe"
	# Of run, and of exec: the session is the container's own or above it (0), and has no terminal.
	set_sh '/probe tiocsti; echo "terminal $(cut -d" " -f7 /proc/self/stat)"; (: >/dev/tty) 2>&1; sleep 1000'
	in_pty "$RUNTIME --root $ROOT run --detach --bundle $BUNDLE $ID; sleep 0.1; $RUNTIME --root $ROOT exec $ID sh -c '/probe tiocsti; echo \"terminal \$(cut -d\" \" -f7 /proc/self/stat)\"; (: >/dev/tty) 2>&1; echo exec-done'"
	assert_has "$out" exec-done
	assert_eq "$(grep -c '^terminal 0$' <<<"$out")" 2
	assert_eq "$(grep -cE 'EPERM|ENOTTY|EIO' <<<"$out")" 2
	! grep -q '^ok$' <<<"$out"
}

@test "cve_2025_65105_64750_labels_are_never_dropped" {
	[ "$(cat /sys/module/apparmor/parameters/enabled 2>/dev/null)" != Y ] || skip "AppArmor is there"
	[ ! -e /sys/fs/selinux/enforce ] || skip "SELinux is active"
	local label
	set_args true
	cp "$BUNDLE/config.json" "$T/base"
	for label in '.process.apparmorProfile = "strake-none"' '.process.apparmorProfile = "unconfined_foo"' \
		'.process.selinuxLabel = "system_u:system_r:container_t:s0"' '.linux.mountLabel = "system_u:object_r:container_file_t:s0"'; do
		jq "$label" "$T/base" >"$BUNDLE/config.json"
		not_ok strake_run
		assert_nothing_left
	done
	cp "$T/base" "$BUNDLE/config.json"
	run_sleeper
	not_ok strake exec --apparmor strake-none "$ID" true
	not_ok strake exec --process-label system_u:system_r:container_t:s0 "$ID" true
	for label in '.apparmorProfile = "strake-none"' '.selinuxLabel = "system_u:system_r:container_t:s0"'; do
		jq ".process | $label | .args = [\"true\"]" "$T/base" >"$T/process.json"
		not_ok strake exec --process "$T/process.json" "$ID"
	done
}

@test "cve_2022_2989_2990_2995_supplementary_groups" {
	requires cmd_setpriv
	local show='sed -n "s/^Groups:[\t ]*/groups:/p" /proc/self/status' u
	as_member() {
		STRAKE_TEST_ID=$ID setpriv --groups 4242,4243 "$RUNTIME" --root "$ROOT" "$@" </dev/null >"$T/o" 2>&1 3>&-
		grep -qx "groups:${groups:-} *" "$T/o" || fail "$*: $(cat "$T/o")"
	}
	set_sh "$show"
	as_member run --bundle "$BUNDLE" "$ID"
	update_config '.process.user = {uid: 1000, gid: 1000, additionalGids: [5, 7]}'
	groups='5 7' as_member run --bundle "$BUNDLE" "$ID"
	run_sleeper
	groups='5 7' as_member exec "$ID" sh -c "$show"
	groups='5 7' as_member exec -u 1001:1001 "$ID" sh -c "$show"
	groups='5 7 9' as_member exec --additional-gids 9 "$ID" sh -c "$show"
	jq --arg s "$show" '.process | .args = ["sh", "-c", $s] | .user = {uid: 1000, gid: 1000}' "$BUNDLE/config.json" >"$T/process.json"
	as_member exec --process "$T/process.json" "$ID"
}

@test "lxc_2015_1331_planted_state" {
	set_args true
	mkdir -m 700 "$ROOT"
	ln -s "$OUTSIDE" "$ROOT/$ID"
	not_ok strake_create
	strake state "$ID"
	strake kill "$ID" KILL
	strake delete --force "$ID"
	assert_outside_untouched
	rm -f "$ROOT/$ID"
	strake_only "runc follows these"
	# Files of it that lead elsewhere, and a directory that is somebody else's.
	ok strake_create
	mv "$ROOT/$ID/state.json" "$T/state.json"
	ln -s "$T/state.json" "$ROOT/$ID/state.json"
	not_ok strake state "$ID"
	not_ok strake start "$ID"
	mv "$T/state.json" "$ROOT/$ID/state.json"
	chown 1000 "$ROOT"
	not_ok strake state "$ID"
	assert_err_match 'belongs to user 1000'
	not_ok strake create --bundle "$BUNDLE" "$ID-2"
	chown 0 "$ROOT"
	ok strake delete --force "$ID"
}

@test "cve_2019_12439_no_predictable_names" {
	requires cmd_strace
	set_args true
	# A file for each process: in one of all, a call and its result may stand in two lines.
	traced() {
		STRAKE_TEST_ID=$ID timeout 60 strace -ff -o "$T/trace.$1" -e trace=%file,bind -e signal=none \
			"$RUNTIME" --root "$ROOT" "$@" </dev/null >"$T/o" 2>&1 3>&- || fail "$1: $(cat "$T/o")"
	}
	traced run --bundle "$BUNDLE" "$ID"
	run_sleeper
	traced exec "$ID" true
	traced delete --force "$ID"
	grep -hE '^(open|openat|openat2|mkdir|mkdirat|mknod|mknodat|bind)\(' "$T"/trace.* >"$T/calls"
	grep -qF "$T" "$T/calls"
	! grep -vF "$T" "$T/calls" | grep -E '"(/tmp|/var/tmp|/dev/shm|/run/lock)/' | grep -v ' = -1 '
}

@test "docker_2015_3630_readonly_and_masked_paths" {
	# Opened alone: what a runtime leaves open must not be written by the test.
	local try='for f in /proc/sys/kernel/core_pattern /proc/sys/kernel/modprobe /proc/sysrq-trigger /proc/bus; do
			[ ! -f $f ] || ! true >>$f || echo "OPEN $f"; done
		mkdir /proc/bus/x && echo "OPEN /proc/bus"; head -c 1 /proc/kcore | wc -c; ls /sys/firmware | wc -l
		mount -o remount,bind,rw /proc/sys && echo OPEN; umount /proc/kcore && echo OPEN; echo tried'
	run_sh "$try 2>/dev/null"
	assert_out $'0\n0\ntried'
	run_sleeper
	ok strake exec "$ID" sh -c "$try 2>/dev/null"
	assert_out $'0\n0\ntried'
}

@test "docker_2015_3629_readonly_and_masked_symlinks" {
	local link
	echo secret >"$BUNDLE/rootfs/secret"
	ln -s /secret "$BUNDLE/rootfs/masked"
	for link in "$OUTSIDE/HOSTMARKER" "../../../../../../../../..$OUTSIDE/HOSTMARKER"; do
		ln -sfn "$link" "$BUNDLE/rootfs/out"
		update_config '.linux.maskedPaths = ["/masked", "/out"] | .linux.readonlyPaths = ["/out"]'
		set_sh 'cat /secret /masked; echo end'
		strake_run
		[ "$status" != 0 ] || assert_out end
		assert_outside_untouched
	done
}

@test "cve_2024_0132_hooks_do_not_take_the_images_programs" {
	# The same names in the root, made by the image, as programs and as the hooks' interpreter.
	printf '#!/bin/sh\necho host >>%s\n' "$T/ran" >"$T/hook"
	mkdir -p "$BUNDLE/rootfs$T"
	printf '#!/bin/sh\necho image >>%s\n' "$T/ran" >"$BUNDLE/rootfs$T/hook"
	chmod +x "$T/hook" "$BUNDLE/rootfs$T/hook"
	update_config --arg h "$T/hook" '.hooks = {prestart: [{path: $h}], createRuntime: [{path: $h}], createContainer: [{path: $h}],
		poststart: [{path: $h}], poststop: [{path: $h}]}'
	set_args true
	ok strake_create
	ok strake start "$ID"
	wait_status stopped
	ok strake delete "$ID"
	assert_eq "$(cat "$T/ran")" $'host\nhost\nhost\nhost\nhost'
	[ ! -e "$BUNDLE/rootfs$T/ran" ]
}

@test "cve_2024_45310_what_is_made_is_made_inside" {
	mkdir -m 2755 "$BUNDLE/rootfs/sgid"
	mkdir -m 1777 "$BUNDLE/rootfs/sticky"
	ln -s "$OUTSIDE/dangling" "$BUNDLE/rootfs/link"
	echo x >"$T/file"
	update_config --arg f "$T/file" '.mounts += [
		{destination: "/sgid/a/b", type: "tmpfs", source: "tmpfs"}, {destination: "/sticky/a/b", type: "bind", source: $f, options: ["bind"]},
		{destination: "/link/a", type: "tmpfs", source: "tmpfs"}, {destination: "/link/b", type: "bind", source: $f, options: ["bind"]}]'
	run_sh 'grep -c -e " /sgid/a/b " -e " /sticky/a/b " -e "/dangling/[ab] " /proc/self/mountinfo; stat -c %a /sgid /sticky/a'
	assert_out $'4\n2755\n755'
	[ -d "$BUNDLE/rootfs$OUTSIDE/dangling/a" ]
	[ -f "$BUNDLE/rootfs$OUTSIDE/dangling/b" ]
	assert_outside_untouched
}
