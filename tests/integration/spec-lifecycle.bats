#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# runtime.md: operations, state, hooks.
load helpers

# hook KIND SCRIPT [EXTRA]: a shell hook; EXTRA is JSON merged into it.
hook() {
	update_config --arg k "$1" --arg s "$2" --argjson x "${3:-{\}}" \
		'.hooks[$k] += [{"path": "/bin/sh", "args": ["sh", "-c", $s]} + $x]'
}

@test "spec lifecycle: what was edited after create does not matter, not for hooks either" {
	hook poststart "echo old >$T/poststart"
	hook poststop "echo old >$T/poststop"
	set_sh 'echo old >/out; sleep 1000'
	ok strake_create
	set_sh 'echo new >/out'
	update_config --arg t "$T" '.hooks.poststart[0].args[2] = "echo new >\($t)/poststart" | .hooks.poststop[0].args[2] = "echo new >\($t)/poststop"
		| .process.user.uid = 1000 | .process.rlimits = []'
	ok strake start "$ID"
	wait_for 5 test -s "$BUNDLE/rootfs/out"
	# Of exec's process runc takes what the bundle says now.
	if is_strake; then
		ok strake exec "$ID" id -u
		assert_out 0
	fi
	ok strake delete --force "$ID"
	assert_eq "$(cat "$BUNDLE/rootfs/out" "$T/poststart" "$T/poststop")" $'old\nold\nold'
}

@test "spec lifecycle: each operation without an id, with an unknown one, in the wrong status" {
	local op
	for op in start state delete kill; do
		not_ok strake "$op"
		not_ok strake "$op" nobody-knows-it
	done
	not_ok strake create --bundle "$BUNDLE"
	set_args sleep 1000
	ok strake_create
	not_ok strake_create
	ok strake start "$ID"
	not_ok strake start "$ID"
	not_ok strake delete "$ID"
	assert_eq "$(state_of status)" running
	ok strake kill "$ID" KILL
	wait_status stopped
	not_ok strake start "$ID"
	not_ok strake kill "$ID" TERM
	ok strake delete "$ID"
	not_ok strake state "$ID"
}

@test "spec lifecycle: the state that each hook gets" {
	local k
	for k in prestart createRuntime createContainer poststart poststop; do hook "$k" "cat >$T/$k"; done
	hook startContainer 'cat >/startContainer'
	update_config '.annotations = {"a.b": "c d"}'
	set_args sleep 1000
	ok strake_create
	ok strake start "$ID"
	local pid
	pid=$(init_pid)
	ok strake delete --force "$ID"
	cp "$BUNDLE/rootfs/startContainer" "$T/"
	for k in prestart createRuntime createContainer startContainer poststart poststop; do
		jq -e --arg id "$ID" --arg b "$(realpath "$BUNDLE")" '.id == $id and .bundle == $b and .annotations == {"a.b": "c d"} and (.ociVersion | test("^1\\."))' \
			"$T/$k" >/dev/null || fail "$k: $(cat "$T/$k")"
	done
	# runtime.md can be read both ways for prestart.
	is_strake || sed -i 's/"status": *"creating"/"status": "created"/' "$T/prestart"
	assert_eq "$(jq -r .status "$T"/{prestart,createRuntime,createContainer,startContainer,poststart,poststop} | tr '\n' ' ')" \
		'created creating creating created running stopped '
	assert_eq "$(jq -r .pid "$T"/{prestart,createRuntime,poststart} | sort -u)" "$pid"
	# "For hooks executed in the container namespace, it is the pid as seen by the container."
	assert_eq "$(jq -r .pid "$T"/{createContainer,startContainer} | sort -u)" 1
}

@test "spec lifecycle: the pid that hooks of the container get, in a pid namespace that is joined and in the runtime's" {
	hook createContainer "cat >$T/createContainer"
	hook startContainer 'cat >/startContainer'
	run_sleeper
	update_config --arg p "/proc/$(init_pid)/ns/pid" \
		'(.linux.namespaces[] | select(.type == "pid")).path = $p | .linux.cgroupsPath += "-2"'
	set_args sh -c 'echo $$'
	ok strake run --bundle "$BUNDLE" "$ID-2"
	assert_out_match '^[0-9]+$'
	assert_eq "$(jq -r .pid "$T/createContainer" "$BUNDLE/rootfs/startContainer" | sort -u)" "$out"
	ok strake delete --force "$ID"
	update_config '.linux.namespaces |= map(select(.type != "pid"))'
	ok strake run --bundle "$BUNDLE" "$ID-2"
	assert_eq "$(jq -r .pid "$T/createContainer" "$BUNDLE/rootfs/startContainer" | sort -u)" "$out"
}

@test "spec lifecycle: a hook's environment is its own, its args begin with args[0]" {
	# shellcheck disable=SC2016
	hook createRuntime 'echo "$0 $1"; env' '{"args": ["zero", "-c", "echo \"$0 $1\" >OUT; env >>OUT", "first", "second"], "env": ["ONLY=this"]}'
	update_config --arg o "$T/env" '.hooks.createRuntime[0].args[2] |= gsub("OUT"; $o) | .process.env += ["PAYLOAD=1"]'
	set_args true
	CALLER=1 ok strake_run
	grep -q '^first second$' "$T/env"
	grep -q '^ONLY=this$' "$T/env"
	! grep -qE '^(CALLER|PAYLOAD|PATH=/usr/local)' "$T/env"
}

@test "spec lifecycle: a failing hook at create fails it, and runs poststop never or once" {
	local k
	for k in prestart createRuntime createContainer; do
		update_config 'del(.hooks)'
		hook "$k" 'exit 3'
		set_args true
		not_ok strake_create
		assert_err_match 'exit status 3'
		assert_nothing_left
	done
}

@test "spec lifecycle: a failing poststart hook ends the container and runs poststop" {
	strake_only "runc leaves it to the caller"
	hook poststart 'exit 1'
	hook poststart "echo not reached >$T/second"
	hook poststop "echo ran >>$T/poststop"
	set_args sleep 1000
	ok strake_create
	not_ok strake start "$ID"
	assert_eq "$(cat "$T/poststop")" ran
	[ ! -e "$T/second" ]
	assert_nothing_left
	rm "$T/poststop"
	not_ok strake_run --detach
	assert_eq "$(cat "$T/poststop")" ran
	assert_nothing_left
}

@test "spec lifecycle: a failing poststop hook is a warning, the next one runs" {
	strake_only "runc stops at the first"
	hook poststop 'exit 1'
	hook poststop "echo ran >$T/second"
	set_args true
	ok strake_run
	assert_eq "$(cat "$T/second")" ran
	assert_err_match 'level=warning'
}

@test "spec lifecycle: the timeout of a hook of each side" {
	local k
	for k in createRuntime createContainer startContainer; do
		update_config 'del(.hooks)'
		hook "$k" 'exec sleep 100' '{"timeout": 1}'
		set_args true
		SECONDS=0
		not_ok strake_run
		[ "$SECONDS" -lt 30 ]
		assert_nothing_left
	done
	update_config '.hooks = {"createRuntime": [{"path": "/bin/true", "timeout": 0}]}'
	not_ok strake_run
	assert_has "$err" timeout
	update_config '.hooks = {"createRuntime": [{"path": "true"}]}'
	not_ok strake_run
	! is_strake || assert_has "$err" path
	assert_nothing_left
}

@test "spec lifecycle: features names what is there" {
	strake features
	assert_status 0
	jq -e '.ociVersionMin == "1.0.0" and (.ociVersionMax | test("^1\\.[3-9]"))' "$out_file" >/dev/null
	jq -e '.hooks == ["prestart","createRuntime","createContainer","startContainer","poststart","poststop"]' "$out_file" >/dev/null
	jq -e '.linux.namespaces | sort == ["cgroup","ipc","mount","network","pid","time","user","uts"]' "$out_file" >/dev/null
	jq -e '.linux.cgroup | .v1 and .v2 and has("systemd") and has("systemdUser") and has("rdma")' "$out_file" >/dev/null
	jq -e '.linux.seccomp | .enabled and (.actions | index("SCMP_ACT_NOTIFY")) and (.operators | length == 7) and (.archs | index("SCMP_ARCH_X86_64"))
		and (.knownFlags | length >= 4) and (.supportedFlags - .knownFlags == [])' "$out_file" >/dev/null
	jq -e '.linux.mountExtensions.idmap.enabled and .linux.intelRdt.schemata and .linux.intelRdt.monitoring and .linux.netDevices.enabled
		and (.linux.memoryPolicy.modes | index("MPOL_BIND"))' "$out_file" >/dev/null
	jq -e '.linux.apparmor | has("enabled")' "$out_file" >/dev/null
	jq -e '.linux.selinux | has("enabled")' "$out_file" >/dev/null
	jq -e '.potentiallyUnsafeConfigAnnotations | type == "array"' "$out_file" >/dev/null
}

@test "spec lifecycle: each mount option that features names is taken" {
	strake_only "no other runtime knows them all"
	strake features
	local o all
	all=$(jq -r '.mountOptions[]' "$out_file")
	# The one whose destination must be there.
	mkdir -p "$T/src" "$BUNDLE/rootfs/m/dest-nofollow"
	for o in defaults copy-symlink src-nofollow dest-nofollow ro rnoatime nosymfollow tmpcopyup ridmap idmap lazytime rsymfollow silent; do
		grep -qx "$o" <<<"$all" || fail "$o is not named"
	done
	update_config --arg s "$T/src" --arg all "$all" '.mounts += [$all | split("\n")[] | select(test("idmap|remount|copyup") | not)
		| {"destination": "/m/\(.)", "type": "bind", "source": $s, "options": ["rbind", .]}]'
	set_args true
	ok strake_run
}

@test "spec lifecycle: each capability that features names is taken" {
	strake features
	cp "$out_file" "$T/features"
	update_config --slurpfile f "$T/features" '.process.capabilities.bounding = $f[0].linux.capabilities'
	set_args true
	ok strake_run
	assert_not "$err" warning
}
