#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# That the benchmarks measure all that docs/benchmarks.md says, and leave nothing; no time is looked at.
# shellcheck disable=SC2016,SC2034
load helpers

# bench PROGRAM OPTION...: a few rounds under a name of this test's own; what it measured is in $T/result.
bench() {
	CALLS=$((CALLS + 1))
	out_file=$T/out.$CALLS err_file=$T/err.$CALLS
	last_command="$*"
	status=0
	TMPDIR=$T timeout -k 5 120 "$REPO/tests/bench/in-cgroup2" "$REPO/tests/bench/$1" --bin "$STRAKE_BUILD/tests/bench" \
		-n 2 --gap 0 --warm 32 --state "$T" --json "$T/result" "${@:2}" \
		<"${STDIN:-/dev/null}" >"$out_file" 2>"$err_file" 3>&- 4>&- || status=$?
	out=$(<"$out_file") err=$(<"$err_file")
}

setup() {
	requires root cmd_python3
	strake_only "its own benchmarks"
	[ -x "$STRAKE_BUILD/tests/bench/bench-floor" ] || skip "needs the program bench-floor (tests/bench)"
	setup_bundle
}

bench_left() {
	find "$T" -name 'strake-bench.*'
	"$REPO/tests/bench/in-cgroup2" sh -c 'ls -d /sys/fs/cgroup/bench-"$1"-*' sh "$ID" 2>/dev/null || true
}

# What a benchmark that failed left would be nobody's.
teardown() {
	"$REPO/tests/bench/in-cgroup2" sh -c 'for d in /sys/fs/cgroup/bench-"$1"-*; do
		[ ! -d "$d" ] || { echo 1 >"$d/cgroup.kill" && sleep 0.2 && rmdir "$d"; }
	done' sh "${ID:-none}" || true
	teardown_bundle
}

@test "bench: the whole table, as JSON, text and a picture" {
	ok bench table --runtimes "$ID=$RUNTIME,again=$RUNTIME,missing=$T/no" --containers 3 --mounts 4 --svg "$T/picture"
	assert_has "$err" 'skipped: missing: not found'
	jq -e --arg me "$ID" --argjson podman "$([ -e /usr/share/containers/seccomp.json ] && echo true || echo false)" '
		def all_of(cases): [.["0"] | to_entries[] | select(.value[$me].n == 2 and .value.again.p25 > 0) | .key] == cases;
		.warm == 32 and .containers == 3 and .mounts == 4 and (.versions | keys == ([$me, "again"] | sort)) and
		(.sections | has("run, podman") == $podman and
			all(["run, default", "run, no-cgroupns", "before the mounts", "host mounts", "after the mounts",
				"before the containers", "containers alive", "after the containers"][] as $name | .[$name]; all_of(["run"]) and .["0"].run.floor.n == 2) and
			(.containers | .["0"].list[$me].n == 5) and
			(.commands | all_of(["create", "start", "delete", "exec", "kill", "state", "delete-force"]))) and
		([.marks[].case] | contains(["run", "create", "start", "exec", "kill", "state", "delete", "delete-force", "list"])) and
		([.marks[] | select(has("floor")).section] == ["containers alive", "host mounts"])' "$T/result" ||
		fail "not what was to be measured" "$(<"$T/result")"
	jq -e --arg me "$ID" '
		def p25(name): .sections[name]["0"].run[$me].p25;
		def growth(what; with): p25(with) * 2 / (p25("before the " + what) + p25("after the " + what));
		def told(with): .marks[] | select(.section == with).p25;
		[growth("containers"; "containers alive") - told("containers alive"), growth("mounts"; "host mounts") - told("host mounts")]
		| all(fabs < 0.002)' "$T/result" || fail "not the growth to the mean of before and after" "$(<"$T/result")"
	assert_has "$out" '== marks'
	python3 -c 'import sys, xml.etree.ElementTree as tree; assert tree.parse(sys.argv[1]).getroot().tag.endswith("svg")' "$T/picture"
	assert_has "$(<"$T/picture")" 'run, 3 containers alive'
	assert_eq "$(bench_left)" ''
}

@test "bench: a runtime that fails says why, and leaves nothing" {
	printf '#!/bin/sh\ncase " $* " in *" start "*) echo "no start today" >&2; exit 3 ;; esac\nexec "%s" "$@"\n' "$RUNTIME" >"$T/failing"
	chmod 755 "$T/failing"
	bench lifecycle --runtimes "$ID=$T/failing"
	assert_status 2
	assert_has "$err" "skipped: $ID: "
	assert_has "$err" 'no start today'
	assert_has "$err" 'no runtime to measure'
	assert_eq "$(bench_left)" ''
	printf '#!/bin/sh\ncase " $* " in *" run "*) echo "no run today" >&2; exit 3 ;; esac\nexec "%s" "$@"\n' "$RUNTIME" >"$T/failing"
	bench lifecycle --runtimes "$ID=$T/failing"
	assert_status 1
	assert_has "$err" 'no run today'
	assert_eq "$(bench_left)" ''
}

@test "bench: memory is touched, and kept a page of 64" {
	cat >"$T/look" <<-'EOF'
		import importlib.machinery, importlib.util, resource, sys
		sys.dont_write_bytecode = True
		loader = importlib.machinery.SourceFileLoader("lifecycle", sys.argv[1])
		bench = importlib.util.module_from_spec(importlib.util.spec_from_loader("lifecycle", loader))
		loader.exec_module(bench)
		def rss():
		    return int(open("/proc/self/statm").read().split()[1])
		def faults():
		    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt
		begin, before = faults(), rss()
		room = bench.warm_memory(64)
		print(len(room) >> 20, faults() - begin >= 16384, 256 <= rss() - before < 1024, bench.warm_memory(0))
	EOF
	assert_eq "$(python3 "$T/look" "$REPO/tests/bench/lifecycle")" '64 True True None'
}
