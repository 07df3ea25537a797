#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154,SC2034
#
# mounts add and remove: a container that runs gets more mounts.
load helpers

setup() {
	setup_bundle
	strake_only "a command of crun"
	requires root kernel_mount_api
	mkdir "$T/source"
	echo "from the host" >"$T/source/file"
}

# mounts add|remove JSON
mounts() {
	printf '%s' "$2" >"$T/mounts.json"
	strake mounts "$1" "$ID" "$T/mounts.json"
}
inside() { strake exec "$ID" sh -c "$1"; }
bind() { jq -nc --arg s "$T/source" '[{"destination": "/new/dir", "type": "bind", "source": $s, "options": ["rbind", "ro", "nosuid"]}]'; }

@test "mounts: a bind comes and goes" {
	run_sleeper
	ok mounts add "$(bind)"
	ok inside 'cat /new/dir/file; grep " /new/dir " /proc/self/mountinfo'
	assert_out_match $'^from the host\n.* ro,nosuid'
	not_ok inside 'echo x >/new/dir/file'
	[ -z "$(left_mounts)" ]
	ok mounts remove '[{"destination": "/new/dir"}]'
	not_ok inside 'cat /new/dir/file'
	not_ok mounts remove '[{"destination": "/new/dir"}]'
	assert_err_match '/new/dir is not a mount point'
}

@test "mounts: all are added, or none" {
	run_sleeper
	ok inside 'mkdir /real; ln -s /real /link; cat /proc/self/mountinfo >/before'
	not_ok mounts add "$(bind | jq -c '. + (map(.destination = "/link")) + [
		{"destination": "/tm", "type": "tmpfs", "source": "tmpfs", "options": ["ro"]},
		{"destination": "/tm/deep", "type": "tmpfs", "source": "tmpfs", "options": ["size=64k"]},
		{"destination": "/etc/passwd/none", "type": "tmpfs", "source": "tmpfs"}]')"
	assert_err_match 'mounts.4. \(/etc/passwd/none\).*ot a directory'
	ok inside 'cmp /before /proc/self/mountinfo; ls /new/dir /real'
	assert_not "$out" file
	ok mounts add "$(bind)"
	ok inside 'cat /new/dir/file'
}

@test "mounts: of a created container, of a file, a tmpfs, from stdin" {
	set_sh 'cat /one; ls -d /two/*; touch /two/x || echo read-only'
	ok strake_create
	local log=$T/out.$CALLS
	jq -nc --arg s "$T/source/file" '[{"destination": "/one", "type": "bind", "source": $s, "options": ["bind"]},
		{"destination": "/two", "type": "tmpfs", "source": "tmpfs", "options": ["ro", "size=64k"]}]' >"$T/in"
	STDIN=$T/in ok strake mounts add "$ID" -
	ok strake start "$ID"
	wait_status stopped
	assert_has "$(cat "$log")" "from the host"
	assert_has "$(cat "$log")" "read-only"
	not_ok mounts add "$(bind)"
	assert_err_match 'container not running'
}

@test "mounts: a user namespace" {
	update_config '.linux.namespaces += [{"type": "user"}] |
		.linux.uidMappings = [{"containerID": 0, "hostID": 100000, "size": 65536}] |
		.linux.gidMappings = [{"containerID": 0, "hostID": 100000, "size": 65536}]'
	own_rootfs 100000:100000
	chmod a+x "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR" "$T"
	run_sleeper
	ok mounts add "$(bind | jq -c '. + [{"destination": "/tm", "type": "tmpfs", "source": "tmpfs"}]')"
	ok inside 'cat /new/dir/file; touch /tm/x; stat -c %u /tm /new'
	assert_out $'from the host\n0\n0'
	ok mounts remove '[{"destination": "/tm"}, {"destination": "/new/dir"}]'
	not_ok inside 'cat /new/dir/file'
	# Only from outside could this be mapped, where it does not exist.
	not_ok mounts add "$(jq -nc --arg s "$BUNDLE/rootfs/tm" '[
		{"destination": "/tm", "type": "tmpfs", "source": "tmpfs"},
		{"destination": "/tmp", "type": "bind", "source": $s, "options": ["bind", "idmap"],
		 "uidMappings": [{"containerID": 0, "hostID": 1000, "size": 1}],
		 "gidMappings": [{"containerID": 0, "hostID": 1000, "size": 1}]}]')"
	assert_err_match 'id-map .*/rootfs/tm: operation not permitted'
}

@test "mounts: what is locked for a user namespace" {
	requires cmd_unshare
	update_config '.linux.namespaces += [{"type": "user"}] |
		.linux.uidMappings = [{"containerID": 0, "hostID": 100000, "size": 65536}] |
		.linux.gidMappings = [{"containerID": 0, "hostID": 100000, "size": 65536}] |
		.process.capabilities |= map_values(. + ["CAP_SYS_ADMIN"]) | .process.args = ["sleep", "1000"]'
	own_rootfs 100000:100000
	chmod a+x "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR" "$T"
	# Nor can it be opened with the rights of the container's root.
	mkdir -p "$T/closed/source"
	chown 5000:5000 "$T/closed"
	chmod 700 "$T/closed"
	echo '[{"destination": "/new", "type": "bind", "source": "'"$T/closed/source"'", "options": ["rbind"]}]' >"$T/mounts.json"
	STRAKE_TEST_ID=$ID RUNTIME="$RUNTIME --root $ROOT" T=$T ID=$ID BUNDLE=$BUNDLE unshare -m --propagation private sh -exc '
		cd "$T/closed/source"
		mount -t tmpfs -o mode=777 locks .
		cd "$T/closed/source"
		mkdir in
		touch in/secret
		mount -t tmpfs -o mode=777 locks in
		touch in/cover
		mount -o remount,bind,ro,nosuid,nodev,noexec .
		cd /
		$RUNTIME run --detach --bundle "$BUNDLE" "$ID" </dev/null >"$T/run.out" 2>&1
		$RUNTIME mounts add "$ID" "$T/mounts.json"
		$RUNTIME exec "$ID" sh -c "mount -o remount,bind,rw,suid,dev,exec none /new; umount /new/in; touch /new/x
			ls /new /new/in; grep -c \" /new ro,nosuid,nodev,noexec\" /proc/self/mountinfo; umount -l /new && echo gone" >"$T/seen"
		sed "s/rbind/bind/" "$T/mounts.json" >"$T/alone.json"
		if $RUNTIME mounts add "$ID" "$T/alone.json" 2>"$T/err"; then exit 1; fi
	' </dev/null >"$T/log" 2>&1 3>&- 4>&- || fail "$(cat "$T/log")"
	assert_eq "$(cat "$T/seen")" $'/new:\nin\n\n/new/in:\ncover\n1\ngone'
	[[ $(cat "$T/err") == *"/new"*"locked for a user namespace (rbind"* ]] || fail "$(cat "$T/err")"
}

@test "mounts: on links, and links themselves" {
	ln -s file "$T/source/link"
	ln -s below "$BUNDLE/rootfs/link"
	run_sleeper
	ok mounts add "$(jq -nc --arg s "$T/source" '[
		{"destination": "/link", "type": "bind", "source": "\($s)/file", "options": ["bind", "dest-nofollow"]},
		{"destination": "/bound", "type": "bind", "source": "\($s)/link", "options": ["bind", "src-nofollow"]},
		{"destination": "/made", "type": "bind", "source": "\($s)/link", "options": ["bind", "copy-symlink"]}]')"
	ok inside 'cat /link; readlink /bound; readlink /made; grep -c -e " /link " -e " /bound " -e " /made " /proc/self/mountinfo'
	assert_out $'from the host\nfile\nfile\n2'
	ok mounts remove '[{"destination": "/link"}, {"destination": "/bound"}]'
	ok inside 'readlink /link; [ -f /bound ] && [ ! -L /bound ] && echo file'
	assert_out $'below\nfile'
	not_ok mounts remove '[{"destination": "/link"}]'
	assert_err_match '/link is not a mount point'
	# Behind a link of the container's that leads out, it is looked for inside.
	ok inside "ln -s $T /out"
	not_ok mounts add "$(jq -nc --arg s "$T/source/file" '[
		{"destination": "/out/source/link", "type": "bind", "source": $s, "options": ["bind", "dest-nofollow"]}]')"
	assert_err_match 'open the destination /out/source/link: no such file'
}

@test "mounts: what the container put in the way does not lead out" {
	mkdir -p "$T/outside"
	ln -s "$T/outside" "$BUNDLE/rootfs/link"
	run_sleeper
	ok mounts add "$(bind | jq -c '.[0].destination = "/link/dir"')"
	[ -z "$(ls -A "$T/outside")" ]
	ok inside "cat $T/outside/dir/file"
	# Nor is /proc covered.
	not_ok mounts add "$(bind | jq -c '.[0].destination = "/proc/sys"')"
	assert_err_match 'proc'
}

# A container that has made its /data a link to /proc would have /proc/sys to write to, and /proc/timer_list to read.
@test "mounts: what the container may not see or write stays covered" {
	local name
	mkdir -p "$BUNDLE/rootfs/secret" "$BUNDLE/rootfs/slash" "$BUNDLE/rootfs/var" "$BUNDLE/rootfs/run/hidden"
	ln -s /run "$BUNDLE/rootfs/var/run"
	update_config '.linux.maskedPaths += ["/secret", "//slash/", "/var/run/hidden"] | .linux.readonlyPaths += ["/dev/shm"]'
	run_sleeper
	ln -s proc "$BUNDLE/rootfs/data"
	ln -s . "$BUNDLE/rootfs/top"
	for name in /data/sys /data/timer_list /proc/bus /top/proc /top/secret /top/sys/firmware /dev/shm \
		/slash /run/hidden /var/run/hidden; do
		not_ok mounts remove "[{\"destination\": \"$name\"}]"
		assert_err_match "$name cannot be unmounted: .*linux.readonlyPaths"
	done
	ok strake exec "$ID" grep -c -e ' /proc/sys ' -e ' /proc/timer_list ' -e ' /proc/bus ' -e ' /secret ' -e ' /sys/firmware ' \
		-e ' /slash ' -e ' /run/hidden ' /proc/self/mountinfo
	assert_out 7
	# Nor is another mount changed than the one that was meant.
	mkdir "$BUNDLE/rootfs/own"
	ok mounts add '[{"destination": "/own", "type": "tmpfs", "source": "tmpfs"}, {"destination": "/own", "type": "none", "options": ["remount", "ro"]}]'
	ok strake exec "$ID" sh -c '! touch /own/x 2>/dev/null'
	not_ok mounts add '[{"destination": "/top/own", "type": "none", "options": ["remount", "rw"]}]'
	assert_err_match 'the destination of a remount, /top/own, is /own in the container'
	# What may be added there may be removed.
	echo 1 >"$T/uptime"
	ok mounts add "[{\"destination\": \"/proc/uptime\", \"type\": \"bind\", \"source\": \"$T/uptime\", \"options\": [\"bind\"]}]"
	ok mounts remove '[{"destination": "/data/uptime"}]'
}

@test "mounts: errors" {
	run_sleeper
	not_ok strake mounts sideways "$ID" /dev/null
	assert_err_match 'unknown command sideways'
	not_ok strake mounts add "$ID"
	assert_err_match 'requires exactly 3 argument'
	not_ok mounts add '{}'
	assert_err_match 'mounts: expected an array'
	not_ok mounts add '[{"destination": "/x", "type": "bind", "source": "/none", "options": ["bind"]}]'
	assert_err_match 'open the source /none: no such file'
	# It would be the host's, and the other's paths those of the container.
	not_ok mounts add '[{"destination": "/p", "type": "proc", "source": "proc"}]'
	assert_err_match 'a file system of type proc cannot be mounted in a container that runs'
	not_ok mounts add '[{"destination": "/x", "type": "overlay", "source": "overlay", "options": ["lowerdir=/bin:/etc"]}]'
	assert_err_match 'type overlay cannot be mounted'
	not_ok mounts remove '[{"destination": "/"}]'
	assert_err_match 'root cannot be unmounted'
	not_ok strake mounts add nobody "$T/mounts.json"
	assert_err_match 'container does not exist'
	ok strake delete --force "$ID"
	update_config '.linux.namespaces |= map(select(.type != "mount")) | .mounts = [] | .linux.maskedPaths = [] | .linux.readonlyPaths = []'
	strake_run --detach
	[ "$status" = 0 ] || return 0
	not_ok mounts add "$(bind)"
	assert_err_match 'no mount namespace of its own'
}
