#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# config.md's table of mount options, row by row: what the kernel says of the mount afterwards.
load helpers

# mount_at DEST TYPE SOURCE OPTION...
mount_at() {
	local o
	o=$(printf '%s\n' "${@:4}" | jq -R . | jq -cs 'map(select(. != ""))')
	update_config --arg d "$1" --arg t "$2" --arg s "$3" --argjson o "$o" \
		'.mounts += [{"destination": $d, "type": $t, "source": $s, "options": $o}]'
}
# flags FILE DEST: mount options and the file system's own, between commas.
flags() { awk -v d="$2" '$5 == d { n = 7; while ($n != "-") n++; f = "," $6 "," $(n + 3) "," } END { print f }' "$1"; }
tags() { awk -v d="$2" '$5 == d { s = ""; for (n = 7; $n != "-"; n++) s = s $n " " } END { print s }' "$1"; }

# check FILE DEST WORD...: each word is there, or is not when it begins with "!".
check() {
	local f w
	f=$(flags "$1" "$2")
	[ -n "$f" ] || fail "$2 is no mount" "$(cat "$1")" || return 1
	for w in "${@:3}"; do
		case $w in
		!*) [[ $f != *,${w#!},* ]] || fail "$2 has ${w#!}: $f" || return 1 ;;
		*) [[ $f == *,$w,* ]] || fail "$2 lacks $w: $f" || return 1 ;;
		esac
	done
}

# Rows "OPTIONS;WORDS", all in one container. mounts_of TYPE SOURCE ROW...: one mount each, /m/0 and so on.
mounts_of() {
	local type=$1 source=$2 i=0 row options
	shift 2
	for row; do
		IFS=, read -ra options <<<"${row%%;*}"
		mount_at "/m/$i" "$type" "$source" "${options[@]}"
		i=$((i + 1))
	done
	set_args cat /proc/self/mountinfo
}
# check_rows MOUNTINFO BELOW ROW...: what it has of them, or of what is at BELOW in each.
check_rows() {
	local file=$1 below=$2 i=0 row words
	shift 2
	for row; do
		read -ra words <<<"${row#*;}"
		check "$file" "/m/$i$below" "${words[@]}" || fail "options: ${row%%;*}" || return 1
		i=$((i + 1))
	done
}
mount_rows() {
	mounts_of "$@"
	ok strake_run
	check_rows "$out_file" "" "${@:3}"
}

# The runtime where DIR/in is a mount below the source DIR; the mount lives in a private namespace.
run_with_submount() {
	local dir=$1 opts=$2
	# shellcheck disable=SC2016
	STRAKE_TEST_ID=$ID unshare -m --propagation private sh -c 'mount -t tmpfs -o "$1" tmpfs "$0/in" && shift && exec "$@"' \
		"$dir" "$opts" "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$T/sub" 2>"$T/sub.err" 3>&- ||
		fail "$(cat "$T/sub.err")"
}

@test "spec mounts: every option, on a new file system" {
	strake_only "no other runtime knows them all"
	mount_rows tmpfs tmpfs \
		'defaults;rw relatime !nosuid !nodev !noexec' \
		'ro;ro' 'rw;rw' 'nosuid;nosuid' 'suid;!nosuid' 'nodev;nodev' 'dev;!nodev' 'noexec;noexec' 'exec;!noexec' \
		'sync;sync' 'async;!sync' 'dirsync;dirsync' 'lazytime;lazytime' 'nolazytime;!lazytime' \
		'mand;rw' 'nomand;!mand' 'iversion;rw' 'noiversion;rw' 'silent;rw' 'loud;rw' \
		'noatime;noatime' 'atime;!noatime' 'nodiratime;nodiratime' 'diratime;!nodiratime' \
		'relatime;relatime' 'norelatime;relatime' 'strictatime;!relatime !noatime' 'nostrictatime;relatime' \
		'nosymfollow;nosymfollow' 'symfollow;!nosymfollow'
}

@test "spec mounts: every option, on a bind" {
	strake_only "no other runtime knows them all"
	mkdir "$T/src"
	mount_rows bind "$T/src" \
		'bind,defaults;rw' \
		'bind,ro;ro' 'bind,rw;rw' 'bind,nosuid;nosuid' 'bind,suid;!nosuid' 'bind,nodev;nodev' 'bind,dev;!nodev' \
		'bind,noexec;noexec' 'bind,exec;!noexec' 'bind,noatime;noatime' 'bind,atime;!noatime' \
		'bind,nodiratime;nodiratime' 'bind,diratime;!nodiratime' 'bind,relatime;relatime' \
		'bind,strictatime;!relatime !noatime' 'bind,nostrictatime;rw' 'bind,norelatime;rw' \
		'bind,nosymfollow;nosymfollow' 'bind,symfollow;!nosymfollow' 'bind,silent;rw' 'bind,loud;rw' \
		'rbind,ro,nosuid,nodev,noexec;ro nosuid nodev noexec'
}

@test "spec mounts: crun's rsync, rasync, rdirsync, rmand and rnomand are the file system's" {
	strake_only "crun ignores them, runc takes them for data"
	mount_rows tmpfs tmpfs 'rsync;sync' 'rsync,rasync;!sync' 'rdirsync;dirsync' 'rmand;rw' 'rmand,rnomand;!mand'
	assert_eq "$err" ''
	mkdir "$T/src"
	mount_at /b bind "$T/src" bind rsync
	ok strake_run
	assert_err_match '/b.*a bind mount does not change its file system: ignoring sync,'
}

@test "spec mounts: in order, the last one wins" {
	strake_only "crun keeps the first"
	mkdir "$T/src"
	mount_rows tmpfs tmpfs 'ro,rw;rw' 'rw,ro;ro' 'nosuid,suid;!nosuid' 'suid,nosuid;nosuid' 'noexec,exec;!noexec' \
		'nodev,dev,nodev;nodev' 'sync,async;!sync' 'noatime,atime;!noatime' 'strictatime,noatime;noatime' \
		'noatime,strictatime;!noatime !relatime' 'nosymfollow,symfollow;!nosymfollow' 'lazytime,nolazytime;!lazytime'
}

@test "spec mounts: on a bind the last one wins too" {
	runc_since 1.5 "crun keeps the first"
	mkdir "$T/src"
	mount_rows bind "$T/src" 'bind,ro,rw;rw' 'bind,rw,ro;ro' 'bind,nosuid,suid;!nosuid' 'bind,noexec,exec;!noexec' \
		'bind,nosymfollow,symfollow;!nosymfollow' 'bind,symfollow,nosymfollow;nosymfollow' 'bind,rro,rrw;rw' 'bind,rrw,rro;ro'
}

@test "spec mounts: the recursive form of each option reaches the mounts below" {
	runc_since 1.5 "crun drops some of them"
	requires cmd_unshare
	mkdir "$T/src" "$T/src/in"
	local row i=0 words rows=(
		'rro;ro' 'rnosuid;nosuid' 'rnodev;nodev' 'rnoexec;noexec' 'rnodiratime;nodiratime' 'rnoatime;noatime'
		'rstrictatime;!relatime !noatime' 'rrelatime;relatime' 'rnosymfollow;nosymfollow'
		'rro,rrw;rw' 'rnosuid,rsuid;!nosuid' 'rnoexec,rexec;!noexec' 'rnosymfollow,rsymfollow;!nosymfollow')
	for row in "${rows[@]}"; do
		IFS=, read -ra words <<<"rbind,${row%%;*}"
		mount_at "/m/$i" bind "$T/src" "${words[@]}"
		i=$((i + 1))
	done
	set_args cat /proc/self/mountinfo
	run_with_submount "$T/src" rw
	i=0
	for row in "${rows[@]}"; do
		read -ra words <<<"${row#*;}"
		check "$T/sub" "/m/$i" "${words[@]}" && check "$T/sub" "/m/$i/in" "${words[@]}" || fail "options: $row" || return 1
		i=$((i + 1))
	done
}

@test "spec mounts: the recursive form that clears" {
	runc_since 1.5 "crun drops some of them"
	requires cmd_unshare
	mkdir "$T/src" "$T/src/in"
	local rows=(
		'rbind,rrw;rw' 'rbind,rsuid;!nosuid' 'rbind,rdev;!nodev' 'rbind,rexec;!noexec'
		'rbind,rdiratime;!nodiratime' 'rbind,ratime;!noatime' 'rbind,rnorelatime;relatime !noatime'
		'rbind,rnostrictatime;relatime' 'rbind,rsymfollow;!nosymfollow')
	mounts_of bind "$T/src" "${rows[@]}"
	run_with_submount "$T/src" ro,nosuid,nodev,noexec,nodiratime,noatime,nosymfollow
	check_rows "$T/sub" /in "${rows[@]}"
}

@test "spec mounts: atime and diratime on a bind whose source has neither" {
	strake_only "the others leave it as it is"
	requires cmd_unshare
	mkdir "$T/src" "$T/src/in"
	local rows=(
		'bind,atime;!noatime relatime nodiratime' 'bind,diratime;noatime !nodiratime'
		'bind,atime,diratime;!noatime !nodiratime relatime' 'bind,atime,strictatime;!noatime !relatime'
		'bind,atime,noatime;noatime' 'bind,ro;noatime nodiratime' 'bind,rw;noatime nodiratime')
	mounts_of bind "$T/src/in" "${rows[@]}"
	run_with_submount "$T/src" nodiratime,noatime
	check_rows "$T/sub" "" "${rows[@]}"
}

@test "spec mounts: atime on a bind is no reason to fail where a user namespace has locked it" {
	requires cmd_unshare
	update_config '.linux.namespaces += [{"type": "user"}] |
		.linux.uidMappings = [{"containerID": 0, "hostID": 100000, "size": 65536}] | .linux.gidMappings = .linux.uidMappings'
	chmod a+x "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR" "$T"
	mkdir "$T/src" "$T/src/in" "$BUNDLE/rootfs/m"
	mount_at /m bind "$T/src/in" bind atime diratime
	set_args cat /proc/self/mountinfo
	run_with_submount "$T/src" nodiratime,noatime
	check "$T/sub" /m noatime nodiratime
}

@test "spec mounts: bind takes one mount, rbind what is below it" {
	requires cmd_unshare
	mkdir "$T/src" "$T/src/in"
	mount_at /one bind "$T/src" bind
	mount_at /all bind "$T/src" rbind
	set_args cat /proc/self/mountinfo
	run_with_submount "$T/src" rw
	[ -n "$(flags "$T/sub" /all/in)" ]
	[ -z "$(flags "$T/sub" /one/in)" ]
}

@test "spec mounts: a file system's options on a bind are a warning, a misspelt flag an error" {
	strake_only "runc makes errors of both, crun of none"
	mkdir "$T/src"
	mount_at /mnt bind "$T/src" bind ro mode=755 size=1k
	set_args cat /proc/self/mountinfo
	ok strake_run
	check "$out_file" /mnt ro
	assert_has "$err" 'mode=755,size=1k'
	local bad
	for bad in nosiud context=a:b:c:s0; do
		update_config --arg o "$bad" '.mounts[-1].options = ["bind", $o]'
		not_ok strake_run
		assert_has "$err" 'filesystem-specific options'
	done
	assert_nothing_left
}

@test "spec mounts: remount changes what is mounted" {
	mount_at /mnt tmpfs tmpfs rw
	mount_at /mnt tmpfs tmpfs remount ro nosuid
	set_args cat /proc/self/mountinfo
	ok strake_run
	check "$out_file" /mnt ro nosuid
	assert_eq "$(grep -c ' /mnt ' "$out_file")" 1
	# And the other way.
	mkdir -p "$T/src/below"
	mount_at /bound bind "$T/src" bind ro
	mount_at /bound bind "$T/src" remount bind rw nosuid
	ok strake_run
	check "$out_file" /bound '!ro' nosuid
	# Also when something was mounted below before.
	update_config '.mounts |= .[:-1] + [{destination: "/bound/below", type: "tmpfs", source: "tmpfs"}] + .[-1:]'
	ok strake_run
	check "$out_file" /bound '!ro' nosuid
}

@test "spec mounts: propagation, each form" {
	runc_since 1.5 "the older peers differ"
	mkdir "$T/src"
	local p
	for p in private rprivate slave rslave shared rshared unbindable runbindable; do
		mount_at "/m/$p" bind "$T/src" rbind "$p"
	done
	set_args cat /proc/self/mountinfo
	ok strake_run
	for p in private rprivate; do [ -z "$(tags "$out_file" "/m/$p")" ] || fail "$p"; done
	for p in shared rshared; do [[ $(tags "$out_file" "/m/$p") == *shared:* ]] || fail "$p"; done
	for p in unbindable runbindable; do [[ $(tags "$out_file" "/m/$p") == *unbindable* ]] || fail "$p"; done
	for p in slave rslave; do [[ $(tags "$out_file" "/m/$p") != *shared:* ]] || fail "$p"; done
}

@test "spec mounts: no options, no source, no type of a bind, a relative destination" {
	update_config '.mounts += [{"destination": "/a", "type": "tmpfs"}, {"destination": "/b", "type": "tmpfs", "source": "x"},
		{"destination": "relative", "type": "tmpfs", "source": "x"}]'
	mkdir "$T/src"
	update_config --arg s "$T/src" '.mounts += [{"destination": "/c", "source": $s, "options": ["bind"]}]'
	set_args cat /proc/self/mountinfo
	ok strake_run
	local d
	for d in /a /b /c /relative; do [ -n "$(flags "$out_file" "$d")" ] || fail "$d" "$out"; done
}

@test "spec mounts: no mounts at all" {
	strake_only "runc needs the container's /proc"
	update_config 'del(.mounts) | .linux.maskedPaths = [] | .linux.readonlyPaths = []'
	set_args true
	ok strake_run
}

@test "spec mounts: idmap with mappings of its own, ridmap, and the container's" {
	runc_since 1.5 "crun has another syntax for it"
	requires cmd_unshare linux_6.3 # idmapped tmpfs
	mkdir "$T/src" "$T/src/in"
	touch "$T/src/f"
	local map='"uidMappings": [{"containerID": 0, "hostID": 5000, "size": 100}], "gidMappings": [{"containerID": 0, "hostID": 6000, "size": 100}]'
	update_config --arg s "$T/src" ".mounts += [
		{\"destination\": \"/m/idmap\", \"type\": \"bind\", \"source\": \$s, \"options\": [\"rbind\", \"idmap\"], $map},
		{\"destination\": \"/m/ridmap\", \"type\": \"bind\", \"source\": \$s, \"options\": [\"rbind\", \"ridmap\"], $map}]"
	set_sh 'stat -c "%n %u %g" /m/*/f /m/*/in'
	run_with_submount "$T/src" mode=755
	grep -q '^/m/idmap/f 5000 6000$' "$T/sub"
	grep -q '^/m/ridmap/f 5000 6000$' "$T/sub"
	grep -q '^/m/idmap/in 0 0$' "$T/sub"
	grep -q '^/m/ridmap/in 5000 6000$' "$T/sub"
}

@test "spec mounts: idmap of a file system that is not a bind" {
	strake_only "runc takes binds alone"
	requires linux_6.3 # idmapped tmpfs
	update_config '.mounts += [{"destination": "/mnt", "type": "tmpfs", "source": "tmpfs", "options": ["idmap"],
		"uidMappings": [{"containerID": 0, "hostID": 5000, "size": 100}], "gidMappings": [{"containerID": 0, "hostID": 6000, "size": 100}]}]'
	run_sh 'stat -c "%u %g" /mnt'
	assert_out '5000 6000'
}

@test "spec mounts: one mapping without the other" {
	update_config --arg s "$T" '.mounts += [{"destination": "/mnt", "type": "bind", "source": $s, "options": ["bind"],
		"uidMappings": [{"containerID": 0, "hostID": 5000, "size": 100}]}]'
	not_ok strake_run
	assert_nothing_left
}

@test "spec mounts: flags that a user namespace locks are kept" {
	strake_only "the peers that fail say so"
	requires cmd_unshare
	mkdir "$T/src" "$T/src/in"
	local d=$BUNDLE
	# The path to the rootfs must be open to the mapped root.
	while [ "$d" != / ]; do
		chmod o+x "$d"
		d=$(dirname "$d")
	done
	update_config '.linux.namespaces += [{"type": "user"}] |
		.linux.uidMappings = [{"containerID": 0, "hostID": 100000, "size": 65536}] |
		.linux.gidMappings = [{"containerID": 0, "hostID": 100000, "size": 65536}]'
	mkdir -p "$BUNDLE/rootfs/mnt" "$BUNDLE/rootfs/again"
	mount_at /mnt bind "$T/src/in" bind ro
	mount_at /again bind "$T/src/in" bind
	set_args cat /proc/self/mountinfo
	run_with_submount "$T/src" nosuid,nodev,noexec,noatime,mode=755
	check "$T/sub" /mnt ro nosuid nodev noexec noatime
	check "$T/sub" /again rw nosuid nodev noexec noatime
	# A mount that comes along below the rootfs, and is remounted.
	mkdir -p "$BUNDLE/rootfs/held/in"
	update_config '.mounts |= map(select(.destination | startswith("/mnt") or startswith("/again") | not))'
	mount_at /held/in none none remount bind ro
	run_with_submount "$BUNDLE/rootfs/held" nosuid,nodev,noexec,noatime,mode=755
	check "$T/sub" /held/in ro nosuid nodev noexec noatime
	update_config '.mounts[-1].options += ["exec"]'
	run_with_submount "$BUNDLE/rootfs/held" nosuid,nodev,noexec,noatime,mode=755 || true
	grep -q 'remount /held/in: operation not permitted' "$T/sub.err"
}

@test "spec mounts: tmpcopyup with a size, and on a directory that is not there" {
	mkdir "$BUNDLE/rootfs/data"
	echo kept >"$BUNDLE/rootfs/data/f"
	mount_at /data tmpfs tmpfs tmpcopyup size=1m mode=711
	mount_at /new tmpfs tmpfs tmpcopyup
	run_sh 'cat /data/f; grep -c " /new " /proc/self/mountinfo'
	assert_out $'kept\n1'
}

@test "spec mounts: rootfsPropagation in every form" {
	strake_only "the older peers differ"
	local p
	for p in private rprivate slave rslave shared rshared unbindable runbindable; do
		update_config --arg p "$p" '.linux.rootfsPropagation = $p'
		set_args cat /proc/self/mountinfo
		ok strake_run
		case $p in
		*shared) [[ $(tags "$out_file" /) == *shared:* ]] ;;
		*private) [ -z "$(tags "$out_file" /)" ] ;;
		*unbindable) [[ $(tags "$out_file" /) == *unbindable* ]] ;;
		*slave) [[ $(tags "$out_file" /) != *shared:* ]] ;;
		esac || fail "$p: $(tags "$out_file" /)"
	done
	update_config '.linux.rootfsPropagation = "sideways"'
	not_ok strake_run
	assert_has "$err" rootfsPropagation
	assert_nothing_left
}

@test "spec mounts: mountLabel that cannot be applied is an error" {
	[ ! -e /sys/fs/selinux/enforce ] || skip "SELinux is active"
	update_config '.linux.mountLabel = "system_u:object_r:container_file_t:s0"'
	set_args true
	strake_run
	[ "$status" != 0 ] || fail "$(show)"
	assert_nothing_left
	strake_only "runc mounts"
	assert_err_match 'linux.mountLabel is specified in config, but selinux is disabled'
	# Also where nothing is mounted that could take it.
	update_config '.mounts = [] | .linux.maskedPaths = [] | .linux.readonlyPaths = []'
	not_ok strake_run
	assert_err_match 'linux.mountLabel'
}
