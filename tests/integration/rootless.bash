# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154,SC2034
#
# Containers of an unprivileged user, who may not write any cgroup: with and without ranges of
# subordinate ids. The user exists in a private mount namespace alone.
#
#   USER_ID      the user
#   USER_GROUPS  supplementary groups of the calls, by commas (default: none)

USER_ID=65533

setup() {
	requires cmd_setpriv cmd_newuidmap
	setup_bundle
	# In the user's place, where nothing is root's but the program.
	chmod a+x "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR"
	rm -rf "$BUNDLE/rootfs"
	cp -a "$BUSYBOX_ROOT" "$BUNDLE/rootfs"
	rm -f "$BUNDLE/rootfs/.done"
	cp "$RUNTIME" "$T/$RUNTIME_NAME"
	chmod 755 "$T/$RUNTIME_NAME"
	RUNTIME=$T/$RUNTIME_NAME
	chown -R $USER_ID:$USER_ID "$T"
	ROOT=$T/run/$RUNTIME_NAME
	mkdir "$T/run"
	chown $USER_ID:$USER_ID "$T/run"
	{
		cat /etc/passwd
		echo "strake-user:x:$USER_ID:$USER_ID::/:/bin/sh"
	} >"$T/passwd"
	ranges 200000:65536
	rm "$BUNDLE/config.json"
	user_call spec --rootless
	[ "$status" = 0 ] || skip "no unprivileged user namespaces here: $err"
	update_config '.process.terminal = false | .root.readonly = false'
	set_env
	user_call run "$ID"
	[ "$status" = 0 ] || skip "no unprivileged user namespaces here: $err"
}

set_env() { update_config --arg i "$ID" '.process.env += ["STRAKE_TEST_ID=" + $i] | .process.args = ["true"]'; }
# The user's range of subordinate ids, or none.
ranges() { echo "${1:+strake-user:$1}" >"$T/subid"; }
map_range() {
	update_config '.linux.uidMappings += [{"containerID": 1, "hostID": 200000, "size": 65536}] |
		.linux.gidMappings += [{"containerID": 1, "hostID": 200000, "size": 65536}]'
}

# user_call ARG...: like strake, by the user, in the bundle, with the default root of users.
user_call() {
	local groups=--clear-groups
	[ -z "${USER_GROUPS:-}" ] || groups=--groups=$USER_GROUPS
	CALLS=$((CALLS + 1))
	out_file=$T/out.$CALLS err_file=$T/err.$CALLS
	last_command="(as a user) $RUNTIME_NAME $*"
	status=0
	# shellcheck disable=SC2016
	unshare -m --propagation private sh -ec '
		t=$1 id=$2
		shift 2
		mount --bind "$t/passwd" /etc/passwd
		mount --bind "$t/subid" /etc/subuid
		mount --bind "$t/subid" /etc/subgid
		cd "$t/bundle"
		exec setpriv --reuid '$USER_ID' --regid '$USER_ID' '"$groups"' \
			env -i PATH="$PATH" HOME="$t" XDG_RUNTIME_DIR="$t/run" STRAKE_TEST_ID="$id" "$@"' \
		-- "$T" "$ID" timeout -k 5 60 "$RUNTIME" "$@" </dev/null >"$out_file" 2>"$err_file" 3>&- 4>&- ||
		status=$?
	out=$(cat "$out_file") err=$(cat "$err_file")
}
