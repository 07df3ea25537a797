#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154,SC2034
#
# Many commands on one container at once: none hangs, and what they leave is one of the states that
# some order of them could have given.
load helpers

setup() {
	setup_bundle
	requires root
	set_args sleep 1000
}

# worker NAME COMMAND ARG...: one call in the background, its status and words in $T/w.
worker() {
	local name=$1
	shift
	(
		s=0 began=$SECONDS
		STRAKE_TEST_ID=$ID timeout -k 5 60 "$RUNTIME" --root "$ROOT" "$@" \
			</dev/null >"$T/w/$name.out" 2>"$T/w/$name.err" 3>&- 4>&- || s=$?
		echo "$s" >"$T/w/$name.status"
		[ $((SECONDS - began)) -lt 60 ] || echo "$name" >"$T/w/$name.hung"
	) 3>&- 4>&- &
	WORKERS+=($!)
}
all_done() {
	wait "${WORKERS[@]}" || true
	WORKERS=()
	! cat "$T"/w/*.hung 2>/dev/null || fail "these hung"
	# Nobody died of anything but its own words; what exec started may have gone with its container.
	local status
	for status in "$T"/w/*.status; do
		grep -qxE '0|1|255' "$status" || [[ $status == */exec.* && $(cat "$status") == 137 ]] || fail "odd ending" "$status"
	done
}
# What exec started in a container ends once that is not paused any more: somebody has to see to it.
keep_going() {
	local n
	for ((n = 0; n < 400; n++)); do
		[ -n "$(jobs -r)" ] || break
		"$RUNTIME" --root "$ROOT" resume "$ID" </dev/null >/dev/null 2>&1 3>&- 4>&- || true
		sleep 0.05
	done
}
fresh() {
	rm -rf "$T/w"
	mkdir "$T/w"
	WORKERS=()
}
succeeded() { grep -lx 0 "$T/w/$1".*.status 2>/dev/null | wc -l; }

@test "at once: of many creates one wins" {
	local round n taken='container with given ID already exists'
	# runc looks first and makes the directory last: who loses between the two is told of what is in its way.
	is_strake || taken+='|file exists|cgroup is not empty'
	for ((round = 0; round < 3; round++)); do
		fresh
		for n in 1 2 3 4 5 6 7 8; do
			worker "create.$n" create --bundle "$BUNDLE" "$ID"
		done
		all_done
		assert_eq "$(succeeded create)" 1
		assert_eq "$(cat "$T"/w/*.err | grep -cE "$taken")" 7
		assert_eq "$(state_of status)" created
		ok strake delete --force "$ID"
		assert_nothing_left
	done
}

@test "at once: of many starts one wins" {
	fresh
	ok strake_create
	local n
	for n in 1 2 3 4 5 6; do
		worker "start.$n" start "$ID"
	done
	all_done
	assert_eq "$(succeeded start)" 1
	assert_eq "$(state_of status)" running
}

@test "at once: of many deletes one wins, and all with --force do" {
	fresh
	ok strake_create
	ok strake kill "$ID" KILL
	wait_status stopped
	local n
	for n in 1 2 3 4 5 6; do
		worker "delete.$n" delete "$ID"
	done
	all_done
	# Of runc's, which take no lock, more than one may.
	! is_strake || assert_eq "$(succeeded delete)" 1
	[ "$(succeeded delete)" -ge 1 ]
	assert_nothing_left
	fresh
	run_sleeper
	for n in 1 2 3 4 5 6; do
		worker "delete.$n" delete --force "$ID"
	done
	all_done
	assert_eq "$(succeeded delete)" 6
	assert_nothing_left
}

@test "at once: exec, pause, resume, update, state and kill" {
	fresh
	run_sleeper
	local n
	for n in 1 2 3 4; do
		worker "exec.$n" exec --ignore-paused "$ID" true
		worker "pause.$n" pause "$ID"
		worker "state.$n" state "$ID"
		worker "resume.$n" resume "$ID"
		worker "ps.$n" ps --format json "$ID"
		worker "kill.$n" kill "$ID" 0
		worker "resume.$n-2" resume "$ID"
	done
	keep_going
	all_done
	assert_eq "$(succeeded state)$(succeeded ps)$(succeeded kill)$(succeeded exec)" 4444
	for n in "$T"/w/state.*.out; do
		jq -e '.status | IN("running", "paused")' "$n" >/dev/null
	done
	# Whatever won, the container is whole.
	strake resume "$ID"
	assert_eq "$(state_of status)" running
	ok strake exec "$ID" true
	ok strake kill "$ID" KILL
	wait_status stopped
	ok strake delete "$ID"
	assert_nothing_left
}

@test "at once: everything against delete --force" {
	is_strake || requires cgroups_v1 # runc gives up on a v2 cgroup that is in use for a moment more
	local round n
	for ((round = 0; round < 5; round++)); do
		fresh
		worker create.0 create --bundle "$BUNDLE" "$ID"
		for n in 1 2 3; do
			worker "start.$n" start "$ID"
			worker "exec.$n" exec "$ID" true
			worker "create.$n" create --bundle "$BUNDLE" "$ID"
			worker "delete.$n" delete --force "$ID"
			worker "pause.$n" pause "$ID"
			worker "kill.$n" kill "$ID" KILL
			worker "list.$n" list
		done
		keep_going
		all_done
		assert_eq "$(succeeded list)" 3
		# Nobody has seen half a container.
		! grep -hE 'JSON|json:|panic|[Ss]egmentation' "$T"/w/*.err || fail "torn state"
		ok strake delete --force "$ID"
		assert_nothing_left
	done
}
