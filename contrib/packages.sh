# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=sh
# Read by contrib/setup and contrib/test: installs Debian packages, the missing ones alone.

die() {
	echo "${0##*/}: $*" >&2
	exit 1
}

check_machine() {
	[ "$(uname -s)" = Linux ] || die "needs Linux"
	[ "$(id -u)" = 0 ] || die "needs root (packages are installed and a container is run)"
	[ -x /usr/bin/apt-get ] ||
		die "needs Debian 12 or one that is like it: apt-get is not here. README.md lists what to install by hand"
}

installed() {
	[ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# install_missing PACKAGE...
install_missing() {
	missing=
	for p; do
		installed "$p" || missing="$missing $p"
	done
	if [ -z "$missing" ]; then
		echo "all packages are installed: $*"
		return 0
	fi
	echo "installing:$missing"
	export DEBIAN_FRONTEND=noninteractive
	# An older package list may do; one that is too old, or none, does not.
	# shellcheck disable=SC2086
	apt-get install -y -q --no-install-recommends $missing </dev/null >/dev/null 2>&1 ||
		{ apt-get update -q </dev/null && apt-get install -y -q --no-install-recommends $missing </dev/null; } ||
		die "apt-get could not install:$missing"
}

# shellcheck disable=SC2034
BUILD_PACKAGES="gcc libc6-dev meson ninja-build pkg-config libyajl-dev libseccomp-dev libcap-dev libmnl-dev libsystemd-dev musl-dev"

# build DIR [MESON OPTION...]
build() {
	dir=$1
	shift
	[ -f "$dir/build.ninja" ] || meson setup "$dir" "$@" || die "meson setup failed"
	ninja -C "$dir" || die "the build failed"
}
