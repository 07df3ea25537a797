#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Where init makes the container's mount namespace: of the kernel's smallest one where it can, so that
# the host's mounts are not copied (docs/design/process-chain.md).
load helpers

# The kernel's thread; its number is the same until the host is started again.
requires_kdevtmpfs() {
	strake_only "others copy all of the host's mounts"
	[[ ${STRAKE_FALLBACK:-} != *small_ns* && ${STRAKE_FALLBACK:-} != *mount_* ]] ||
		skip "STRAKE_FALLBACK is without it"
	local comm
	KDEVTMPFS=
	for comm in /proc/[0-9]*/comm; do
		[ "$(cat "$comm" 2>/dev/null)" != kdevtmpfs ] || KDEVTMPFS=${comm%/comm} KDEVTMPFS=${KDEVTMPFS#/proc/}
	done
	[ -n "$KDEVTMPFS" ] || skip "needs the kernel thread kdevtmpfs"
	readlink "/proc/$KDEVTMPFS/ns/mnt" >/dev/null || skip "needs to see the namespaces of kdevtmpfs"
}

hint() { python3 -c 'import os, sys; print(os.getxattr(sys.argv[1], "trusted.strake.kdevtmpfs").decode())' "$ROOT"; }
set_hint() { python3 -c 'import os, sys; os.setxattr(sys.argv[1], "trusted.strake.kdevtmpfs", sys.argv[2].encode())' "$ROOT" "$1"; }

# traced [COMMAND...]: a run; how its mount namespace was made is in $how.
traced() {
	command -v strace >/dev/null || skip "needs strace"
	rm -f "$T/trace"
	"$@" strace -f -e trace=clone3,clone,setns,unshare -o "$T/trace" \
		"$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$T/traced.out" 2>&1 3>&- 4>&- ||
		fail "the traced run failed" "$(cat "$T/traced.out")"
	how=$(grep -oE '(clone3?|setns|unshare)\(.*CLONE_NEWNS' "$T/trace" | sed 's/(.*//' | tr '\n' ' ')
}

@test "mount namespace: the host's mounts are not copied" {
	requires_kdevtmpfs
	traced
	assert_eq "$how" "setns unshare setns "
	# The first one makes the directory that remembers where it is.
	ok strake_run
	assert_eq "$(hint)" "$KDEVTMPFS $(stat -Lc %i "/proc/$KDEVTMPFS/ns/mnt")"
	# Found again without a search.
	strace -f -e trace=openat2 -o "$T/trace" "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null 3>&- 4>&-
	[ "$(grep -c '/comm"' "$T/trace")" = 0 ]
	STRAKE_FALLBACK=small_ns traced env
	assert_has "$how" clone
	assert_not "$how" setns
}

@test "mount namespace: what is remembered of it is looked at again" {
	requires_kdevtmpfs
	local good
	ok strake_run
	ok strake_run
	good=$(hint)
	# Another number of the thread; another namespace; nonsense.
	for hint in "$$ ${good#* }" "${good% *} 1" "$$ $(stat -Lc %i /proc/self/ns/mnt)x" "" "-1"; do
		set_hint "$hint"
		ok strake_run
		echo "with '$hint': $(hint)"
		[[ $hint == *x ]] || assert_eq "$(hint)" "$good"
	done
	# There is none to be seen from this pid namespace; from another one.
	set_hint "0 $(stat -Lc %i /proc/self/ns/pid)"
	traced
	assert_has "$how" clone
	set_hint "0 1"
	traced
	assert_not "$how" clone
	assert_eq "$(hint)" "$good"
}

@test "mount namespace: none of another process is taken for it" {
	requires_kdevtmpfs
	# In a pid namespace whose third process has the name.
	mkdir -p "$ROOT"
	cp "$(command -v sleep)" "$T/kdevtmpfs"
	unshare --pid --mount --fork --kill-child --mount-proc sh -c '
		sleep 100 &
		"$1" 100 &
		until grep -x kdevtmpfs /proc/3/comm; do sleep 0.1; done
		"$2" --root "$3" run --bundle "$4" "$5"' sh "$T/kdevtmpfs" "$RUNTIME" "$ROOT" "$BUNDLE" "$ID" \
		</dev/null >"$T/out" 2>&1 3>&- 4>&- || fail "$(cat "$T/out")"
	assert_eq "$(cat "$T/out")" kdevtmpfs
	[[ $(hint) == "0 "* ]]
	# What others see is not forgotten for that.
	ok strake_run
	assert_eq "$(hint)" "$KDEVTMPFS $(stat -Lc %i "/proc/$KDEVTMPFS/ns/mnt")"
	unshare --pid --mount --fork --kill-child --mount-proc "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null 3>&- 4>&-
	assert_eq "$(hint)" "$KDEVTMPFS $(stat -Lc %i "/proc/$KDEVTMPFS/ns/mnt")"
}

@test "mount namespace: the container's mounts are the same either way" {
	requires_kdevtmpfs
	mkdir -p "$T/host/shared/sub" "$T/host/private" "$BUNDLE/rootfs/below"
	cat >"$T/host.sh" <<-'SH'
		set -e
		mount --bind "$T/host/shared" "$T/host/shared"
		mount --make-shared "$T/host/shared"
		mount -t tmpfs -o size=64k sub "$T/host/shared/sub"
		mount -t tmpfs -o size=64k,nosuid,nodev private "$T/host/private"
		mount --make-private "$T/host/private"
		mount --bind "$BUNDLE/rootfs" "$BUNDLE/rootfs"
		mount --make-shared "$BUNDLE/rootfs"
		mount -t tmpfs -o size=64k below "$BUNDLE/rootfs/below"
		grep -c . /proc/self/mountinfo >"$T/before"
		"$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
		# Nothing came out; what is shared stays so where the top alone is to be private.
		[ "$PROPAGATION" = private ] || grep -c . /proc/self/mountinfo | diff "$T/before" - >&2
	SH
	local way propagation options
	cp "$BUNDLE/config.json" "$T/plain.json"
	for propagation in '' private rprivate rslave; do
		for options in rbind bind rbind,rprivate rbind,rslave bind,slave rbind,ro rbind,rro bind,nosuid,noexec; do
			cp "$T/plain.json" "$BUNDLE/config.json"
			update_config --arg p "$propagation" --arg o "$options" --arg t "$T" '
				(if $p == "" then . else .linux.rootfsPropagation = $p end) |
				.process.args = ["cat", "/proc/self/mountinfo"] | .mounts |= ([
				{destination: "/shared", type: "none", source: ($t + "/host/shared"), options: ($o | split(","))},
				{destination: "/private", type: "bind", source: ($t + "/host/private"), options: ($o | split(","))}] +
				.[-6:] + [{destination: "/below/mine", type: "tmpfs", source: "mine"}])'
			for way in '' small_ns; do
				T=$T STRAKE_FALLBACK=$way PROPAGATION=$propagation RUNTIME=$RUNTIME ROOT=$ROOT BUNDLE=$BUNDLE ID=$ID \
					unshare --mount --propagation unchanged sh "$T/host.sh" \
					</dev/null >"$T/mounts.$way" 2>&1 3>&- 4>&- || fail "$(cat "$T/mounts.$way")"
				# Without the numbers of mounts, of devices, and of peer groups.
				sed -E 's/^[0-9]+ [0-9]+ 0:[0-9]+/N/; s/^[0-9]+ [0-9]+/N/; s/(master|shared|propagate_from):[0-9]+/\1/g' \
					"$T/mounts.$way" >"$T/same.$way"
			done
			echo "rootfsPropagation '$propagation', $options"
			[ "$(wc -l <"$T/same.")" -ge 10 ]
			diff "$T/same." "$T/same.small_ns"
			[ "$propagation$options" != rbind,rslave ] || grep -q ' /shared .* master' "$T/same."
		done
	done
}

# As engines write them. What is made or opened before is in the same order, and no other way.
@test "mount namespace: binds after file systems" {
	requires_kdevtmpfs
	local way
	mkdir -p "$T/host/sub" "$BUNDLE/rootfs/old"
	echo old >"$BUNDLE/rootfs/old/file"
	chmod 711 "$BUNDLE/rootfs/old"
	update_config --arg t "$T" '.process.args = ["sh", "-c", "cat /proc/self/mountinfo; stat -c \"%n %a\" /t /ro /up /old;
		cat /up/file; touch /ro/x; ls -l /dev"] | .mounts += [
		{destination: "/t", type: "tmpfs", source: "one", options: ["mode=750", "size=64k", "nosuid", "noatime"]},
		{destination: "/b", type: "bind", source: ($t + "/host"), options: ["rbind", "ro"]},
		{destination: "/ro", type: "tmpfs", source: "two", options: ["mode=701", "ro", "private", "rnoexec"]},
		{destination: "/b/sub", type: "bind", source: ($t + "/host/sub"), options: ["bind"]},
		{destination: "/up", type: "tmpfs", source: "three", options: ["mode=770", "tmpcopyup"]},
		{destination: "/c", type: "bind", source: ($t + "/host/sub"), options: ["bind", "nodev"]},
		{destination: "/old", type: "tmpfs", source: "four"}]'
	rm -rf "$BUNDLE/rootfs/up"
	mv "$BUNDLE/rootfs/old" "$BUNDLE/rootfs/up"
	mkdir -m 711 "$BUNDLE/rootfs/old"
	traced
	assert_eq "$how" "setns unshare setns "
	for way in '' small_ns; do
		STRAKE_FALLBACK=$way ok strake_run
		sed -E 's/^[0-9]+ [0-9]+ [0-9]+:[0-9]+/N/; s/(master|shared|propagate_from):[0-9]+/\1/g
			s/[A-Z][a-z]{2} +[0-9]+ [0-9]+:[0-9]+//' "$out_file" >"$T/same.$way"
	done
	diff "$T/same." "$T/same.small_ns"
	assert_eq "$(awk '$1 == "N" && $3 ~ "^/(proc|dev|sys|t|b|ro|b/sub|up|c|old)$" { printf "%s ", $3 }' "$T/same.")" \
		"/proc /dev /sys /t /b /ro /b/sub /up /c /old "
	# Who has to look like what it is mounted on cannot be made before that is known.
	update_config '.mounts |= map(if .destination == "/t" then .options -= ["mode=750"] else . end)'
	traced
	assert_has "$how" clone
	assert_has "$(cat "$T/traced.out")" "/t 755"
}

@test "mount namespace: no helper for nothing" {
	requires_kdevtmpfs
	[[ ${STRAKE_FALLBACK:-} != *beside* ]] || skip "STRAKE_FALLBACK is without it"
	# As in a pod, whose network is there already.
	update_config '.linux.namespaces |= map(select(.type != "network"))'
	traced
	assert_eq "$how" "setns unshare setns "
	[ "$(grep -c 'clone(.*CLONE_VM' "$T/trace")" = 1 ]
	update_config '.mounts += [{destination: "/t", type: "tmpfs", source: "t"}, {destination: "/b", type: "bind", source: "/bin",
		options: ["bind"]}]'
	traced
	assert_has "$how" clone3
	! grep 'clone(.*CLONE_VM' "$T/trace" || fail "there is a helper"
}

# A file system that is refused when it is made beforehand is told in the words of the other way.
@test "mount namespace: a file system that cannot be made before a bind" {
	requires_kdevtmpfs
	update_config --arg t "$T" '.mounts += [
		{destination: "/bad", type: "tmpfs", source: "bad", options: ["mode=755", "size=nonsense"]},
		{destination: "/b", type: "bind", source: $t, options: ["bind"]}]'
	not_ok strake_run
	local words=${err#*level=} # behind the time
	assert_has "$err" " mounts[6] (/bad): "
	STRAKE_FALLBACK=small_ns not_ok strake_run
	assert_eq "${err#*level=}" "$words"
	assert_nothing_left
}

@test "mount namespace: what the host mounts later below a slave shows" {
	requires_kdevtmpfs
	mkdir -p "$T/host/sub"
	update_config --arg t "$T" '.process.args = ["sleep", "100"] | .mounts |= [{destination: "/h", type: "none",
		source: ($t + "/host"), options: ["rbind", "rslave"]}] + .'
	T=$T RUNTIME=$RUNTIME ROOT=$ROOT BUNDLE=$BUNDLE ID=$ID unshare --mount --propagation private sh -ec '
		mount --bind "$T/host" "$T/host"
		mount --make-shared "$T/host"
		"$RUNTIME" --root "$ROOT" run --detach --bundle "$BUNDLE" "$ID" </dev/null >"$T/out" 2>&1
		mount -t tmpfs later "$T/host/sub"
		echo >"$T/host/sub/file"
		"$RUNTIME" --root "$ROOT" exec "$ID" ls /h/sub
		"$RUNTIME" --root "$ROOT" exec "$ID" mount -t tmpfs mine /h/sub 2>&1 | grep -q . || ! ls "$T/host/sub" | grep -q mine
	' </dev/null >"$T/seen" 2>&1 3>&- 4>&- || fail "$(cat "$T/seen" "$T/out")"
	assert_eq "$(cat "$T/seen")" file
}

@test "mount namespace: who needs the host's files in it is born with them" {
	requires_kdevtmpfs
	local config
	cp "$BUNDLE/config.json" "$T/plain.json"
	ln -s target "$T/link"
	mkdir "$T/lower" "$T/upper" "$T/work" "$BUNDLE/rootfs/data"
	for config in \
		'.hooks.createContainer = [{path: "/bin/sh", args: ["sh", "-c", "cat >/dev/null"]}]' \
		'.hooks.createRuntime = [{path: "/bin/sh", args: ["sh", "-c", "cat >/dev/null"]}]' \
		'.hooks.prestart = [{path: "/bin/sh", args: ["sh", "-c", "cat >/dev/null"]}]' \
		'.linux.rootfsPropagation = "shared"' \
		'.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 0, size: 65536}] |
			.linux.gidMappings = .linux.uidMappings' \
		'.mounts += [{destination: "/data", type: "overlay", source: "overlay", options: ["lowerdir=\($t)/lower",
			"upperdir=\($t)/upper", "workdir=\($t)/work"]}]' \
		'.mounts += [{destination: "/data", type: "tmpfs", source: "t"}, {destination: "/data", type: "tmpfs",
			source: "t", options: ["remount", "ro"]}]' \
		'.mounts += [{destination: "/data", type: "tmpfs", source: "t", options: ["mode=755"]}, {destination: "/data2", type: "bind",
			source: "\($t)/bundle/rootfs/data", options: ["bind"]}]' \
		'.mounts += [{destination: "/data/b", type: "tmpfs", source: "t", options: ["mode=755"]}, {destination: "/data2", type: "bind",
			source: "\($t)/bundle/rootfs/data", options: ["rbind"]}]' \
		'.mounts += [{destination: "/link", type: "bind", source: "\($t)/link", options: ["bind", "copy-symlink"]}]'; do
		cp "$T/plain.json" "$BUNDLE/config.json"
		update_config --arg t "$T" "$config"
		echo "$config"
		traced
		assert_has "$how" clone
	done
}

@test "mount namespace: a source that is missing is told, and nothing is left" {
	requires_kdevtmpfs
	update_config --arg s "$T/none" '.mounts += [{destination: "/data", type: "bind", source: $s, options: ["bind"]}]'
	not_ok strake_run
	assert_has "$err" "error during container init: error mounting: config.json:"
	assert_has "$err" " mounts[6] (/data): open the source $T/none: no such file or directory"
	[ ! -e "$BUNDLE/rootfs/data" ]
	assert_nothing_left
}

@test "mount namespace: without CAP_SYS_CHROOT, and without CAP_MKNOD" {
	requires_kdevtmpfs
	command -v setpriv >/dev/null || skip "needs setpriv"
	update_config '.process.capabilities = {} | .process.args = ["sh", "-c",
		"[ -c /dev/null ] && head -c 1 /dev/zero | wc -c; ls /dev | tr \"\\n\" \" \""]'
	ok strake_run
	local all=$out
	# What enters another mount namespace needs the first.
	traced setpriv --bounding-set=-sys_chroot
	assert_eq "$how" "setns unshare "
	grep -q 'setns(.*EPERM' "$T/trace"
	assert_eq "$(cat "$T/traced.out")" "$all"
	# The host's nodes are bound then: it goes back, and makes a copy.
	traced setpriv --bounding-set=-mknod
	assert_eq "$how" "setns unshare setns setns unshare "
	assert_eq "$(cat "$T/traced.out")" "$all"
}

@test "mount namespace: sources below /proc/self are the container's" {
	requires_kdevtmpfs
	update_config '.process.args = ["sh", "-c", "stat -Lc %i /net /proc/self/ns/net | uniq | wc -l; cat /dev-of-net | wc -l"] |
		.mounts |= [{destination: "/net", type: "bind", source: "/proc/self/ns/net", options: ["bind"]},
		{destination: "/dev-of-net", type: "bind", source: "/proc/self/net/dev", options: ["bind"]}] + .'
	ok strake_run
	assert_out "1
3"
}

@test "mount namespace: what is fetched from the host is no way back to it" {
	requires_kdevtmpfs
	command -v setpriv >/dev/null || skip "needs setpriv"
	update_config '.process.args = ["cat", "/proc/self/mountinfo"] | .process.capabilities = {}'
	RUNTIME=$RUNTIME ROOT=$ROOT BUNDLE=$BUNDLE ID=$ID unshare --mount --propagation unchanged sh -ec '
		mount --make-rshared /
		setpriv --bounding-set=-mknod --inh-caps=-mknod "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID"' \
		</dev/null >"$T/mounts" 2>&1 3>&- 4>&- || fail "$(cat "$T/mounts")"
	grep -q ' /dev/null .* master:' "$T/mounts"
	! grep ' shared:' "$T/mounts" || fail "$(cat "$T/mounts")"
}

@test "mount namespace: what can be bound in a copy alone is" {
	requires_kdevtmpfs
	mkdir -p "$T/host/sub" "$T/vol" "$BUNDLE/rootfs/inner"
	touch "$T/host/ns" "$BUNDLE/rootfs/inner/ns"
	cat >"$T/host.sh" <<-'SH'
		set -e
		mount --bind "$T/host" "$T/host" # in a tree of its own: with a mount namespace's file below it
		mount --make-private "$T/host"
		unshare --mount="$T/host/ns" true
		mount -t tmpfs unbindable "$T/host/sub"
		[ -z "$INNER" ] || mount --bind "$T/host/ns" "$BUNDLE/rootfs/inner/ns"
		[ -z "$UNBINDABLE" ] || mount --make-unbindable "$T/host/sub"
		"$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
	SH
	cp "$BUNDLE/config.json" "$T/plain.json"
	export T RUNTIME ROOT BUNDLE ID INNER='' UNBINDABLE=''
	local config
	for config in \
		'.mounts |= [{destination: "/h", type: "bind", source: "\($t)/host", options: ["rbind"]}] + .' \
		'INNER' \
		'UNBINDABLE .mounts |= [{destination: "/h", type: "bind", source: "\($t)/host/sub", options: ["bind"]}] + .' \
		'.mounts += [{destination: "/d", type: "bind", source: "\($t)/vol", options: ["bind"]},
			{destination: "/d/made", type: "tmpfs", source: "t", options: ["mode=755"]},
			{destination: "/o", type: "bind", source: "\($t)/vol/made", options: ["bind"]}]'; do
		INNER='' UNBINDABLE=''
		case $config in
		INNER) INNER=1 config=. ;;
		UNBINDABLE*) UNBINDABLE=1 config=${config#UNBINDABLE } ;;
		esac
		cp "$T/plain.json" "$BUNDLE/config.json"
		update_config --arg t "$T" "$config | .process.args = [\"sh\", \"-c\", \"umask; ls -d /h /o 2>/dev/null; stat -c %a /dev/null\"]"
		echo "$config $INNER $UNBINDABLE"
		for way in '' small_ns; do
			# On one CPU: by their numbers, of which each CPU has some, the kernel tells which namespace is older.
			STRAKE_FALLBACK=$way taskset -c 0 unshare --mount --propagation private sh "$T/host.sh" </dev/null >"$T/did.$way" 2>&1 3>&- 4>&- ||
				fail "$(cat "$T/did.$way")"
		done
		diff "$T/did." "$T/did.small_ns"
	done
}

@test "mount namespace: the rootfs by another name" {
	requires_kdevtmpfs
	local source
	mkdir "$BUNDLE/rootfs/cc" "$BUNDLE/x"
	ln -s "$BUNDLE/rootfs" "$T/link"
	cp "$BUNDLE/config.json" "$T/plain.json"
	for source in "$BUNDLE/rootfs/cc" "$BUNDLE//rootfs/cc" "$BUNDLE/x/../rootfs/cc" "$BUNDLE/./rootfs/cc" "$T/link/cc"; do
		cp "$T/plain.json" "$BUNDLE/config.json"
		update_config --arg s "$source" '.process.args = ["stat", "-fc", "%T", "/o"] |
			.mounts += [{destination: "/cc", type: "tmpfs", source: "cc", options: ["mode=755"]},
			{destination: "/o", type: "bind", source: $s, options: ["bind"]}]'
		ok strake_run
		assert_out tmpfs
	done
	# A link that leads elsewhere is no reason.
	ln -s "$BUNDLE/x" "$T/elsewhere"
	cp "$T/plain.json" "$BUNDLE/config.json"
	update_config --arg s "$T/elsewhere" '.mounts |= [{destination: "/o", type: "bind", source: $s, options: ["bind"]}] + .'
	traced
	assert_eq "$how" "setns unshare setns "
}

@test "mount namespace: more binds than descriptors" {
	requires_kdevtmpfs
	update_config '.process.args = ["sh", "-c", "mount | grep -c /many/"] |
		.mounts |= [range(80) | {destination: "/many/\(.)", type: "bind", source: "/bin", options: ["bind"]}] + .'
	ok strake_run
	assert_out 80
	ulimit -Sn 64
	ok strake_run
	assert_out 80
}

# A root in memory could be the kernel's rootfs, which is below every container's root: nothing can pivot away from it.
@test "mount namespace: not on top of a root in memory" {
	requires_kdevtmpfs
	command -v strace >/dev/null || skip "needs strace"
	! readelf -d "$RUNTIME" | grep -q NEEDED || skip "needs the program linked with musl"
	mkdir "$T/ram"
	RUNTIME=$RUNTIME T=$T BUNDLE=$BUNDLE ID=$ID unshare --mount --propagation private sh -ec '
		mount -t tmpfs ram "$T/ram"
		cp "$RUNTIME" "$T/ram/strake"
		mkdir "$T/ram/proc" "$T/ram/sys" "$T/ram/dev" "$T/ram/bundle"
		for d in proc sys dev; do mount --rbind /$d "$T/ram/$d"; done
		mount --rbind "$BUNDLE" "$T/ram/bundle"
		strace -f -e trace=clone3,clone,setns -o "$T/trace" \
			chroot "$T/ram" /strake --root /state run --bundle /bundle "$ID" || true' </dev/null >"$T/out" 2>&1 3>&- 4>&-
	grep -E 'clone3?\(.*CLONE_NEWNS' "$T/trace" || fail "$(cat "$T/out" "$T/trace")"
}

@test "mount namespace: the way back leads to the runtime's own root" {
	requires_kdevtmpfs
	command -v setpriv >/dev/null || skip "needs setpriv"
	! readelf -d "$RUNTIME" | grep -q NEEDED || skip "needs the program linked with musl"
	update_config '.process.args = ["sh", "-c", "head -c 3 /dev/zz | wc -c"] |
		.linux.devices = [{path: "/dev/zz", type: "c", major: 1, minor: 5}] |
		.linux.resources = {} | .process.capabilities = {}'
	mkdir "$T/other"
	RUNTIME=$RUNTIME T=$T BUNDLE=$BUNDLE ID=$ID unshare --mount --propagation private sh -ec '
		mount --bind "$T/other" "$T/other"
		cd "$T/other"
		cp "$RUNTIME" strake
		mkdir proc sys dev bundle
		for d in proc sys; do mount --rbind /$d $d; done
		mount --rbind "$BUNDLE" bundle
		mount -t tmpfs dev dev
		for d in null:1:3 zero:1:5 full:1:7 random:1:8 urandom:1:9 tty:5:0 zz:1:5; do
			mknod "dev/${d%%:*}" c $(echo "${d#*:}" | tr : " ")
		done
		setpriv --bounding-set=-mknod --inh-caps=-mknod strace -f -e trace=clone3,setns -o "$T/trace" \
			chroot . /strake --root /state run --bundle /bundle "$ID"' \
		</dev/null >"$T/out" 2>&1 3>&- 4>&- || fail "$(cat "$T/out")"
	assert_eq "$(cat "$T/out")" 3
	! grep -E 'clone3?\(.*CLONE_NEWNS' "$T/trace"
}

@test "mount namespace: cgroups mounted twice at one place" {
	requires_kdevtmpfs
	requires cgroups_v2
	update_config '.linux.namespaces += [{type: "cgroup"}] | .process.args = ["ls", "/sys/fs/cgroup/cgroup.procs"] |
		.mounts += [{destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup"},
			{destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup"}]'
	ok strake_run
	assert_out /sys/fs/cgroup/cgroup.procs
}

# Whoever is root there and takes its own root off finds what is below: the kernel's rootfs, which every namespace
# has (empty where an initramfs left it so), and not the host's /dev.
@test "mount namespace: below the container's root there is nothing of the host's" {
	strake_only "looks into its namespace"
	command -v python3 >/dev/null || skip "needs python3"
	local way
	update_config '.process.capabilities |= map_values(. + ["CAP_SYS_ADMIN", "CAP_SYS_CHROOT"]) | .process.args = ["sh", "-c",
		"umount -l / && echo taken off; exec sleep 100"]'
	for way in "${STRAKE_FALLBACK:-}" "${STRAKE_FALLBACK:+$STRAKE_FALLBACK,}small_ns"; do
		STRAKE_FALLBACK=$way ok strake_run --detach
		wait_for 10 grep -q 'taken off' "$out_file"
		python3 - "$(init_pid)" >"$T/below" <<-'PY'
			import ctypes, os, sys
			ns = os.open(f"/proc/{sys.argv[1]}/ns/mnt", os.O_RDONLY)
			if ctypes.CDLL(None, use_errno=True).setns(ns, 0x20000):
			    sys.exit(os.strerror(ctypes.get_errno()))
			print(os.stat("/").st_dev, os.stat("/").st_ino, os.path.exists("/null"), os.listdir("/"))
		PY
		echo "$way: $(cat "$T/below")"
		grep -q False "$T/below"
		[ ! -e "$T/before" ] || diff "$T/before" "$T/below"
		mv "$T/below" "$T/before"
		ok strake delete --force "$ID"
	done
}

# The helper, done with the network, sleeps until the parent has decided: that is told by memory.
@test "mount namespace: a parent that is late" {
	requires_kdevtmpfs
	ok strake_run
	ok strake_run
	local statfs=(-e trace=clone3,clone,setns,unshare,futex,statfs -e inject=statfs:delay_enter=200000)
	command -v strace >/dev/null || skip "needs strace"
	strace -f "${statfs[@]}" -o "$T/trace" "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null 3>&- 4>&-
	grep -q 'FUTEX_WAIT_PRIVATE, 1,' "$T/trace" || fail "the helper has not waited" "$(cat "$T/trace")"
	assert_eq "$(grep -oE '(clone3?|setns|unshare)\(.*CLONE_NEWNS' "$T/trace" | sed 's/(.*//' | tr '\n' ' ')" "setns unshare setns "
	# And is told when it is not wanted.
	update_config '.linux.rootfsPropagation = "shared"'
	strace -f "${statfs[@]}" -o "$T/trace" "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null 3>&- 4>&-
	local parent
	parent=$(awk '{ print $1; exit }' "$T/trace")
	grep -q "^$parent .*FUTEX_WAKE_PRIVATE" "$T/trace" || fail "the helper was not told" "$(cat "$T/trace")"
	! grep -E 'setns\(.*CLONE_NEWNS' "$T/trace" || fail "the helper has made a namespace all the same"
	assert_nothing_left
}

# The calls of the parent from the clone of init on, until the one behind CALL.
after_clone() {
	awk -v call="$1" 'NR == 1 { parent = $1 }
		$1 == parent && /clone3/ { cloned = 1; next }
		$1 == parent && cloned && /^[0-9]+ +[a-z_0-9]+\(/ { sub(/\(.*/, "", $2); print $2 }
		$1 == parent && cloned && $0 ~ call { found = 1 }
		found { exit }' "$T/trace" | tr '\n' ' '
}

# late US CPUS: a run whose helper takes that long, and whose parent is told of these CPUs (a mask's first byte, of 128).
late() {
	rm -f "$T/trace"
	timeout 30 strace -f -e trace=clone3,futex,unshare,openat2,sched_getaffinity -e "inject=unshare:delay_enter=$1:when=1" \
		-e "inject=sched_getaffinity:poke_exit=@arg3=$2$(printf '00%.0s' {1..127})" -o "$T/trace" \
		"$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$T/o" 2>&1 3>&- 4>&- ||
		fail "the run failed" "$(cat "$T/o")"
}

# Two CPUs for three: the parent is the one that sleeps.
@test "mount namespace: a parent leaves its CPU to init while the helper is at work" {
	strake_only "a helper of its own"
	requires cmd_strace cgroups_v2 kernel_beside kernel_clone3 kernel_into_cgroup
	late 1000000 03
	# What is asked and is not known yet, and nothing of what is the parent's to do.
	[[ $(after_clone futex) =~ ^(sched_getaffinity )?(openat2 )?futex\ $ ]] || fail "the parent did more" "$(after_clone futex)"
	grep -E 'FUTEX_WAIT_PRIVATE, 0, ' "$T/trace" || fail "the parent did not sleep" "$(cat "$T/trace")"
	! grep ETIMEDOUT "$T/trace" || fail "the helper did not wake it"
	# Not for ever.
	late 3000000 01
	grep ETIMEDOUT "$T/trace" || fail "the parent waited for the end" "$(cat "$T/trace")"
	# Where there is a CPU for each nobody has to.
	late 200000 07
	! grep 'FUTEX_WAIT_PRIVATE, 0,' "$T/trace" || fail "the parent slept, though there is a CPU for each"
	assert_nothing_left
}

# A mask that was set is inherited, and narrower than one that never was; real-time tasks are brought to a CPU by the kernel.
@test "mount namespace: the parent's CPUs are left alone where somebody inherits them" {
	strake_only "a helper of its own"
	requires cmd_strace cmd_chrt cgroups_v2 kernel_beside kernel_clone3 kernel_into_cgroup
	[ "$(nproc)" -gt 1 ] || skip "needs two CPUs"
	# moved [COMMAND...]: how often the parent's mask was set; the helper is late, so that it may want to.
	moved() {
		"$@" timeout 30 strace -f -e trace=unshare,sched_getaffinity,sched_setaffinity -e inject=unshare:delay_enter=500000:when=1 \
			-e "inject=sched_getaffinity:poke_exit=@arg3=03$(printf '00%.0s' {1..127})" -o "$T/trace" \
			"$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$T/o" 2>&1 3>&- 4>&- ||
			fail "the run failed" "$(cat "$T/o")"
		awk 'NR == 1 { parent = $1 } $1 == parent && /sched_setaffinity\(0,/ { n++ } END { print n + 0 }' "$T/trace"
	}
	# Somebody else may run just then.
	local n=0 try kind
	for try in 1 2 3 4 5; do
		((n != 0)) || n=$(moved)
	done
	((n != 0)) || skip "needs a host where nobody else runs"
	assert_eq "$n" 2
	for try in 1 2 3; do
		! chrt -f 10 true 2>/dev/null || assert_eq "$(moved chrt -f 10)" 0
	done
	for kind in poststart poststop; do
		update_config ".hooks = {$kind: [{path: \"/bin/true\"}]}"
		for try in 1 2 3; do
			assert_eq "$(moved)" 0
		done
	done
}

# How the superblock was made shows who made it: with the helper's "ro" taken from it, init's "ro" is the mount's alone.
@test "mount namespace: the helper that makes both namespaces makes sysfs, too" {
	requires_kdevtmpfs
	requires cmd_strace kernel_beside
	sys() {
		timeout 30 strace -f -e trace=fsopen,fsconfig,mount "$@" -o "$T/trace" \
			"$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null 2>&1 3>&- 4>&- |
			sed -n 's/.* \/sys \([a-z]*\).* - sysfs \([a-z]*\) \([a-z]*\).*/\1 \2 \3/p'
	}
	made() { grep -c 'fsopen("sysfs"' "$T/trace" || true; }
	set_args cat /proc/self/mountinfo
	# A cgroup may be a bind.
	update_config '(.mounts[] | select(.type == "sysfs")).options = ["nosuid", "ro"] | del(.mounts[] | select(.type == "cgroup"))'
	assert_eq "$(sys) $(made)" "ro sysfs ro 1"
	grep 'fsconfig(.*"ro"' "$T/trace"
	assert_eq "$(sys -e inject=fsconfig:retval=0:when=1)" "ro sysfs rw"
	grep 'INJECTED' "$T/trace"
	# Also when the helper has long ended before init comes to it.
	assert_eq "$(sys -e inject=fsconfig:retval=0:when=1 -e inject=mount:delay_enter=500000:when=5)" "ro sysfs rw"
	grep -A1 'DELAYED' "$T/trace" | tail -1 | grep '"sysfs"' || fail "init was not late" "$(cat "$T/trace")"
	# Where it cannot be made init makes it.
	assert_eq "$(sys -e inject=fsconfig:error=EPERM:when=1)" "ro sysfs ro"
	grep 'EPERM.*INJECTED' "$T/trace"
	update_config '(.mounts[] | select(.type == "sysfs")).options = ["nosuid"]'
	assert_eq "$(sys) $(made)" "rw sysfs rw 1"
	! grep 'fsconfig(.*"ro"' "$T/trace" || fail "read-only"
	update_config '(.mounts[] | select(.type == "sysfs")).options = ["ro", "sync"]'
	assert_eq "$(sys) $(made)" "ro sysfs ro 0"
	# Init makes it while the helper makes the mount namespace.
	update_config --arg t "$T" '(.mounts[] | select(.type == "sysfs")).options = ["ro"] |
		.mounts += [{destination: "/m", type: "bind", source: $t, options: ["bind"]}]'
	assert_eq "$(sys) $(made)" "ro sysfs ro 1"
	update_config '.linux.namespaces |= map(select(.type != "network")) | del(.mounts[-1])'
	assert_eq "$(sys) $(made)" "ro sysfs rw 0"
	assert_nothing_left
}

@test "mount namespace: a helper that is late" {
	requires_kdevtmpfs
	command -v strace >/dev/null || skip "needs strace"
	ok strake_run
	update_config '.process.args = ["cat", "/proc/self/mountinfo"]'
	ok strake_run
	local mounts
	mounts=$(wc -l <"$out_file")
	# Init finds /dev still there, and takes it off itself.
	strace -f -e trace=umount2,setns -e inject=umount2:delay_enter=100000 -o "$T/trace" \
		"$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$T/traced.out" 3>&- 4>&-
	grep -c 'umount2("/", MNT_DETACH' "$T/trace"
	[ "$(grep -c 'umount2("/", MNT_DETACH' "$T/trace")" = 2 ]
	assert_eq "$(wc -l <"$T/traced.out")" "$mounts"
	assert_not "$(cat "$T/traced.out")" devtmpfs
	# The parent goes on meanwhile, and has no child left in the end.
	local helper
	STRAKE_TEST_ID=$ID timeout 20 strace -f -e trace=exit,renameat,clone -e inject=exit:delay_enter=3000000 -o "$T/trace" \
		"$RUNTIME" --root "$ROOT" create --bundle "$BUNDLE" "$ID" </dev/null >"$T/o" 2>&1 3>&- 4>&- &
	wait_for 10 is_status created
	ok strake start "$ID"
	wait $!
	helper=$(awk '/clone/ && /= [0-9]+$/ { print $NF; exit }' "$T/trace")
	# The last renameat gives the state its name.
	awk -v helper="$helper" 'NR == 1 { parent = $1 }
		$1 == parent && /renameat/ { published = 1; late = gone }
		$1 == helper && /exited/ { gone = 1 }
		END { exit !published || late }' "$T/trace" || fail "the parent waited for the helper" "$(cat "$T/trace")"
	grep "^$helper .*exited with 0" "$T/trace"
}

# Real-time tasks of one priority take turns only when one sleeps: on one CPU nobody begins beside the parent.
@test "mount namespace: who has not begun is given a CPU" {
	strake_only "a helper of its own"
	requires cmd_chrt cmd_taskset cgroups_v2 kernel_beside kernel_clone3 kernel_into_cgroup
	chrt -f 10 true 2>/dev/null || skip "needs real-time scheduling"
	local cpu
	cpu=$(taskset -cp "$BASHPID" | sed 's/.*: //; s/[-,].*//')
	phases() {
		STRAKE_TEST_ID=$ID STRAKE_FALLBACK=$1 chrt -f 10 taskset -c "$cpu" "$RUNTIME" --root "$ROOT" --timeline "$T/line.json" \
			run --bundle "$BUNDLE" "$ID" </dev/null >"$T/o" 2>&1 3>&- 4>&- || fail "the run failed" "$(cat "$T/o")"
		jq -r '.traceEvents[].name' "$T/line.json"
	}
	local seen
	seen=$(phases "${STRAKE_FALLBACK:-}")
	assert_has "$seen" "looking for a CPU for the helper"
	assert_has "$seen" "leaving the CPU to the helper and init"
	# Init alone.
	seen=$(phases "beside${STRAKE_FALLBACK:+,$STRAKE_FALLBACK}")
	assert_not "$seen" "helper"
	assert_has "$seen" "looking for a CPU for init"
}

@test "mount namespace: run does not keep its helper" {
	requires cmd_pgrep
	strake_only "a helper of its own"
	set_args sleep 1000
	background "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID"
	local run=$!
	wait_for 10 is_status running
	has_init_alone() { [ "$(pgrep -P "$run")" = "$(init_pid)" ]; }
	wait_for 5 has_init_alone
}
