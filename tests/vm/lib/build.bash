# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034,SC2086,SC2154
#
# Read by tests/vm/vm: how the machine's image is built.

packages() {
	words packages
	words "packages.$suite"
	echo "${VM_PACKAGES:-}"
}

# What was built is named by what it was built from.
tree_key() { { echo "$suite" && packages && declare -f build_tree; } | sha256sum | cut -c1-12; }
image_key() {
	{
		tree_key
		declare -f build_image prime boot boot_cold boot_ram warm_save
		echo $slots $slot_size $disk_size
		qemu-system-x86_64 --version
		cd "$files" && find . -type f ! -name check -print0 | sort -z | xargs -0 sha256sum
	} | sha256sum | cut -c1-12
}

# The archives of the suite, one "URI SUITE" a line: those that this machine's apt has for it, or
# else the suite of that name where apt gets its own Debian from.
archives() {
	local own uri
	# shellcheck disable=SC2016
	own=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' \
		"Identifier: Packages" "Component: main" | sort -u)
	if awk -v s="$suite" '$2 == s {found = 1} END {exit !found}' <<<"$own"; then
		awk -v s="$suite" '$2 == s || index($2, s "-") == 1' <<<"$own"
		return
	fi
	uri=$(awk '$2 !~ /-/ {print $1; exit}' <<<"$own")
	[[ $uri ]] || return 0
	echo "$uri $suite"
	[[ $suite = sid ]] || echo "$uri $suite-updates"
}

# Runs in a mount and PID namespace of its own. $1: the folder to fill.
build_tree() {
	local tree=$1 sources mirror kernel
	export DEBIAN_FRONTEND=noninteractive LC_ALL=C
	sources=$(archives)
	mirror=$(awk -v s="$suite" '$2 == s {print $1; exit}' <<<"$sources")
	[[ $mirror ]] || die "apt knows no archive for $suite (apt-get update?)"
	debootstrap --variant=minbase "$suite" "$tree" "$mirror"

	awk '{print "deb", $1, $2, "main"}' <<<"$sources" >"$tree/etc/apt/sources.list"
	cp /etc/resolv.conf "$tree/etc/resolv.conf"
	printf '#!/bin/sh\nexit 101\n' >"$tree/usr/sbin/policy-rc.d"
	chmod 755 "$tree/usr/sbin/policy-rc.d"
	printf 'path-exclude=/usr/share/%s/*\n' doc man info locale lintian \
		>"$tree/etc/dpkg/dpkg.cfg.d/vm"
	# sid's list says that it is out of date after a week; a mirror that stands still will do.
	echo 'Acquire::Check-Valid-Until "false";' >"$tree/etc/apt/apt.conf.d/vm"
	mount -t proc proc "$tree/proc"
	chroot "$tree" apt-get -q update
	# shellcheck disable=SC2046
	chroot "$tree" apt-get -qy --no-install-recommends \
		-o Dpkg::Options::=--force-unsafe-io install $(packages)

	# The kernel as files only: no hooks, no initramfs-tools. Since Debian 14 it is in several packages.
	kernel=$(chroot "$tree" apt-cache depends linux-image-cloud-amd64 |
		awk '$1 == "Depends:" && $2 ~ /^linux-image-[0-9]/ {print $2; exit}')
	kernel=${kernel#linux-image-}
	mkdir -p "$tree/tmp/kernel/x"
	chroot "$tree" bash -euc 'cd /tmp/kernel
		for p in linux-{image,base,binary,modules}-'"$kernel"'; do
			! apt-cache show "$p" >/dev/null 2>&1 || apt-get -q -o APT::Sandbox::User=root download "$p"
		done
		for p in *.deb; do dpkg-deb -x "$p" x; done
		mkdir -p /lib/modules
		mv x/lib/modules/* /lib/modules/ 2>/dev/null || mv x/usr/lib/modules/* /lib/modules/
		mv x/boot/vmlinuz-* /boot/ 2>/dev/null || mv /lib/modules/*/vmlinuz /boot/vmlinuz-'"$kernel"
	rm -rf "$tree/tmp/kernel" "$tree"/lib/modules/*/build "$tree"/lib/modules/*/source
	chroot "$tree" depmod "$kernel"

	chroot "$tree" apt-get clean
	umount "$tree/proc"
	rm -rf "$tree"/var/lib/apt/lists/* "$tree"/var/log/* "$tree/usr/sbin/policy-rc.d" \
		"$tree"/usr/share/{doc,man,info,locale,lintian}/* "$tree"/var/cache/debconf/*-old
}

# Runs in a mount and PID namespace of its own. $1: the tree, $2: where to put
# the kernel, the initramfs and the disk.
build_image() {
	local tree=$1 out=$2 kernel root=$2/root n=10 m
	kernel=$(basename "$tree"/lib/modules/*)
	cp "$tree/boot/vmlinuz-$kernel" "$out/vmlinuz"

	mkdir -p "$out/initramfs"/{bin,m,dev,root}
	cp "$tree/bin/busybox" "$out/initramfs/bin/"
	cp "$files/init" "$out/initramfs/init"
	# shellcheck disable=SC2013
	for m in $(words initramfs-modules); do
		chroot "$tree" modprobe -S "$kernel" --show-depends "$m"
	done | awk '$1 == "insmod" && !seen[$2]++ {print $2}' | while read -r m; do
		cp "$tree/$m" "$out/initramfs/m/$((n++))-$(basename "$m")"
		# Since Debian 13 modules are compressed, which busybox cannot load.
		[[ $m != *.xz ]] || unxz "$out/initramfs/m/"*.xz
	done
	(cd "$out/initramfs" && find . | bin/busybox cpio -o -H newc 2>/dev/null) >"$out/initrd"
	rm -rf "$out/initramfs"

	cp -a "$tree" "$root"
	tar -C "$files/guest" --owner=0 --group=0 --mode=u+rwX,go+rX,go-w -c . | tar -C "$root" --no-overwrite-dir -x
	mount -t proc proc "$root/proc"
	chroot "$root" bash -s <"$files/customize"
	umount "$root/proc"
	mke2fs -q -F -t ext4 -O ^has_journal,^metadata_csum,uninit_bg -m 0 -L vm \
		-E lazy_itable_init=1,nodiscard -d "$root" "$out/disk" $disk_size
	rm -rf "$root"
}

# The packages cannot be had: no fault of the machine's.
die_for_want() {
	tail -n 15 "$log" >&2
	printf 'vm: %s\n' "$*" >&2
	exit 126
}

# Both of these want the lock.
build_locked() {
	local t0=$EPOCHREALTIME t tree img log=$cache/build.log
	need debootstrap
	tree=$cache/tree-$(tree_key) img=$cache/image-$(image_key)
	[[ ! $force ]] || rm -rf "$tree" "$img"
	if [[ ! -d $tree ]]; then
		say "debootstrap of $suite into $tree (log: $log)"
		rm -rf "$cache"/tree-*
		mkdir "$tree.new"
		unshare -m -p -f --kill-child --propagation private -- \
			"$0" _stage build_tree "$tree.new" >"$log" 2>&1 </dev/null ||
			die_for_want "debootstrap failed: see $log"
		mv "$tree.new" "$tree"
		say "tree: $(du -sm "$tree" | cut -f1) MiB, $(seconds "$t0" "$EPOCHREALTIME") s"
	fi
	if [[ ! -d $img ]]; then
		t=$EPOCHREALTIME
		rm -rf "$cache"/image-*
		mkdir "$img.new"
		unshare -m -p -f --kill-child --propagation private -- \
			"$0" _stage build_image "$tree" "$img.new" >"$log" 2>&1 </dev/null ||
			die "building the image failed: see $log"
		say "image: $(du -m "$img.new/disk" | cut -f1) MiB, $(seconds "$t" "$EPOCHREALTIME") s"
		t=$EPOCHREALTIME
		prime "$img.new"
		mv "$img.new" "$img"
		say "primed in $(seconds "$t" "$EPOCHREALTIME") s; all: $(seconds "$t0" "$EPOCHREALTIME") s"
	fi
}

# One boot that writes to the disk: it leaves what a first boot makes and a later
# one finds made (AppArmor's compiled profiles, podman's stores).
prime() {
	local img=$1 timeout=400 # (sid compiles 150 profiles of AppArmor)
	boot_prepare
	drive=file=$img/disk,format=raw,cache=unsafe
	boot_cold "$img"
	job_send <<'E'
exec >/run/vm/stdout 2>/run/vm/stderr
touch /run/vm/stay
[[ $(stat -fc %T /sys/fs/cgroup) = cgroup2fs ]] || exit 1
for c in cpu cpuset io memory pids; do
	grep -w $c /sys/fs/cgroup/cgroup.subtree_control || exit 1
done
aa-status --enabled || exit 1
podman info >/dev/null || exit 1
vm-user podman info >/dev/null || exit 1
rm -rf /var/tmp/* /tmp/*
systemd-run --quiet --no-block --on-active=1 --timer-property=AccuracySec=1ms systemctl poweroff
exit 0
E
	boot_wait
	[[ $status = 0 ]] || died "the first boot failed (status ${status:-none})"
	wait "$qemu" || died "qemu failed"
	qemu=
	run_remove
	dumpe2fs -h "$img/disk" 2>/dev/null | grep -q '^Filesystem state: *clean$' ||
		die "the first boot left its disk unclean"
}

ready() {
	[[ $EUID = 0 ]] || die "wants to be root"
	need qemu-system-x86_64:qemu-system-x86 mke2fs:e2fsprogs
	mkdir -p "$cache"
	img=$cache/image-$(image_key)
	[[ -d $img && ! $force ]] && return
	exec {lock}>"$cache/lock"
	flock "$lock"
	build_locked
	exec {lock}>&-
	force=
}
