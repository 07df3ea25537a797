#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Containers of an unprivileged user.
load helpers
load rootless

@test "rootless: one id, the host's network, a state directory of the user" {
	set_sh 'id -u; tr -s " " </proc/self/uid_map; cat /proc/self/setgroups; readlink /proc/self/ns/net'
	ok user_call run "$ID"
	assert_out "0
 0 $USER_ID 1
deny
$(readlink /proc/self/ns/net)"
	assert_eq "$(stat -c '%u %a' "$ROOT")" "$USER_ID 1700"
}

@test "rootless: a range of ids by newuidmap" {
	map_range
	update_config '.process.capabilities |= map_values(. + ["CAP_CHOWN"])'
	set_sh 'tr -s " " </proc/self/gid_map; touch /tmp/f && chown 33:33 /tmp/f && stat -c "%u %g" /tmp/f'
	ok user_call run "$ID"
	assert_out " 0 $USER_ID 1
 1 200000 65536
33 33"
	assert_eq "$(stat -c '%u %g' "$BUNDLE/rootfs/tmp/f")" "200032 200032"
}

@test "rootless: a range that is not the user's is refused, and says where to look" {
	ranges ''
	map_range
	not_ok user_call run "$ID"
	strake_only "runc hides it in three records"
	assert_err_match 'newuidmap .*/etc/subuid'
	assert_eq "$(wc -l <"$err_file")" 1
}

@test "rootless: mounts of links, on links, and mappings that the user may not make" {
	strake_only "options of crun"
	echo pointed-to >"$T/file"
	ln -s file "$T/source"
	ln -s below "$BUNDLE/rootfs/link"
	update_config --arg t "$T" '.mounts += [
		{"destination": "/link", "type": "bind", "source": "\($t)/file", "options": ["bind", "dest-nofollow"]},
		{"destination": "/bound", "type": "bind", "source": "\($t)/source", "options": ["bind", "src-nofollow"]},
		{"destination": "/made", "type": "bind", "source": "\($t)/source", "options": ["bind", "copy-symlink"]}]'
	set_sh 'cat /link; readlink /bound; readlink /made'
	ok user_call run "$ID"
	assert_out $'pointed-to\nfile\nfile'
	requires kernel_mount_api kernel_mount_setattr
	update_config --arg t "$T" '.mounts += [{"destination": "/m", "type": "bind", "source": $t, "options": ["bind", "idmap=uids=@0-0-1;gids=@0-0-1"]}]'
	not_ok user_call run "$ID"
	assert_err_match 'mounts.[0-9]+. \(/m\): .*operation not permitted'
}

@test "rootless: the commands" {
	set_args sleep 1000
	ok user_call create "$ID"
	ok user_call start "$ID"
	ok user_call list -q
	assert_out "$ID"
	ok user_call exec "$ID" id -u
	assert_out 0
	ok user_call exec --user 0 "$ID" sh -c 'echo $STRAKE_TEST_ID'
	ok user_call kill "$ID" KILL
	wait_for 5 eval 'user_call state "$ID"; [ "$(jq -r .status <<<"$out")" = stopped ]'
	ok user_call delete "$ID"
	ok user_call list -q
	assert_out ""
}

@test "rootless: delete --force of a running container" {
	set_args sleep 1000
	ok user_call run --detach "$ID"
	ok user_call delete --force "$ID"
}

@test "rootless: what needs a cgroup says that there is none" {
	set_args sleep 1000
	ok user_call run --detach "$ID"
	not_ok user_call ps "$ID"
	assert_err_match 'unable to get all container pids'
	not_ok user_call pause "$ID"
	not_ok user_call update --pids-limit 5 "$ID"
	ok user_call delete --force "$ID"
}

@test "rootless: limits and cgroup paths that cannot be had, in runc's words" {
	requires cgroup_pids
	update_config '.linux.resources.pids.limit = 100'
	not_ok user_call run "$ID"
	if is_cgroup2; then
		assert_err_match 'rootless needs no limits \+ no cgrouppath when no permission is granted for cgroups'
	else
		assert_err_match 'cannot set pids limit: container could not join or create cgroup'
	fi
	update_config 'del(.linux.resources) | .linux.cgroupsPath = "/strake-test/rootless"'
	not_ok user_call run "$ID"
	assert_err_match 'unable to apply cgroup configuration: .*permission denied'
}

@test "rootless: a config that only root can run is refused" {
	update_config '.linux.namespaces |= map(select(.type != "user")) | del(.linux.uidMappings, .linux.gidMappings)'
	not_ok user_call run "$ID"
	assert_err_match 'rootless container requires user namespaces'
}

@test "rootless: a lower oom_score_adj than the caller's is a warning of create, not of exec" {
	strake_only "runc fails"
	update_config '.process.oomScoreAdj = -500'
	set_args sleep 1000
	ok user_call run --detach "$ID"
	assert_err_match 'oom_score_adj -500 is not set'
	ok user_call exec "$ID" cat /proc/self/oom_score_adj
	assert_eq "$err" ""
	jq '.process | .args = ["true"] | .oomScoreAdj = -400' <"$BUNDLE/config.json" >"$T/process.json"
	ok user_call exec --process "$T/process.json" "$ID"
	assert_err_match 'oom_score_adj -400 is not set'
	ok user_call delete --force "$ID"
}
