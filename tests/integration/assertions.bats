#!/usr/bin/env bats
# SPDX-License-Identifier: Apache-2.0
# What holds of every container, whatever its config: docs/security.md.
load helpers

# One line a fact, by the shell of the payload itself.
FACTS='echo "cwd: $(pwd)"; cd /proc/self
	echo "fds: $(ls fd | grep -v "^3$" | tr "\n" " ")"
	sed -n -E "s/^(NoNewPrivs|Seccomp|Cap[A-Z][a-z]+|Groups|Umask):[\t ]*(.*[^ ]) *$/\1: \2/p" status
	echo "uid: $(id -u):$(id -g)"; echo "oom: $(cat oom_score_adj)"
	echo "owner: $(stat -c %u status)"; readlink exe'

confine() {
	update_config '.process.user = {uid: 1000, gid: 1000, umask: 63, additionalGids: [5, 7]} | .process.cwd = "/tmp" |
		.process.oomScoreAdj = 500 | .process.capabilities |= map_values(["CAP_KILL"]) | .process.capabilities.ambient = [] |
		.linux.seccomp = {defaultAction: "SCMP_ACT_ALLOW", syscalls: [{names: ["acct"], action: "SCMP_ACT_ERRNO"}]}'
}
expect_facts() {
	local fact
	for fact in 'fds: 0 1 2 ' 'NoNewPrivs: 1' 'Seccomp: 2' 'CapInh: 0000000000000000' 'CapPrm: 0000000000000000' \
		'CapEff: 0000000000000000' 'CapBnd: 0000000000000020' 'CapAmb: 0000000000000000' 'Groups: 5 7' \
		'Umask: 0077' 'uid: 1000:1000' 'oom: 500' 'owner: 1000' 'cwd: /tmp' '/bin/sh'; do
		grep -qxF -e "$fact" "$out_file" || fail "$1: not \"$fact\" in:" "$(cat "$out_file")"
	done
}

@test "assertions: what a process is after execve, of run and of exec" {
	runc_since 1.5 "runc 1.1.5 leaves capabilities permitted, and the score of exec"
	confine
	run_sh "$FACTS"
	expect_facts run
	run_sleeper
	# Nothing of the caller's comes along.
	STRAKE_TEST_ID=$ID "$RUNTIME" --root "$ROOT" exec "$ID" sh -c "$FACTS" </dev/null >"$T/facts" 2>&1 3>&- 7<"$T" 9<"$T"
	out_file=$T/facts
	expect_facts exec
}

@test "assertions: no call names a path below the rootfs, in run and exec" {
	runc_since 1.5 "the older peers have another rule"
	requires cmd_strace kernel_openat2 kernel_mount_api
	update_config '.mounts += [{destination: "/made/by/mount", type: "tmpfs", source: "tmpfs"}] | .linux.sysctl = {"net.ipv4.ip_forward": "1"}'
	set_args true
	local calls=openat,open,creat,mkdir,mkdirat,mknod,mknodat,symlink,symlinkat,unlink,unlinkat,mount,chown,fchownat,chmod,fchmodat,rename,link
	STRAKE_TEST_ID=$ID strace -f -y -o "$T/trace" -e "trace=$calls,execve" -e signal=none \
		"$RUNTIME" --root "$ROOT" run --bundle "$BUNDLE" "$ID" </dev/null >"$T/o" 2>&1 3>&-
	run_sleeper
	STRAKE_TEST_ID=$ID strace -f -y -o "$T/trace2" -e "trace=$calls,execve" -e signal=none \
		"$RUNTIME" --root "$ROOT" exec "$ID" true </dev/null >"$T/o" 2>&1 3>&-
	grep -q 'execve("/bin/true"' "$T/trace"
	# By name: an absolute path into it. The rootfs itself is opened once, with O_PATH.
	! grep -hF "\"$BUNDLE/rootfs/" "$T/trace" "$T/trace2" || fail "a path below the rootfs"
	# Of the host's /proc nothing is written; the private one has a descriptor without a path.
	! grep -hE '"/proc/[^"]*", O_(WRONLY|RDWR)' "$T/trace" "$T/trace2" || fail "a file of the host's /proc, to write"
	! grep -hE '</proc[^>]*>, "[^"]*", O_(WRONLY|RDWR)' "$T/trace" "$T/trace2"
}

@test "assertions: no abstract socket that a container in the host's network could reach (CVE-2020-15257)" {
	update_config '.linux.namespaces |= map(select(.type != "network"))'
	awk '$8 ~ /^@/ { print $8 }' /proc/net/unix | sort >"$T/before"
	set_args sleep 1000
	ok strake_create
	ok strake start "$ID"
	awk '$8 ~ /^@/ { print $8 }' /proc/net/unix | sort >"$T/after"
	[ -z "$(comm -13 "$T/before" "$T/after" | grep -i -e strake -e "$ID")" ]
}
