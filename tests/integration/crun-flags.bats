#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154,SC2034
#
# Flags and commands that crun has and runc has not: engines send them to either.
load helpers

setup() {
	setup_bundle
	strake_only "flags of crun"
}

@test "crun: --config names another config than the bundle's" {
	jq '.process.args = ["echo", "the other"]' <"$BUNDLE/config.json" >"$T/other.json"
	set_args echo "the bundle's"
	ok strake_run --config "$T/other.json"
	assert_out "the other"
	ok strake_run -f "$T/other.json"
	assert_out "the other"
	# The container keeps it.
	jq '.process.env += ["WHICH=other"] | .process.args = ["sleep", "1000"]' <"$BUNDLE/config.json" >"$T/other.json"
	ok strake_create --config "$T/other.json"
	rm "$T/other.json"
	ok strake start "$ID"
	ok strake exec "$ID" sh -c 'echo $WHICH'
	assert_out other
	not_ok strake create --bundle "$BUNDLE" --config "$T/missing.json" "$ID-2"
	assert_err_match 'JSON specification file .*missing.json not found'
}

@test "crun: create takes --no-subreaper" {
	set_args sleep 1000
	ok strake_create --no-subreaper
}

@test "crun: kill and delete --regex" {
	set_args sleep 1000
	local n
	for n in a b c; do
		ok strake run --detach --bundle "$BUNDLE" "$ID-$n"
		update_config '.linux.cgroupsPath += "x"'
	done
	ok strake kill --regex "^$ID-[ab]\$" KILL
	for n in a b; do
		wait_for 5 eval '[ "$("$RUNTIME" --root "$ROOT" state "$ID-'$n'" | jq -r .status)" = stopped ]'
	done
	strake state "$ID-c"
	assert_eq "$(jq -r .status <<<"$out")" running
	# The one that runs is a failure, the others are deleted.
	not_ok strake delete --regex "$ID-"
	assert_err_match "cannot delete container $ID-c that is not stopped: running"
	ok strake list -q
	assert_out "$ID-c"
	ok strake delete --force -r "$ID"
	ok strake list -q
	assert_out ""
	ok strake delete --regex nothing-like-this
	not_ok strake kill --regex '(' KILL
	assert_err_match 'invalid regular expression'
}

@test "crun: kill --all reaches all processes" {
	# init stays until the other has had its say: its end would take that along.
	set_sh 'trap "got=1" TERM
		sh -c "trap \"echo child; exit 0\" TERM; touch /ready; while :; do sleep 0.05; done" &
		while [ -z "$got" ]; do sleep 0.05; done
		echo init
		while kill -0 $! 2>/dev/null; do wait $!; done'
	ok strake_create
	local log=$T/out.$CALLS
	ok strake start "$ID"
	wait_for 10 test -e "$BUNDLE/rootfs/ready"
	ok strake kill --all "$ID" TERM
	wait_status stopped
	assert_eq "$(sort -u "$log")" $'child\ninit'
	ok strake kill --all "$ID" TERM
}

@test "crun: --cgroup-manager" {
	requires root
	set_args sleep 1000
	ok strake --cgroup-manager cgroupfs run --detach --bundle "$BUNDLE" "$ID"
	[ -n "$(left_cgroups)" ]
	ok strake delete --force "$ID"
	not_ok strake --cgroup-manager nobody create --bundle "$BUNDLE" "$ID"
	assert_err_match 'unknown cgroup manager \\?"nobody'
	# As podman's cgroups=disabled: the container stays where its caller is.
	local own
	own=$(cat /proc/self/cgroup)
	ok strake --cgroup-manager=disabled run --detach --bundle "$BUNDLE" "$ID"
	assert_eq "$(cat "/proc/$(init_pid)/cgroup")" "$own"
	[ -z "$(left_cgroups)" ]
	ok strake exec "$ID" true
	not_ok strake pause "$ID"
	assert_err_match 'cannot freeze: the container has no cgroup'
	ok strake delete --force "$ID"
	# Without a pid namespace of its own too.
	update_config '.linux.namespaces |= map(select(.type != "pid"))'
	ok strake --cgroup-manager=disabled run --detach --bundle "$BUNDLE" "$ID"
	ok strake kill "$ID" KILL
	wait_status stopped
	ok strake delete "$ID"
	ok strake --cgroup-manager=disabled run --detach --bundle "$BUNDLE" "$ID"
	ok strake delete --force "$ID"
}

@test "crun: --log-level" {
	# A warning: limits without a cgroup.
	update_config '.linux.resources.pids = {"limit": 10}'
	set_args true
	ok strake --cgroup-manager=disabled run --bundle "$BUNDLE" "$ID"
	assert_err_match 'level=warning'
	ok strake --log-level warning --cgroup-manager=disabled run --bundle "$BUNDLE" "$ID"
	assert_err_match 'level=warning'
	ok strake --log-level=error --cgroup-manager=disabled run --bundle "$BUNDLE" "$ID"
	assert_eq "$err" ""
	if is_strake; then # youki's words
		ok strake --log-level warn --cgroup-manager=disabled run --bundle "$BUNDLE" "$ID"
		assert_err_match 'level=warning'
		ok strake --log-level trace --log "$T/trace" --cgroup-manager=disabled run --bundle "$BUNDLE" "$ID"
		grep -q level=debug "$T/trace"
	fi
	update_config 'del(.linux.resources.pids)'
	ok strake --log-level debug --log "$T/log" run --bundle "$BUNDLE" "$ID"
	grep -q level=debug "$T/log"
	not_ok strake --log-level loud list
	assert_err_match 'invalid log-level: loud'
}

@test "crun: spec --file" {
	mkdir "$T/new"
	ok strake spec --bundle "$T/new" --file other.json
	[ "$(ls "$T/new")" = other.json ]
	not_ok strake spec --bundle "$T/new" -f other.json
	assert_err_match 'File other.json exists. Remove it first'
}
