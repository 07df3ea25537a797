#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# The terminal's modes hold from the first byte on, however late the runtime looks at the pty.
load helpers

setup() {
	setup_bundle
	requires pty
	strake_only "runc clears ONLCR when it comes round to it"
}

@test "tty: no carriage return in the first lines of run and exec" {
	update_config '.process.terminal = true'
	set_args seq 1 2000
	local i
	for i in 1 2 3 4 5 6 7 8; do
		ok strake_run
		cmp "$out_file" <(seq 1 2000) || fail "run $i differs"
	done
	update_config '.process.terminal = false'
	run_sleeper
	for i in 1 2 3 4 5 6 7 8; do
		ok strake exec --tty "$ID" seq 1 2000
		cmp "$out_file" <(seq 1 2000) || fail "exec $i differs"
	done
}
