#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The command line in all the shapes that callers use.
load helpers

@test "cli: --version" {
	local f
	for f in --version -v; do
		ok strake_raw "$f"
		assert_eq "$err" ''
		assert_out_match '^[a-z]+ version '
		assert_out_match $'\nspec: 1\\.'
		assert_eq "$(grep -c version "$out_file")" 1
	done
}

@test "cli: help is on stdout and succeeds" {
	local c
	for c in --help -h help; do
		ok strake_raw $c
		assert_out_match 'create'
		assert_eq "$err" ''
	done
	ok strake_raw
	for c in create start run exec kill delete pause resume state list ps spec features; do
		ok strake_raw "$c" --help
		assert_has "$out" "$c"
		assert_eq "$err" ''
		ok strake_raw "$c" -h
	done
}

@test "cli: an unknown command is 3" {
	strake_raw frobnicate
	assert_status 3
	assert_err_match "No help topic for 'frobnicate'"
}

@test "cli: an unknown flag, a flag without its value, a bad boolean" {
	not_ok strake state --frobnicate "$ID"
	assert_status 1
	assert_has "$out$err" 'flag provided but not defined: -frobnicate'
	not_ok strake create --bundle
	[[ $out$err =~ flag\ needs\ an\ argument:\ --?bundle ]] || fail "the words" "$(show)"
	not_ok strake delete --force=maybe "$ID"
	[[ $err =~ invalid\ (boolean\ )?value\ .*maybe ]] || fail "the words" "$(show)"
	not_ok strake_raw --frobnicate state x
	assert_has "$out$err" 'flag provided but not defined: -frobnicate'
}

@test "cli: number of arguments" {
	not_ok strake state
	assert_err_match '"state\\?" requires exactly 1 argument'
	not_ok strake state a b
	not_ok strake list a
}

@test "cli: one dash or two, = or a space, flags after the id" {
	set_args sleep 1000
	ok strake create -bundle="$BUNDLE" --pid-file "$T/a" "$ID"
	ok strake delete -force "$ID"
	ok strake create "$ID" --bundle "$BUNDLE" -pid-file="$T/b"
	[ -s "$T/b" ]
	ok strake delete "$ID" --force=true
	ok strake create -b "$BUNDLE" -- "$ID"
	ok strake delete --force=false "$ID"
}

@test "cli: repeated flags, the last one wins" {
	set_args sleep 1000
	ok strake create --bundle /nonexistent --bundle "$BUNDLE" "$ID"
	strake_raw --root /nonexistent --root "$ROOT" --systemd-cgroup=false state "$ID"
	assert_status 0
}

@test "cli: global flags are accepted after the command" {
	runc_since 1.5 "runc 1.1.5 does not"
	set_args sleep 1000
	strake_raw create --root "$ROOT" --bundle "$BUNDLE" "$ID"
	assert_status 0
	strake_raw state --root="$ROOT" "$ID"
	assert_status 0
}

@test "cli: flags that runc dropped or never had are taken" {
	strake_only "runc does not"
	set_args sleep 1000
	strake_raw --criu /usr/sbin/criu --root "$ROOT" create --bundle "$BUNDLE" "$ID"
	assert_status 0
}

# docs/runc-differences.md has a row for each; those of restore are in checkpoint.bats.
@test "cli: what is taken without effect" {
	strake_only "runc has not all of them"
	set_args sleep 1000
	ok strake_create --no-subreaper
	ok strake start "$ID"
	jq '.process | .args = ["sh", "-c", "pwd; id -u; echo $x; [ -t 0 ] || echo none"]' <"$BUNDLE/config.json" >"$T/process.json"
	ok strake exec -p "$T/process.json" --cwd /bin --user 7 --env x=1 "$ID"
	assert_out $'/\n0\n\nnone'
	ok strake list -q --format nonsense
	assert_out "$ID"
	ok strake ps --format json "$ID" -e --nonsense
	ok strake events --stats --interval 1h "$ID"
	ok strake update --kernel-memory 1g --kernel-memory-tcp 1g "$ID"
	assert_has "$err" level=warning
	echo '{}' >"$T/resources.json"
	ok strake update --resources "$T/resources.json" --pids-limit 1 "$ID"
	ok strake exec "$ID" sh -c 'true | true'
}

@test "cli: --rootless" {
	set_args true
	strake_raw --root "$ROOT" --rootless=false run --bundle "$BUNDLE" "$ID"
	assert_status 0
	strake_raw --root "$ROOT" --rootless auto run --bundle "$BUNDLE" "$ID"
	assert_status 0
	not_ok strake_raw --root "$ROOT" --rootless=maybe run --bundle "$BUNDLE" "$ID"
}

@test "cli: what --rootless says counts, and else where the caller is" {
	strake_only "its own state"
	local said
	for said in true false auto; do
		ok strake_raw --root "$ROOT" --rootless=$said create --bundle "$BUNDLE" "$ID" 3>&- 4>&-
		assert_eq "$(jq '.rootless // false' "$ROOT/$ID/state.json")" "${said/auto/false}"
		ok strake delete --force "$ID"
	done
}

@test "cli: the state directory may not be /" {
	runc_since 1.5 "runc 1.1.5 takes it"
	not_ok strake_raw --root / state x
	assert_err_match 'root argument should not be set to /'
}

@test "cli: a relative --root, which is made" {
	cd "$T"
	set_args sleep 1000
	strake_raw --root ./sub/state create --bundle "$BUNDLE" "$ID"
	assert_status 0
	[ -e "$T/sub/state/$ID/state.json" ]
	strake_raw --root sub/state delete --force "$ID"
	assert_status 0
}

@test "id_validation" {
	local id
	for id in '' . .. a/b ../x /abs 'a b' $'a\nb' 'ä' 'a*' "$(printf 'x%.0s' {1..1100})"; do
		not_ok strake create --bundle "$BUNDLE" -- "$id"
		assert_status 1
		not_ok strake state -- "$id"
		not_ok strake delete -- "$id"
	done
	not_ok strake create --bundle "$BUNDLE" 'a/b'
	assert_err_match 'invalid (container )?[iI][dD]( format)?'
	not_ok strake create --bundle "$BUNDLE" ''
	assert_err_match 'cannot be empty'
	set_args true
	for id in "$ID" "$ID.a_b+c-D" "$ID-0"; do
		ok strake create --bundle "$BUNDLE" "$id"
		ok strake delete --force "$id"
	done
}

@test "cli: no HOME, no PATH, no USER, an empty XDG_RUNTIME_DIR" {
	set_args sleep 1000
	env -i XDG_RUNTIME_DIR= STRAKE_TEST_ID="$ID" "$RUNTIME" --root "$ROOT" create --bundle "$BUNDLE" "$ID" \
		</dev/null >"$T/o" 2>&1 3>&-
	env -i "$RUNTIME" --root "$ROOT" kill "$ID" 9
	wait_status stopped
	env -i "$RUNTIME" --root "$ROOT" delete "$ID"
}

@test "cli: closed standard streams" {
	runc_since 1.5 "runc 1.1.5 has descriptors of its own there"
	set_args sleep 1000
	STRAKE_TEST_ID=$ID "$RUNTIME" --root "$ROOT" create --bundle "$BUNDLE" "$ID" <&- >&- 2>&- 3>&-
	is_status created
	local n
	for n in 0 1 2; do
		[[ $(readlink "/proc/$(init_pid)/fd/$n") =~ ^(/dev/null|pipe:) ]]
	done
}

@test "cli: standard output and error that cannot be written" {
	set_args sleep 1000
	STRAKE_TEST_ID=$ID "$RUNTIME" --root "$ROOT" create --bundle "$BUNDLE" "$ID" </dev/null >/dev/null 2>/dev/null 3>&- 1</dev/null 2</dev/null
	is_status created
	local rc=0
	"$RUNTIME" --root "$ROOT" create --bundle "$BUNDLE" "$ID" </dev/null 1</dev/null 2</dev/null 3>&- || rc=$?
	assert_eq "$rc" 1
}

@test "cli: no room for the version, the help" {
	strake_only "runc does not look"
	local rc args
	for args in --version --help '' help 'state --help' features "--root $T state --version"; do
		rc=0
		# shellcheck disable=SC2086 # words
		"$RUNTIME" $args </dev/null >/dev/full 2>"$T/e" 3>&- 4>&- || rc=$?
		assert_eq "$args: $rc" "$args: 1"
		assert_eq "$(sed 's/.*level=//' "$T/e")" 'error msg="write /dev/stdout: no space left on device"'
	done
}

# What the caller's streams are open for may be set not to block by anybody who shares them.
@test "cli: standard output and error that do not block" {
	requires cmd_python3
	ok strake_raw features
	"$REPO/tests/integration/nonblocking.py" 1 "$RUNTIME" features </dev/null >"$T/features" 3>&- 4>&-
	cmp "$T/features" "$out_file"
	not_ok strake state "$ID"
	! "$REPO/tests/integration/nonblocking.py" 2 "$RUNTIME" --root "$ROOT" state "$ID" </dev/null 2>"$T/e" 3>&- 4>&- ||
		fail "it succeeded"
	assert_eq "$(sed 's/time="[^"]*"//' "$T/e")" "$(sed 's/time="[^"]*"//' "$err_file")"
}

@test "features: what engines read" {
	runc_since 1.5 "runc 1.1.5 prints less"
	ok strake_raw features
	assert_eq "$err" ''
	jq -e '.ociVersionMin == "1.0.0" and (.ociVersionMax | startswith("1.")) and
		(.hooks | index("createRuntime")) != null and (.mountOptions | index("rro")) != null and
		(.linux.namespaces | index("user")) != null and .linux.mountExtensions.idmap.enabled == true and
		.linux.cgroup.v1 == true and .linux.cgroup.v2 == true and
		.linux.seccomp.enabled == true and (.linux.seccomp.actions | index("SCMP_ACT_NOTIFY")) != null and
		(.linux.capabilities | index("CAP_SYS_ADMIN")) != null and
		.potentiallyUnsafeConfigAnnotations != null' "$out_file"
	jq -e '.mountOptions == (.mountOptions | sort)' "$out_file"
	grep -q '^    "ociVersionMin"' "$out_file"
}

@test "features: no arguments" {
	ok strake_raw features
	jq -e .linux "$out_file"
}

@test "spec: writes a config that runs" {
	mkdir "$T/s"
	cd "$T/s"
	ok strake_raw spec
	assert_out ''
	jq -e '.process.terminal == true and .root.readonly == true and .process.args == ["sh"] and
		(.mounts | length) == 7 and (.linux.maskedPaths | length) >= 8' config.json
	grep -q $'^\t"ociVersion"' config.json
	[ "$(tail -c 1 config.json)" = '}' ]
	cp -al "$BUNDLE/rootfs" rootfs
	jq --arg id "$ID" '.process.terminal = false | .process.args = ["hostname"] | .linux.cgroupsPath = "/strake-test/" + $id' config.json >c && mv c config.json
	ok strake run "$ID"
	[ -n "$out" ]
	not_ok strake_raw spec
	assert_err_match 'File config.json exists. Remove it first'
}

@test "spec: --bundle and --rootless" {
	mkdir "$T/s"
	ok strake_raw spec --bundle "$T/s" --rootless
	jq -e '(.linux.namespaces | map(.type) | (index("user") != null and index("network") == null)) and
		(.linux.uidMappings | length) == 1 and .linux.resources == null' "$T/s/config.json"
	not_ok strake_raw spec --bundle /nonexistent/x
}

@test "cli: a symlink named runc is runc" {
	strake_only "a name of it"
	ln -s "$RUNTIME" "$T/runc"
	local RUNTIME=$T/runc
	ok strake_raw --version
	assert_out_match '^runc version [^
]+'
	ok strake_raw --help
	assert_out_match $'^NAME:\n   runc - '
	assert_has "$out" 'runc [global options] command [command options]'
	ok strake_raw exec --help
	assert_out_match $'^NAME:\n   runc exec - '
	update_config '.process.args = ["/none"]'
	not_ok strake_create
	assert_err_match 'msg="runc create failed: .*no such file'
	not_ok strake_run
	assert_err_match 'msg="runc run failed: .*no such file'
	set_args echo works
	ok strake_run
	assert_out works
}

@test "cli: completion in bash" {
	strake_only "this is strake's"
	# shellcheck source=/dev/null
	source "$REPO/contrib/completions/bash/strake"
	set_args sleep 1000
	ok strake_create
	local words want
	# Readline ends a word at "=". The last word is the one that is being written; "-" stands for an empty one.
	while IFS='|' read -r words want; do
		read -ra COMP_WORDS <<<"$words"
		COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
		[ "${COMP_WORDS[COMP_CWORD]}" != - ] || COMP_WORDS[COMP_CWORD]=
		_strake
		assert_eq "$words: ${COMPREPLY[*]}" "$words: $want"
	done <<-EOF
		$RUNTIME st|start state
		$RUNTIME --log-f|--log-format
		$RUNTIME --log-format j|json
		$RUNTIME --log-format = j|json
		$RUNTIME --log-format =|text json
		$RUNTIME --root = /x st|start state
		$RUNTIME --debug = true st|start state
		$RUNTIME --root $ROOT state -|$ID
		$RUNTIME --root = $ROOT state -|$ID
		$RUNTIME --root $ROOT kill --all -|$ID
		$RUNTIME --root $ROOT kill -r -|$ID
		$RUNTIME --root $ROOT kill $ID SIGKI|SIGKILL
		$RUNTIME --root $ROOT mounts -|add remove
		$RUNTIME --root $ROOT mounts remove -|$ID
		$RUNTIME mounts remove $ID $BUNDLE/config.j|$BUNDLE/config.json
		$RUNTIME run --config $BUNDLE/config.j|$BUNDLE/config.json
		$RUNTIME run --no-p|--no-pivot
		$RUNTIME restore --image-path $BUNDLE/root|$BUNDLE/rootfs
		$RUNTIME checkpoint --manage-cgroups-mode s|soft strict
		$RUNTIME list -f -|table json
		$RUNTIME exec $ID ls --|
		$RUNTIME help st|start state
	EOF
}
