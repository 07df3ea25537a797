#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# Broken configs, each with the exact error of create: bad-config.tsv. Nothing may be left of any.
load helpers

setup() {
	strake_only "the words are ours"
	requires root
	setup_bundle
	BASE=$T/base.json
	sed "s|/strake-test/bad|$CGROUP_PARENT/$ID|" "$REPO/tests/integration/bad-config.json" >"$BASE"
}

# The rows, as they are in the table.
rows() { grep -vE '^(#|$)' "$REPO/tests/integration/bad-config.tsv"; }

# $T/edited/N is the base after the edit of row N: one jq for all of them.
edit_all() {
	mkdir "$T/edited"
	rows | cut -f1 | sed -e 's/^sed .*/null/' -e 's/.*/(&), "@next@"/' -e '$!s/$/,/' >"$T/edits.jq"
	jq -f "$T/edits.jq" "$BASE" |
		awk -v dir="$T/edited" 'BEGIN { n = 1 } $0 == "\"@next@\"" { close(dir "/" n); n++; next } { print > (dir "/" n) }'
	local number=0 edit
	while IFS=$'\t' read -r edit _; do
		number=$((number + 1))
		[[ $edit != "sed "* ]] || sed "${edit#sed }" "$BASE" >"$T/edited/$number"
	done < <(rows)
}

# Sets got to the words of the last line of the error stream.
read_message() {
	local line
	got=
	while IFS= read -r line; do got=$line; done <"$1"
	got=${got#*level=error msg=\"strake create failed: } got=${got%\"}
	got=${got//\\\"/\"} got=${got//\\\\/\\}
}

# What create would forget: names in the test's directory.
snapshot() { (cd "$T" && find . -name rootfs -prune -o -name state -prune -o -print | LC_ALL=C sort); }

@test "bad config: the base of the table is a good one" {
	cp "$BASE" "$BUNDLE/config.json"
	ok strake_create
}

@test "bad config: each row of the table, and nothing left" {
	local number=0 edit place reason want got bad=$T/bad
	edit_all
	: >"$bad" && : >"$T/said" && : >"$T/got"
	snapshot >"$BATS_TEST_TMPDIR/before"
	while IFS=$'\t' read -r edit place reason; do
		number=$((number + 1))
		cp "$T/edited/$number" "$BUNDLE/config.json"
		STRAKE_TEST_ID=$ID "$RUNTIME" --root "$ROOT" create --bundle "$BUNDLE" --pid-file "$T/pid" "$ID" \
			</dev/null >"$T/said" 2>"$T/got" 3>&- 4>&- && printf 'created: %s\n' "$edit" >>"$bad"
		read_message "$T/got"
		[[ $reason = *@HERE@* ]] || reason=@HERE@$reason
		want=${reason//@HERE@/config.json:$place: } want=${want//@BUNDLE@/$BUNDLE}
		[ "$got" = "$want" ] || printf '%s\n  wanted %s\n  got    %s\n' "$edit" "$want" "$got" >>"$bad"
		[ ! -s "$T/said" ] && [ ! -e "$ROOT/$ID" ] && [ ! -e "$T/pid" ] || printf 'left something: %s\n' "$edit" >>"$bad"
	done < <(rows)
	[ ! -s "$bad" ] || fail "$(cat "$bad")"
	snapshot >"$BATS_TEST_TMPDIR/after"
	diff "$BATS_TEST_TMPDIR/before" "$BATS_TEST_TMPDIR/after"
	assert_nothing_left
	[ "$number" -ge 300 ] || fail "$number rows: is the table whole?"
}
