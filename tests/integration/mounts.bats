#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Every kind of mount, read back from inside.
load helpers

# mount_at DEST TYPE SOURCE OPTION...
mount_at() {
	local o
	o=$(printf '%s\n' "${@:4}" | jq -R . | jq -cs 'map(select(. != ""))')
	update_config --arg d "$1" --arg t "$2" --arg s "$3" --argjson o "$o" \
		'.mounts += [{"destination": $d, "type": $t, "source": $s, "options": $o}]'
}
# What mountinfo says about DEST: the mount's options, a space, the file system's type and options.
info() { awk -v d="$1" '$5 == d { o = $6; n = 7; while ($n != "-") n++; print o, $(n + 1), $(n + 3) }' "$out_file" | tail -n 1; }
tags() { awk -v d="$1" '$5 == d { s = ""; for (n = 7; $n != "-"; n++) s = s $n " "; print s }' "$out_file" | tail -n 1; }

@test "mounts: the usual set" {
	set_args cat /proc/self/mountinfo
	ok strake_run
	[[ $(info /proc) == rw,*proc* ]]
	[[ $(info /dev) == rw,nosuid*tmpfs*size=65536k,mode=755* ]]
	[[ $(info /dev/pts) == rw,nosuid,noexec*devpts*gid=5,mode=620,ptmxmode=666* ]]
	[[ $(info /dev/shm) == rw,nosuid,nodev,noexec*tmpfs* ]]
	[[ $(info /dev/mqueue) == *mqueue* ]]
	[[ $(info /sys) == ro,nosuid,nodev,noexec*sysfs* ]]
}

@test "mounts: flags of a tmpfs" {
	mount_at /mnt tmpfs tmpfs ro nosuid nodev noexec noatime mode=0711 size=1m uid=1000 gid=1001
	set_sh 'cat /proc/self/mountinfo; stat -c "STAT %a %u %g" /mnt'
	ok strake_run
	[[ $(info /mnt) == 'ro,nosuid,nodev,noexec,noatime tmpfs'* ]]
	[[ $(info /mnt) == *size=1024k* ]]
	assert_has "$out" 'STAT 711 1000 1001'
}

@test "mounts: each flag of a bind mount" {
	mkdir "$T/src"
	local o
	for o in ro nosuid nodev noexec noatime nodiratime; do
		update_config '.mounts |= map(select(.destination != "/mnt"))'
		mount_at /mnt bind "$T/src" bind "$o"
		set_args cat /proc/self/mountinfo
		ok strake_run
		[[ ",$(info /mnt)" == *,"$o"[,\ ]* ]] || fail "$o: $(info /mnt)"
	done
}

@test "mounts: a bind of a directory, of a file, and writes go through" {
	mkdir "$T/dir"
	echo old >"$T/file"
	mount_at /new/dir bind "$T/dir" rbind rw
	mount_at /new/file bind "$T/file" rbind rw
	run_sh 'cat /new/file; echo new >/new/file; echo made >/new/dir/x'
	assert_out old
	assert_eq "$(cat "$T/file" "$T/dir/x")" $'new\nmade'
}

@test "mounts: a read-only bind" {
	mkdir "$T/dir"
	mount_at /mnt bind "$T/dir" rbind ro
	run_sh 'touch /mnt/x 2>&1 || true'
	assert_has "$out" 'Read-only file system'
}

# podman's --read-only with --secret mounts so.
@test "mounts: what is mounted below a read-only bind has its mount point made there" {
	strake_only "runc finds the file system read-only"
	mkdir "$T/dir"
	echo secret >"$T/file"
	mount_at /mnt bind "$T/dir" rbind ro nosuid
	mount_at /mnt/a/b bind "$T/file" bind ro
	mount_at /mnt/rw tmpfs tmpfs
	set_sh 'cat /mnt/a/b /proc/self/mountinfo; ! touch /mnt/x 2>/dev/null && ! touch /mnt/a/x 2>/dev/null && touch /mnt/rw/x'
	ok strake_run
	assert_has "$out" secret
	[[ $(info /mnt) == ro,nosuid,* ]]
	[[ $(info /mnt/a/b) == ro,* ]]
	# Also by root of a user namespace.
	rm -r "$T/dir/a" "$T/dir/rw"
	chown 5000:6000 "$T/dir"
	own_rootfs 5000:6000
	local d=$BUNDLE/rootfs
	while [ "$d" != / ]; do
		chmod o+x "$d"
		d=$(dirname "$d")
	done
	update_config '.linux.namespaces += [{"type": "user"}] | .linux.uidMappings = [{"containerID": 0, "hostID": 5000, "size": 65536}]
		| .linux.gidMappings = [{"containerID": 0, "hostID": 6000, "size": 65536}]'
	ok strake_run
	[[ $(info /mnt) == ro,nosuid,* ]]
}

@test "mounts: rro is recursive, ro is not" {
	requires kernel_mount_api kernel_mount_setattr
	runc_since 1.5 "runc 1.1.5 has no rro"
	requires cmd_unshare
	mkdir "$T/dir" "$T/dir/in"
	mount_at /a bind "$T/dir" rbind rro
	mount_at /b bind "$T/dir" rbind ro
	set_args cat /proc/self/mountinfo
	# The mount below the source lives in a private namespace, as the whole call does.
	STRAKE_TEST_ID=$ID unshare -m --propagation private sh -c \
		'mount -t tmpfs tmpfs "$0/in" && exec "$@"' "$T/dir" "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" \
		</dev/null >"$T/out.rro" 2>&1 3>&-
	out_file=$T/out.rro
	[[ $(info /a/in) == ro,* ]]
	[[ $(info /b) == ro,* ]]
	[[ $(info /b/in) == rw,* ]]
}

@test "mounts: a bind source that is not there" {
	mount_at /mnt bind "$T/nothing" bind
	not_ok strake_run
	assert_err_match 'no such file or directory'
	assert_has "$err" "$T/nothing"
	assert_nothing_left
}

@test "mounts: a relative bind source is the bundle's" {
	mkdir "$BUNDLE/data"
	echo here >"$BUNDLE/data/f"
	mount_at /mnt bind data bind
	set_args cat /mnt/f
	ok strake_run
	assert_out here
}

@test "mounts: order counts, later ones lie on earlier ones" {
	mkdir "$T/one"
	echo one >"$T/one/f"
	mount_at /mnt tmpfs tmpfs
	mount_at /mnt/sub bind "$T/one" bind
	set_args cat /mnt/sub/f
	ok strake_run
	assert_out one
}

# A source below a mount of the same config, and destinations named by the host's path of the root.
@test "mounts: a source that an earlier mount provides" {
	runc_since 1.5 "runc 1.1.5 cannot, in a user namespace"
	mkdir -p "$T/one/sub" "$BUNDLE/rootfs/final"
	echo one >"$T/one/sub/f"
	chown -R 5000:5000 "$T/one"
	mount_at /mnt bind "$T/one" bind
	mount_at "$BUNDLE/rootfs/final" bind "$BUNDLE/rootfs/mnt/sub" rbind
	set_args cat /final/f
	ok strake_run
	assert_out one
	update_config '.linux.namespaces += [{"type": "user"}] |
		.linux.uidMappings = [{"containerID": 0, "hostID": 100000, "size": 65536}] | .linux.gidMappings = .linux.uidMappings'
	local d=$BUNDLE/rootfs
	while [ "$d" != / ]; do
		chmod o+x "$d"
		d=$(dirname "$d")
	done
	ok strake_run
	assert_out one
	[ ! -e "$BUNDLE/rootfs$BUNDLE" ] || fail "the host's path was made in the root"
	assert_nothing_left
}

@test "mounts: an idmapped source that an earlier mount provides" {
	requires kernel_mount_api kernel_mount_setattr
	runc_since 1.5 "runc 1.1.5 has none"
	mkdir -p "$T/one/sub" "$BUNDLE/rootfs/final"
	echo one >"$T/one/sub/f"
	mount_at /mnt bind "$T/one" bind
	update_config --arg s "$BUNDLE/rootfs/mnt/sub" '.mounts += [{destination: "/final", type: "bind", source: $s, options: ["bind"],
		"uidMappings": [{"containerID": 0, "hostID": 5000, "size": 1000}], "gidMappings": [{"containerID": 0, "hostID": 6000, "size": 1000}]}]'
	set_args stat -c %u:%g /final/f
	strake_run
	if [ "$status" != 0 ] && [[ $err =~ (invalid\ argument|not\ support) ]]; then
		skip "the file system of $T cannot be idmapped"
	fi
	assert_out 5000:6000
	# The root of a user namespace may not map ids: it asks for it.
	update_config '.linux.namespaces += [{"type": "user"}] | .linux.uidMappings = [{"containerID": 0, "hostID": 5000, "size": 65536}]
		| .linux.gidMappings = [{"containerID": 0, "hostID": 6000, "size": 65536}]'
	local d=$BUNDLE/rootfs
	while [ "$d" != / ]; do
		chmod o+x "$d"
		d=$(dirname "$d")
	done
	ok strake_run
	assert_out 0:0
	assert_nothing_left
}

@test "mounts: a destination through a symlink stays in the root" {
	ln -s /real "$BUNDLE/rootfs/link"
	mkdir "$BUNDLE/rootfs/real"
	mount_at /link/sub tmpfs tmpfs size=1m
	set_args cat /proc/self/mountinfo
	ok strake_run
	[[ $(info /real/sub) == *tmpfs* ]]
}

@test "mounts: a dangling symlink as destination is made inside" {
	ln -s /../../../../elsewhere/deep "$BUNDLE/rootfs/link"
	mount_at /link tmpfs tmpfs
	set_args cat /proc/self/mountinfo
	ok strake_run
	[[ $(info /elsewhere/deep) == *tmpfs* ]]
	[ ! -e /elsewhere ]
}

@test "mounts: .. in a destination" {
	mount_at /a/../../b tmpfs tmpfs
	set_args cat /proc/self/mountinfo
	ok strake_run
	[[ $(info /b) == *tmpfs* ]]
}

@test "mounts: propagation of one mount" {
	mkdir "$T/dir"
	local p
	for p in rprivate rslave rshared; do
		update_config '.mounts |= map(select(.destination != "/mnt"))'
		mount_at /mnt bind "$T/dir" rbind "$p"
		set_args cat /proc/self/mountinfo
		ok strake_run
		case $p in
		rprivate) [ -z "$(tags /mnt)" ] ;;
		rshared) [[ $(tags /mnt) == *shared:* ]] ;;
		esac || fail "$p: $(tags /mnt)"
	done
}

@test "mounts: tmpcopyup" {
	mkdir "$BUNDLE/rootfs/data"
	echo kept >"$BUNDLE/rootfs/data/f"
	ln -s f "$BUNDLE/rootfs/data/l"
	chmod 750 "$BUNDLE/rootfs/data"
	mount_at /data tmpfs tmpfs tmpcopyup
	run_sh 'cat /data/f /data/l; stat -c %a /data; echo changed >/data/f'
	assert_out $'kept\nkept\n750'
	assert_eq "$(cat "$BUNDLE/rootfs/data/f")" kept
}

@test "mounts: tmpcopyup of a directory that cannot be read" {
	strake_only "the system calls are its own"
	requires cmd_strace
	mkdir "$BUNDLE/rootfs/data"
	echo kept >"$BUNDLE/rootfs/data/f"
	mount_at /data tmpfs tmpfs tmpcopyup
	set_args true
	STRAKE_TEST_ID=$ID timeout 20 strace -f -o "$T/trace" -e trace=getdents64 -e inject=getdents64:error=EIO \
		"$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$T/o" 2>&1 3>&- 4>&- || true
	assert_has "$(cat "$T/o")" '(/data): copy up: read a directory: input/output error'
}

@test "mounts: no room for what a device is bound on" {
	strake_only "the words are its own"
	update_config '.linux.namespaces += [{"type": "user"}]
		| .linux.uidMappings = [{"containerID": 0, "hostID": 0, "size": 65536}] | .linux.gidMappings = .linux.uidMappings
		| (.mounts[] | select(.destination == "/dev") | .options) += ["nr_inodes=5"]'
	not_ok strake_run
	assert_err_match 'create /dev/[a-z]*: no space left on device'
}

@test "mounts: cgroup on v1" {
	requires cgroups_v1
	mount_at /sys/fs/cgroup cgroup cgroup nosuid noexec nodev relatime ro
	run_sh 'ls /sys/fs/cgroup; cat /sys/fs/cgroup/memory/cgroup.procs; touch /sys/fs/cgroup/memory/x 2>&1; true'
	assert_has "$out" memory
	assert_has "$out" cpu
	assert_has "$out" 'Read-only file system'
	assert_out_match '(^|[[:space:]])1([[:space:]]|$)'
}

@test "mounts: cgroup on v2" {
	requires cgroups_v2
	update_config '.linux.namespaces += [{"type": "cgroup"}]'
	mount_at /sys/fs/cgroup cgroup cgroup nosuid noexec nodev relatime ro
	run_sh 'cat /sys/fs/cgroup/cgroup.procs; cat /proc/self/cgroup; touch /sys/fs/cgroup/x 2>&1; true'
	assert_has "$out" '0::/'
	assert_has "$out" 'Read-only file system'
	assert_out_match '(^|[[:space:]])1([[:space:]]|$)'
}

@test "mounts: options that make no sense to the file system" {
	mount_at /mnt tmpfs tmpfs frobnicate=1
	not_ok strake_run
	assert_has "$err" /mnt
	assert_nothing_left
}

@test "mounts: an unknown file system" {
	mount_at /mnt nosuchfs none
	not_ok strake_run
	assert_err_match 'no such device'
	assert_nothing_left
}

@test "mounts: the option defaults" {
	strake_only "runc hands it to the kernel"
	mount_at /mnt tmpfs tmpfs defaults
	set_args true
	ok strake_run
}

@test "mounts: nosymfollow" {
	runc_since 1.5 "runc 1.1.5 does not know it"
	mount_at /mnt tmpfs tmpfs nosymfollow
	run_sh 'cd /mnt; echo x >f; ln -s f l; cat l 2>&1; true'
	assert_has "$out" 'Too many'
}

@test "mounts: the last of ro and rw wins" {
	mount_at /mnt tmpfs tmpfs ro rw
	mount_at /mnt2 tmpfs tmpfs rw ro
	set_args cat /proc/self/mountinfo
	ok strake_run
	[[ $(info /mnt) == rw,* ]]
	[[ $(info /mnt2) == ro,* ]]
}

@test "mounts: an overlay" {
	mkdir "$T/l" "$T/u" "$T/w"
	echo low >"$T/l/f"
	mount_at /mnt overlay overlay "lowerdir=$T/l" "upperdir=$T/u" "workdir=$T/w"
	run_sh 'cat /mnt/f; echo up >/mnt/f'
	assert_out low
	assert_eq "$(cat "$T/u/f")" up
}

@test "mounts: an idmapped bind" {
	requires kernel_mount_api kernel_mount_setattr
	runc_since 1.5 "runc 1.1.5 has none"
	mkdir "$T/dir"
	touch "$T/dir/f"
	chown 0:0 "$T/dir/f"
	update_config --arg s "$T/dir" '.mounts += [{"destination": "/mnt", "type": "bind", "source": $s, "options": ["bind"],
		"uidMappings": [{"containerID": 0, "hostID": 5000, "size": 1000}], "gidMappings": [{"containerID": 0, "hostID": 6000, "size": 1000}]}]'
	set_args stat -c '%u %g' /mnt/f
	strake_run
	if [ "$status" != 0 ] && [[ $err =~ (invalid\ argument|not\ support) ]]; then
		skip "the file system of $T cannot be idmapped"
	fi
	assert_out '5000 6000'
}

# A link on the host (or in the bundle) that says where, and what it leads to.
link_source() {
	mkdir -p "$T/src"
	echo pointed-to >"$T/src/file"
	ln -s "$1" "$T/src/link"
}
in_user_namespace() {
	local d=$BUNDLE/rootfs
	update_config '.linux.namespaces += [{"type": "user"}] |
		.linux.uidMappings = [{"containerID": 0, "hostID": 100000, "size": 65536}] | .linux.gidMappings = .linux.uidMappings'
	while [ "$d" != / ]; do
		chmod o+x "$d"
		d=$(dirname "$d")
	done
	chown 100000:100000 "$BUNDLE/rootfs"
}
no_mount_at() { update_config --arg d "$1" '.mounts |= map(select(.destination != $d))'; }
knows_links() { [ "$RUNTIME_NAME" != runc ] || skip "not for runc: options of crun"; }

@test "mounts: copy-symlink makes the link again" {
	knows_links
	link_source file
	mount_at /made/link bind "$T/src/link" bind copy-symlink
	mount_at /made/plain bind "$T/src/file" bind ro copy-symlink
	set_sh 'readlink /made/link; cat /made/plain; grep -c /made/ /proc/self/mountinfo; true'
	ok strake_run
	assert_out $'file\npointed-to\n1'
	[ "$(readlink "$BUNDLE/rootfs/made/link")" = file ] || fail "no link was made"
	# It is there now, and is the same.
	ok strake_run
	ln -sfn other "$BUNDLE/rootfs/made/link"
	not_ok strake_run
	assert_err_match 'made/link.*(exists and is not a link to file|already exists with a different content)'
	assert_nothing_left
	ln -sfn file "$T/src/dangling"
	rm "$BUNDLE/rootfs/made/link" "$T/src/file"
	no_mount_at /made/plain
	ok strake_run
}

@test "mounts: copy-symlink in a user namespace, of a source that nobody there could read" {
	strake_only "it looks for the source there"
	link_source file
	chmod 700 "$T/src"
	in_user_namespace
	mount_at /made/link bind "$T/src/link" bind copy-symlink
	run_sh 'readlink /made/link; stat -c %u:%g /made/link'
	assert_out $'file\n0:0'
}

@test "mounts: in a user namespace, of a source that nobody there could open" {
	requires root kernel_mount_api kernel_mount_setattr
	mkdir -p "$T/closed/open"
	echo inside >"$T/closed/open/file"
	chown -R 5000:5000 "$T/closed"
	chmod 700 "$T/closed"
	in_user_namespace
	mount_at /one bind "$T/closed/open" rbind ro
	mount_at /two bind "$T/closed/open/file" bind
	local p
	for p in rprivate rslave rshared; do
		update_config --arg p "$p" '.linux.rootfsPropagation = $p'
		run_sh 'cat /one/file /two; touch /one/x; cat /proc/self/mountinfo'
		assert_out_match $'^inside\ninside\n'
		[[ $(info /one) == ro,* ]]
	done
	rm -r "$T/closed/open"
	not_ok strake_run
	assert_err_match 'closed/open.*: [nN]o such file'
	assert_nothing_left
}

# Who waits for it in the foreground holds none of its mounts.
@test "mounts: the container takes its bind off again" {
	strake_only "runc holds none"
	mkdir "$T/dir"
	update_config '.process.capabilities |= map_values(. + ["CAP_SYS_ADMIN"])'
	mount_at /mnt bind "$T/dir" bind
	run_sh 'umount /mnt && echo gone'
	assert_out gone
	in_user_namespace
	run_sh 'umount /mnt && echo gone'
	assert_out gone
	requires kernel_mount_api kernel_mount_setattr
	update_config 'del(.linux.uidMappings, .linux.gidMappings) | .linux.namespaces |= map(select(.type != "user")) |
		.mounts[-1].uidMappings = [{"containerID": 0, "hostID": 5000, "size": 1000}] | .mounts[-1].gidMappings = .mounts[-1].uidMappings'
	strake_run
	[[ ! $err =~ (invalid\ argument|not\ support) ]] || skip "the file system of $T cannot be idmapped"
	assert_out gone
}

@test "mounts: copy-symlink stays in the root" {
	knows_links
	link_source "$T/src/file"
	mkdir -p "$T/outside" "$BUNDLE/rootfs$T/outside"
	ln -s "$T/outside" "$BUNDLE/rootfs/out"
	ln -s ../../../../../../../../../.. "$BUNDLE/rootfs/up"
	mount_at /out/link bind "$T/src/link" bind copy-symlink
	mount_at /up/link2 bind "$T/src/link" bind copy-symlink
	run_sh "readlink $T/outside/link; readlink /link2"
	assert_out "$T/src/file"$'\n'"$T/src/file"
	[ -z "$(ls -A "$T/outside")" ] || fail "made outside"
	[ ! -L /link2 ] || fail "made in the host's root"
}

@test "mounts: copy-symlink of a link that an earlier mount provides" {
	strake_only "its source is in the root"
	local ns
	link_source file
	mkdir "$T/outside" "$BUNDLE/rootfs/mnt"
	# What leads there by the host's path must not lead out of the root.
	ln -s inner "$T/outside/link"
	ln -s "$T/outside" "$T/src/way"
	mount_at /mnt bind "$T/src" bind
	mount_at /made bind "$BUNDLE/rootfs/mnt/link" bind copy-symlink
	for ns in none user; do
		[ "$ns" = none ] || in_user_namespace
		set_args readlink /made
		ok strake_run
		assert_out file
		rm "$BUNDLE/rootfs/made"
	done
	update_config --arg s "$BUNDLE/rootfs/mnt/way/link" '.mounts[-1].source = $s'
	strake_run
	[ ! -L "$BUNDLE/rootfs/made" ] || fail "a link outside of the root was read"
}

@test "mounts: src-nofollow binds the link itself" {
	strake_only "crun 1.28 does so together with dest-nofollow alone"
	local ns
	link_source other
	echo in the container >"$BUNDLE/rootfs/other"
	for ns in none user; do
		[ "$ns" = none ] || in_user_namespace
		mount_at /link bind "$T/src/link" bind src-nofollow
		set_sh 'readlink /link; cat /link; grep -c " /link " /proc/self/mountinfo'
		ok strake_run
		assert_out $'other\nin the container\n1'
		[ -f "$BUNDLE/rootfs/link" ] && [ ! -L "$BUNDLE/rootfs/link" ] || fail "no file to be mounted on was made"
		no_mount_at /link
	done
	# A directory cannot take a link; where there is no link, it is an ordinary bind.
	mount_at /etc bind "$T/src/link" bind src-nofollow
	not_ok strake_run
	assert_nothing_left
	no_mount_at /etc
	mount_at /dir bind "$T/src" bind src-nofollow
	set_args cat /dir/file
	ok strake_run
	assert_out pointed-to
}

@test "mounts: dest-nofollow mounts on the link, not on what it points to" {
	knows_links
	local ns
	link_source other
	echo below >"$BUNDLE/rootfs/below"
	ln -s below "$BUNDLE/rootfs/link"
	for ns in none user; do
		[ "$ns" = none ] || in_user_namespace
		mount_at /link bind "$T/src/file" bind ro dest-nofollow
		set_sh 'cat /link /below; readlink /link; grep " /link " /proc/self/mountinfo'
		ok strake_run
		assert_out_match $'^pointed-to\nbelow\n[^\n]* ro,[^\n]*$'
		no_mount_at /link
		mount_at /link bind "$T/src/link" bind src-nofollow dest-nofollow
		set_args readlink /link
		ok strake_run
		assert_out other
		no_mount_at /link
	done
	assert_eq "$(readlink "$BUNDLE/rootfs/link")" below
	# It must be there, and a link takes no directory.
	mount_at /not/there bind "$T/src/file" bind dest-nofollow
	not_ok strake_run
	assert_err_match 'no such file or directory|No such file or directory'
	no_mount_at /not/there
	mount_at /link bind "$T/src" bind dest-nofollow
	not_ok strake_run
	assert_nothing_left
}

@test "mounts: dest-nofollow stays in the root and off the kernel's links" {
	knows_links
	link_source file
	mkdir -p "$T/outside" "$BUNDLE/rootfs$T"
	ln -s nothing "$T/outside/link"
	ln -s "$T/outside" "$BUNDLE/rootfs/out"
	mount_at /out/link bind "$T/src/file" bind dest-nofollow
	set_args true
	not_ok strake_run
	assert_nothing_left
	mkdir "$BUNDLE/rootfs$T/outside"
	ln -s inner "$BUNDLE/rootfs$T/outside/link"
	set_sh "cat $T/outside/link"
	ok strake_run
	assert_out pointed-to
	assert_eq "$(readlink "$T/outside/link")" nothing
	no_mount_at /out/link
	set_args true
	ok strake_run
	local d
	for d in /proc/self/exe /proc/mounts /sys/class/net/lo; do
		mount_at "$d" bind "$T/src/file" bind dest-nofollow
		not_ok strake_run
		no_mount_at "$d"
	done
	assert_nothing_left
}

@test "mounts: the options for links exclude each other, and are for binds" {
	strake_only "the words, and what crun ignores"
	link_source file
	local o at
	for o in src-nofollow dest-nofollow; do
		mount_at /x bind "$T/src/link" bind copy-symlink "$o"
		at=$(jq '.mounts | length - 1' "$BUNDLE/config.json")
		not_ok strake_run
		assert_err_match "config.json:[0-9]+:[0-9]+: mounts\[$at\]\.options\[2\] \(/x\): copy-symlink excludes src-nofollow and dest-nofollow"
		no_mount_at /x
	done
	for o in copy-symlink src-nofollow dest-nofollow; do
		mount_at /x tmpfs tmpfs nodev "$o"
		not_ok strake_run
		assert_err_match "config.json:[0-9]+:[0-9]+: mounts\[$at\]\.options\[1\] \(/x\): $o is for bind mounts only"
		no_mount_at /x
	done
	assert_nothing_left
}

@test "mounts: idmap with mappings of its own" {
	requires kernel_mount_api kernel_mount_setattr linux_6.3 # idmapped tmpfs
	knows_links
	local f
	mkdir "$T/dir"
	for f in 0 3 12; do
		touch "$T/dir/$f"
		chown "$f:$f" "$T/dir/$f"
	done
	update_config --arg s "$T/dir" '.mounts += [{"destination": "/mnt", "type": "bind", "source": $s, "options": ["bind"],
		"uidMappings": [{"containerID": 0, "hostID": 5000, "size": 1000}], "gidMappings": [{"containerID": 0, "hostID": 6000, "size": 1000}]}]'
	set_args true
	strake_run
	[ "$status" = 0 ] || skip "the file system of $T cannot be idmapped: $err"
	no_mount_at /mnt
	mount_at /mnt bind "$T/dir" bind 'idmap=uids=0-500-10#10-710-11;gids=0-100-20'
	mount_at /tm tmpfs tmpfs 'idmap=uids=0-500-10;gids=0-100-20'
	set_sh 'stat -c %n:%u:%g /mnt/0 /mnt/3 /mnt/12 /tm'
	ok strake_run
	assert_out $'/mnt/0:500:100\n/mnt/3:503:103\n/mnt/12:712:112\n/tm:500:100'
	# Of the container's user namespace.
	in_user_namespace
	update_config '.mounts[-2].options[1] = "idmap=uids=@0-500-10#@10-710-11;gids=@0-100-20" | .mounts[-1].options[0] = "idmap=uids=@0-1-9;gids=@0-2-9"'
	ok strake_run
	assert_out $'/mnt/0:500:100\n/mnt/3:503:103\n/mnt/12:712:112\n/tm:1:2'
	assert_nothing_left
}

@test "mounts: idmap with mappings that are none" {
	strake_only "the words"
	requires kernel_mount_api kernel_mount_setattr
	mkdir "$T/dir"
	set_args true
	local o at
	at=$(jq '.mounts | length' "$BUNDLE/config.json")
	while read -r o; do
		mount_at /mnt bind "$T/dir" ro rbind "${o%% *}"
		not_ok strake_run
		assert_err_match "config.json:[0-9]+:[0-9]+: mounts\[$at\]\.options\[2\] \(/mnt\): .*${o#* }"
		no_mount_at /mnt
	done <<-'END'
		idmap= expected uids= or gids=
		idmap=users=0-0-1 expected uids= or gids=
		idmap=uids=0-0;gids=0-0-1 expected a mapping ID-ID-COUNT, found .+0-0."
		idmap=uids=0-0-1-1;gids=0-0-1 found .+0-0-1-1."
		idmap=uids=0--1-1;gids=0-0-1 found .+0--1-1."
		idmap=uids=a-0-1;gids=0-0-1 found .+a-0-1."
		idmap=uids=0-0-1#;gids=0-0-1 found .+."
		idmap=uids=;gids=0-0-1 found .+."
		ridmap=uids=0-0-1;uids=0-0-1 uids= is there twice
		idmap=uids=0-0-0;gids=0-0-1 is empty, or goes beyond
		idmap=uids=0-4294967295-1;gids=0-0-1 is empty, or goes beyond
		idmap=uids=0-0-10#9-100-1;gids=0-0-1 overlaps another
		idmap=uids=@0-0-1;gids=0-0-1 the id 0 is not one of the container's user namespace
	END
	mount_at /mnt bind "$T/dir" bind 'idmap=uids=0-0-1'
	not_ok strake_run
	assert_err_match 'both uid and gid mappings'
	update_config '.mounts[-1].options[1] = "idmap=uids=0-0-1;gids=0-0-1" | .mounts[-1].uidMappings = [{"containerID": 0, "hostID": 0, "size": 1}] |
		.mounts[-1].gidMappings = .mounts[-1].uidMappings'
	not_ok strake_run
	assert_err_match 'options\[1\].*uidMappings or gidMappings too'
	in_user_namespace
	update_config '.mounts[-1] |= (del(.uidMappings, .gidMappings) | .options[1] = "idmap=uids=@0-65530-10;gids=@0-0-1")'
	not_ok strake_run
	assert_err_match 'the id 65536 is not one of'
	assert_nothing_left
}

@test "mounts: nothing of them is seen outside" {
	mount_at /mnt tmpfs tmpfs
	run_sleeper
	assert_eq "$(wc -l </proc/self/mountinfo)" "$MOUNTS_BEFORE"
}

@test "mounts: forty of them" {
	mkdir "$T/dir"
	update_config --arg s "$T/dir" '.mounts += [range(40) | {"destination": "/m/\(.)", "type": "bind", "source": $s, "options": ["bind", "ro"]}]'
	run_sh 'grep -c " /m/" /proc/self/mountinfo'
	assert_out 40
}

@test "rootfs: read-only" {
	update_config '.root.readonly = true'
	run_sh 'touch /x 2>&1; touch /dev/x && echo dev is writable'
	assert_has "$out" 'Read-only file system'
	assert_has "$out" 'dev is writable'
}

@test "rootfs: propagation" {
	runc_since 1.5 "runc 1.1.5 leaves a shared root private"
	local p
	for p in private slave shared unbindable; do
		update_config --arg p "$p" '.linux.rootfsPropagation = $p'
		set_args cat /proc/self/mountinfo
		ok strake_run
		case $p in
		shared) [[ $(tags /) == *shared:* ]] ;;
		private) [ -z "$(tags /)" ] ;;
		unbindable) [[ $(tags /) == *unbindable* ]] ;;
		esac || fail "$p: $(tags /)"
	done
}

@test "rootfs: the old root is gone" {
	run_sh 'wc -l </proc/self/mountinfo; ls /.. | grep -c work; grep -v " / " /proc/self/mountinfo | grep -c "'"$T"'"; true'
	[ "$(sed -n 1p "$out_file")" -lt 30 ]
	assert_eq "$(sed -n 2,3p "$out_file")" $'0\n0'
}

@test "rootfs: not there, a file, a symlink" {
	update_config '.root.path = "nowhere"'
	not_ok strake_create
	assert_nothing_left
	touch "$BUNDLE/file"
	update_config '.root.path = "file"'
	not_ok strake_create
	assert_nothing_left
}

@test "rootfs: an absolute path" {
	update_config --arg p "$BUNDLE/rootfs" '.root.path = $p'
	set_args true
	ok strake_run
}

@test "rootfs: --no-pivot" {
	set_args ls /
	ok strake_run --no-pivot
	assert_has "$out" bin
}

@test "paths: masked files and directories" {
	mkdir "$BUNDLE/rootfs/secret-dir"
	echo HIDDEN >"$BUNDLE/rootfs/secret-dir/f"
	echo HIDDEN >"$BUNDLE/rootfs/secret-file"
	update_config '.linux.maskedPaths += ["/secret-dir", "/secret-file", "/not/there"]'
	run_sh 'ls -A /secret-dir; cat /secret-file; touch /secret-dir/x 2>&1; stat -c "%t:%T" /secret-file'
	assert_not "$out" HIDDEN
	assert_has "$out" 'Read-only'
	assert_has "$out" '1:3'
}

@test "paths: read-only ones keep their flags" {
	mkdir "$BUNDLE/rootfs/frozen"
	update_config '.linux.readonlyPaths += ["/frozen", "/not/there"]'
	run_sh 'touch /frozen/x 2>&1; echo 1 >/proc/sys/kernel/domainname; cat /proc/self/mountinfo'
	assert_has "$out" 'Read-only'
	[[ $(info /proc/sys) == ro,* ]]
	[[ $(info /frozen) == ro,* ]]
}

# What is laid over its root a process does not see.
@test "paths: the root as a read-only one, by any name, and another way to its directory" {
	local path
	ln -s . "$BUNDLE/rootfs/here"
	ln -s / "$BUNDLE/rootfs/tmp/up"
	for path in / /. /here /tmp/up; do
		update_config --arg p "$path" '.linux.readonlyPaths = [$p]'
		run_sh 'touch /x 2>&1; :'
		assert_has "$out" 'Read-only'
	done
	mkdir "$BUNDLE/rootfs/bundle"
	update_config --arg b "$BUNDLE" '.linux.readonlyPaths = ["/bundle/rootfs"]
		| .mounts += [{destination: "/bundle", source: $b, options: ["bind"]}]'
	run_sh 'touch /bundle/rootfs/x 2>&1; touch /x; cat /proc/self/mountinfo'
	assert_has "$out" 'Read-only'
	[[ $(info /bundle/rootfs) == ro,* ]]
	[ -e "$BUNDLE/rootfs/x" ]
}

# see_covered: what is at /proc/sys/kernel/ns_last_pid, below a read-only path, is the file that was mounted there.
see_covered() {
	run_sh 'cat /proc/sys/kernel/ns_last_pid; cat /proc/self/mountinfo'
	assert_has "$out" COVERED
	[[ $(info /proc/sys) == ro,* ]]
}

@test "paths: what is mounted below a read-only one of procfs stays to be seen" {
	local hook
	[ -e /proc/sys/kernel/ns_last_pid ] || skip "needs a kernel with CONFIG_CHECKPOINT_RESTORE"
	echo COVERED >"$T/file"
	cp "$BUNDLE/config.json" "$T/config.json"
	update_config --arg f "$T/file" '.mounts += [{destination: "/proc/sys/kernel/ns_last_pid", type: "bind", source: $f, options: ["bind"]}]'
	see_covered
	# Where a symlink of the image's leads to.
	ln -s proc/sys "$BUNDLE/rootfs/link"
	update_config '(.mounts[] | select(.source | endswith("/file")) | .destination) = "/link/kernel/ns_last_pid"'
	see_covered
	# By a hook.
	for hook in createRuntime createContainer; do
		jq --arg k "$hook" --arg s "mount --bind $T/file proc/sys/kernel/ns_last_pid" \
			'.hooks[$k] = [{path: "/bin/sh", args: ["sh", "-c", $s], env: ["PATH=/usr/bin:/bin"]}]' \
			<"$T/config.json" >"$BUNDLE/config.json"
		# (createRuntime runs in the namespaces of the runtime.)
		[ "$hook" = createContainer ] || update_config --arg t "$T" '.hooks.createRuntime[0].args[2] =
			"nsenter -t $(jq .pid) -m sh -c \"mount --bind \($t)/file \($t)/bundle/rootfs/proc/sys/kernel/ns_last_pid\""'
		see_covered
	done
}

@test "paths: masks are on what covers /proc, by whatever name that goes" {
	local way
	ln -s /proc "$BUNDLE/rootfs/link"
	cp "$BUNDLE/config.json" "$T/config.json"
	for way in /proc /proc/. /sys/../proc //proc/ /link; do
		jq --arg p "$way" '.linux.readonlyPaths = [$p, "/proc/bus"] | .linux.maskedPaths = ["/proc/keys", "/proc/timer_list"]' \
			<"$T/config.json" >"$BUNDLE/config.json"
		run_sh 'head -c 20 /proc/keys | wc -c; head -c 20 /proc/timer_list | wc -c; cat /proc/self/mountinfo'
		[[ $out == 0$'\n'0$'\n'* ]] || fail "read-only by $way:" "$out"
		[[ $(info /proc) == ro,* ]]
		[[ $(info /proc/bus) == ro,* ]]
	done
	jq '.linux.maskedPaths = ["/link", "/proc/keys"] | .linux.readonlyPaths = []' <"$T/config.json" >"$BUNDLE/config.json"
	run_sh 'ls /proc'
	assert_out ''
}

@test "paths: a read-only one that cannot be attached is an error" {
	strake_only "the calls are its own"
	requires kernel_mount_api kernel_mount_setattr
	command -v strace >/dev/null || skip "needs strace"
	local path n
	mkdir "$BUNDLE/rootfs/frozen"
	set_args true
	for path in /frozen /proc/bus; do
		update_config --arg p "$path" '.linux.readonlyPaths = [$p] | .linux.maskedPaths = []'
		ok strake_run # the second is as the third
		strace -f -e trace=move_mount -o "$T/trace" "$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null 3>&- 4>&-
		n=$(grep -cE 'move_mount\(.*(= 0|unfinished)' "$T/trace")
		# It is the last that init attaches; somebody may have removed it meanwhile.
		strace -f -e trace=move_mount -e inject="move_mount:error=ENOENT:when=$n" -o "$T/trace" \
			"$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$T/o" 2>&1 3>&- 4>&- &&
			fail "$path is not read-only, and nobody says so" "$(cat "$T/trace")"
		assert_has "$(cat "$T/o")" "linux.readonlyPaths[0] ($path): make it read-only"
	done
	assert_nothing_left
}

@test "paths: a link of procfs is followed" {
	update_config '.linux.maskedPaths = ["/proc/mounts"] | .linux.readonlyPaths = ["/proc/net"]'
	run_sh '! read -r first </proc/mounts || echo "OPEN: $first"; cat /proc/self/mountinfo'
	assert_not "$out" OPEN
	[[ $(info /proc/1/net) == ro,* ]]
}

@test "paths: a relative masked path is refused" {
	strake_only "runc 1.1.5 takes it"
	update_config '.linux.maskedPaths = ["proc/kcore"]'
	set_args true
	strake_run
	[ "$status" != 0 ] || skip "taken as below the root"
}

@test "devices: the default ones and the links" {
	run_sh 'for d in null zero full random urandom tty; do stat -c "%n %t:%T %a" /dev/$d; done; for l in fd stdin stdout stderr ptmx; do readlink /dev/$l; done'
	assert_out $'/dev/null 1:3 666\n/dev/zero 1:5 666\n/dev/full 1:7 666\n/dev/random 1:8 666\n/dev/urandom 1:9 666\n/dev/tty 5:0 666\n/proc/self/fd\n/proc/self/fd/0\n/proc/self/fd/1\n/proc/self/fd/2\npts/ptmx'
}

@test "devices: those of the config" {
	update_config '.linux.devices = [
		{"path": "/dev/mine", "type": "c", "major": 1, "minor": 5, "fileMode": 416, "uid": 1000, "gid": 1001},
		{"path": "/dev/sub/pipe", "type": "p"},
		{"path": "/dev/blk", "type": "b", "major": 7, "minor": 0, "fileMode": 384}]'
	run_sh 'stat -c "%n %t:%T %a %u %g %F" /dev/mine /dev/sub/pipe /dev/blk'
	assert_has "$out" '/dev/mine 1:5 640 1000 1001 character special file'
	assert_has "$out" '/dev/blk 7:0 600 0 0 block special file'
	assert_has "$out" fifo
}

@test "devices: a bad type" {
	update_config '.linux.devices = [{"path": "/dev/mine", "type": "x", "major": 1, "minor": 5}]'
	not_ok strake_create
	assert_nothing_left
}

# run_below_shared: runs the container with a shared tmpfs on $T/sh; what it says is in $T/seen, the host's mounts then in $T/host.
run_below_shared() {
	STRAKE_TEST_ID=$ID unshare -m --propagation private sh -ec '
		mkdir -p "$4/sh"; mount -t tmpfs none "$4/sh"; mount --make-shared "$4/sh"
		mkdir "$4/sh/private" "$4/sh/tmpfs" "$4/sh/unbindable" "$4/sh/ro"
		"$1" --root "$2" run --bundle "$3" '"$ID"' >"$4/seen" 2>&1
		touch "$4/sh/ro/host" || echo "the host cannot write"
		cat /proc/self/mountinfo' sh "$RUNTIME" "$ROOT" "$BUNDLE" "$T" </dev/null >"$T/host" 2>&1 3>&- 4>&- ||
		fail "$(<"$T/seen")" "$(<"$T/host")"
}

@test "mounts: propagation below a shared mount is what the mount asks for" {
	mkdir "$T/other"
	update_config --arg sh "$T/sh" --arg other "$T/other" '.process.capabilities |= map_values(. + ["CAP_SYS_ADMIN"]) | .mounts += [
		{destination: "/mnt", type: "bind", source: $sh, options: ["rbind", "rshared"]},
		{destination: "/mnt/private", type: "bind", source: $other, options: ["rbind", "rprivate"]},
		{destination: "/mnt/tmpfs", type: "tmpfs", source: "tmpfs", options: ["rprivate"]},
		{destination: "/mnt/unbindable", type: "tmpfs", source: "tmpfs", options: ["unbindable"]}]'
	set_sh 'sed -nE "s@.* (/mnt/[a-z]+) [^ ]+ (.*)- .*@\1 \2@p" /proc/self/mountinfo'
	run_below_shared
	assert_eq "$(sed -E 's/ $//' "$T/seen")" $'/mnt/private\n/mnt/tmpfs\n/mnt/unbindable unbindable'
	# And where the host is in the same peer group: what is the container's stays there.
	update_config '.linux.rootfsPropagation = "rshared" | .linux.readonlyPaths += ["/mnt/ro"] | del(.mounts[] | select(.destination == "/mnt/unbindable"))'
	set_sh 'mkdir /mnt/private/deep; mount -t tmpfs strake-leak /mnt/private/deep; ! touch /mnt/ro/x 2>/dev/null && echo read-only'
	run_below_shared
	assert_eq "$(<"$T/seen")" read-only
	assert_not "$(<"$T/host")" strake-leak
	assert_not "$(<"$T/host")" 'cannot write'
}

@test "mounts: more sources than descriptors, in a user namespace" {
	strake_only "runc holds none of them open"
	requires root kernel_mount_api kernel_mount_setattr
	in_user_namespace
	update_config '.mounts += [range(100) | {destination: ("/m/" + tostring), type: "bind", source: "/etc", options: ["rbind"]}]'
	(ulimit -n 64 && not_ok strake_run && assert_err_match 'receive a descriptor: too many open files')
	assert_nothing_left
}
