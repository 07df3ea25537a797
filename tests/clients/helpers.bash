# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
#
# What the three suites share. A test is a scenario: a function that calls the engine by $ENGINE_*
# helpers and prints what it sees. `both` runs it under the reference and under the runtime in
# test, and compares; `has` then says what the answer must contain, so that two runtimes that
# fail alike do not pass.

bats_require_minimum_version 1.5.0

# What may differ between two runs of one runtime: ids, pids, times, and a terminal's returns.
# And between two versions of runc: the warnings, which are no answer to anybody's question.
normalise()
{
	local warning='level=warning |WARN.*\[[0-9]{4}\] '

	tr -d '\r\000' | sed -E \
		-e 's/^\^@//' \
		-e "/$warning/d" \
		-e 's/[0-9a-f]{64}/ID/g' \
		-e 's/\b[0-9a-f]{12}\b/ID/g' \
		-e 's/[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(Z|[+-][0-9:]+)/TIME/g'
}

# The class of an error: what an engine can tell its user, whatever the words around it.
error_class()
{
	local text

	text=$(tr '[:upper:]' '[:lower:]')
	case $text in
	'') echo none ;;
	*'executable file not found'*) echo command-not-found ;;
	*'is a directory'*) echo is-a-directory ;;
	*'not a directory'*) echo not-a-directory ;;
	*'permission denied'*) echo permission-denied ;;
	*'exec format error'*) echo exec-format ;;
	*'no such file or directory'*) echo no-such-file ;;
	*'not running'*) echo not-running ;;
	*'does not exist'* | *'no such container'* | *'not found'*) echo no-such-container ;;
	*'already exists'*) echo already-exists ;;
	*'paused'*) echo paused ;;
	*error*) echo other-error ;;
	*) echo text ;;
	esac
}

# side NAME RUNTIME SCENARIO...: leaves NAME.out, NAME.err and NAME.status.
# Files, never pipes: a container that is still there keeps what it inherited, and a pipe would
# not end. Descriptor 3 is bats' own.
side()
{
	local out=$BATS_TEST_TMPDIR/$1 status=0

	# shellcheck disable=SC2034 # the scenario's
	RT=$2
	shift 2
	(
		set +eET
		trap - ERR DEBUG
		"$@"
	) >"$out.raw" 2>"$out.err" </dev/null 3>&- 4>&- || status=$?
	normalise <"$out.raw" >"$out.out"
	normalise <"$out.err" >"$out.words"
	echo "$status" >"$out.status"
	engine_clean >/dev/null 2>&1 </dev/null 3>&- 4>&- || true
}

report()
{
	local file

	for file in reference candidate; do
		[ -e "$BATS_TEST_TMPDIR/$file.status" ] || continue
		echo "--- $file: status $(cat "$BATS_TEST_TMPDIR/$file.status")"
		head -c 3000 "$BATS_TEST_TMPDIR/$file.out"
		echo "--- $file, stderr:"
		head -c 3000 "$BATS_TEST_TMPDIR/$file.err"
	done
}

compare()
{
	local dir=$BATS_TEST_TMPDIR ref mine

	if ! diff -u "$dir/reference.out" "$dir/candidate.out"; then
		report
		return 1
	fi
	if ! cmp -s "$dir/reference.status" "$dir/candidate.status"; then
		report
		return 1
	fi
	ref=$(error_class <"$dir/reference.words")
	mine=$(error_class <"$dir/candidate.words")
	if [ "$ref" != "$mine" ]; then
		echo "class of the error: reference $ref, candidate $mine"
		report
		return 1
	fi
}

# both SCENARIO [ARGS]
both()
{
	side reference "$REFERENCE_RT" "$@"
	side candidate "${CANDIDATE_RT_NOW:-$CANDIDATE_RT}" "$@"
	compare
}

# only SCENARIO [ARGS]: under the runtime in test alone, where a comparison has no meaning.
only()
{
	side candidate "$CANDIDATE_RT" "$@"
}

# split_options OPTION... -- WORD...: into the arrays options and words, which are the caller's.
split_options()
{
	options=()
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	# shellcheck disable=SC2034 # the caller's
	words=("$@")
}

# has LINE...: each is a whole line of the output.
has()
{
	local line

	for line; do
		grep -qxF -- "$line" "$BATS_TEST_TMPDIR/candidate.out" && continue
		echo "not in the output: $line"
		report
		return 1
	done
}

# has_part TEXT...: each is somewhere in the output.
has_part()
{
	local part

	for part; do
		grep -qF -- "$part" "$BATS_TEST_TMPDIR/candidate.out" && continue
		echo "not in the output: $part"
		report
		return 1
	done
}

# Runs a command until it succeeds; ten seconds at most, longer on a machine that is known to be slow.
eventually()
{
	local n=$((${CALL_TIMEOUT:-60} * 10 / 6))

	for ((; n > 0; n--)); do
		"$@" && return 0
		sleep 0.1
	done
	echo "never happened: $*"
	return 1
}

# On a terminal of 33 rows and 77 columns, for a minute at most. The command's exit code is the
# function's. Without --foreground, timeout puts the command into a process group that the terminal
# stops, unless the shell, by the caller's SHELL, happened to exec its last command.
on_terminal()
{
	local words

	printf -v words '%q ' "$@"
	SHELL=/bin/sh script -qefc "stty rows 33 cols 77; timeout --foreground ${CALL_TIMEOUT:-60} $words" /dev/null
}

needs()
{
	local tool

	for tool; do
		command -v "$tool" >/dev/null || skip "needs $tool"
	done
}

needs_criu()
{
	criu check >/dev/null 2>&1 || skip "needs a CRIU that runs on this kernel (tests/criu)"
}

# has_controller NAME: a cgroup controller that limits can be set with, in either version.
has_controller()
{
	[ -d "/sys/fs/cgroup/$1" ] || grep -qw "$1" /sys/fs/cgroup/cgroup.controllers 2>/dev/null
}

needs_controller()
{
	has_controller "$1" || skip "needs the cgroup controller $1"
}

# limit_of PID CONTROLLER V1NAME V2NAME: a limit of the cgroup that the process is in.
limit_of()
{
	local pid=$1 controller=$2 v1=$3 v2=$4 path

	if [ -d "/sys/fs/cgroup/$controller" ]; then
		path=$(awk -F: -v c="$controller" '$2 == c { print $3 }' "/proc/$pid/cgroup")
		cat "/sys/fs/cgroup/$controller$path/$v1"
	else
		path=$(awk -F: '$1 == 0 { print $3 }' "/proc/$pid/cgroup")
		cat "/sys/fs/cgroup$path/$v2"
	fi
}

# make_layout DIR COMMAND: an image that engines import, DIR.tar: an OCI layout, made by hand from the one
# layer; COMMAND is a JSON array.
make_layout()
{
	local dir=$1 layer config manifest

	mkdir -p "$dir/blobs/sha256"
	layer=$(sha256sum <"$WORK/image.tar" | cut -d' ' -f1)
	cp "$WORK/image.tar" "$dir/blobs/sha256/$layer"
	blob() { local sum; sum=$(sha256sum <"$1" | cut -d' ' -f1); mv "$1" "$dir/blobs/sha256/$sum"; echo "$sum"; }
	printf '{"architecture":"amd64","os":"linux","config":{"Env":["PATH=/bin"],"Cmd":%s},' "$2" >"$dir/c"
	printf '"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' "$layer" >>"$dir/c"
	local csize lsize msize
	csize=$(stat -c %s "$dir/c") lsize=$(stat -c %s "$WORK/image.tar")
	config=$(blob "$dir/c")
	printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",' >"$dir/m"
	printf '"config":{"mediaType":"application/vnd.oci.image.config.v1+json",' >>"$dir/m"
	printf '"digest":"sha256:%s","size":%s},' "$config" "$csize" >>"$dir/m"
	printf '"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar",' >>"$dir/m"
	printf '"digest":"sha256:%s","size":%s}]}' "$layer" "$lsize" >>"$dir/m"
	msize=$(stat -c %s "$dir/m")
	manifest=$(blob "$dir/m")
	printf '{"imageLayoutVersion":"1.0.0"}' >"$dir/oci-layout"
	printf '{"schemaVersion":2,"manifests":[{"digest":"sha256:%s","size":%s,' "$manifest" "$msize" \
		>"$dir/index.json"
	printf '"mediaType":"application/vnd.oci.image.manifest.v1+json"}]}' >>"$dir/index.json"
	tar -C "$dir" -cf "$dir.tar" .
}

# start_daemon NAME COMMAND...: its pid in $WORK/NAME.pid, its words in $WORK/NAME.log.
start_daemon()
{
	local name=$1

	shift
	"$@" >"$WORK/$name.log" 2>&1 </dev/null 3>&- 4>&- &
	echo $! >"$WORK/$name.pid"
}

stop_daemon()
{
	local pid

	pid=$(cat "$WORK/$1.pid" 2>/dev/null) || return 0
	kill "$pid" 2>/dev/null || return 0
	for _ in {1..100}; do
		kill -0 "$pid" 2>/dev/null || return 0
		sleep 0.1
	done
	kill -9 "$pid" 2>/dev/null || true
}
