/* SPDX-License-Identifier: Apache-2.0 */
/* Everything happens in network namespaces that end with the test's child. */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "netdev/netdev.h"
#include "tests/unit/test.h"

#define IP "/usr/sbin/ip "

static void in_netns(int (*fn)(void))
{
	int status;
	pid_t pid;

	if (geteuid() != 0 || access("/usr/sbin/ip", X_OK) < 0) {
		print_message("needs root and ip(8)\n");
		skip();
	}
	pid = fork();
	if (pid == 0)
		_exit(unshare(CLONE_NEWNET) < 0 ? 77 : fn());
	waitpid(pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		skip();
	assert_int_equal(status, 0);
}

/* A line that must be in what the command prints. */
static bool prints(const char *command, const char *want)
{
	char text[8192];
	FILE *f = popen(command, "r");
	size_t n = f ? fread(text, 1, sizeof(text) - 1, f) : 0;

	text[n] = '\0';
	if (f)
		pclose(f);
	if (strstr(text, want))
		return true;
	print_message("%s printed:\n%s\nwanted: %s\n", command, text, want);
	return false;
}

/* A namespace's descriptor; the caller stays in its own. */
static int other_netns(void)
{
	int own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), fd = -1;

	if (own >= 0 && unshare(CLONE_NEWNET) == 0)
		fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	if (setns(own, CLONE_NEWNET) < 0)
		fd = -1;
	close(own);
	return fd;
}

static int loopback(void)
{
	struct err e;

	if (netdev_loopback_up(&e) < 0)
		return 1;
	if (!prints(IP "-o link show lo", "LOOPBACK,UP"))
		return 2;
	return prints(IP "-o addr show lo", "127.0.0.1/8") ? 0 : 3;
}

static void loopback_comes_up(void **state)
{
	(void)state;
	in_netns(loopback);
}

static int loopback_unprivileged(void)
{
	char have[256];
	struct err e;

	if (setresuid(65534, 65534, 65534) < 0)
		return 77;
	if (netdev_loopback_up(&e) != -EPERM)
		return 1;
	err_format(&e, have, sizeof(have));
	return strcmp(have, "set the loopback device up: operation not permitted") == 0 ? 0 : 2;
}

static void loopback_fails_in_words(void **state)
{
	(void)state;
	in_netns(loopback_unprivileged);
}

static int make_veth(void)
{
	/* Everything that may be there: two families, a peer, a link-local and a passing address. */
	return system(IP "link add h0 type veth peer name p0 && "
		      IP "link set h0 up && " IP "link set p0 up && "
		      IP "addr add 10.1.2.3/24 brd 10.1.2.255 dev h0 && "
		      IP "addr add 10.9.0.1 peer 10.9.0.2/32 dev h0 && "
		      IP "addr add 169.254.7.7/16 scope link dev h0 && "
		      IP "addr add 10.1.3.3/24 dev h0 valid_lft 1000 preferred_lft 1000 && "
		      IP "-6 addr add fd00::5/64 dev h0 nodad");
}

static int move_and_rename(void)
{
	struct spec_net_device dev = { (char[]){ "h0" }, (char[]){ "eth0" } };
	const struct spec_net_devices list = { &dev, 1 };
	/* own keeps the peer, and so the pair, alive when we have left */
	int fd = other_netns(), own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	struct err e;

	if (fd < 0 || make_veth() != 0)
		return 77;
	if (netdev_move(&list, fd, &e) < 0)
		return 1;
	if (system(IP "link show h0 2>/dev/null") == 0)
		return 2;
	if (setns(fd, CLONE_NEWNET) < 0)
		return 3;
	if (!prints(IP "-o link show eth0", "eth0@") || !prints(IP "-o link show eth0", ",UP"))
		return 4;
	if (!prints(IP "-o addr show eth0", "10.1.2.3/24 brd 10.1.2.255 scope global") ||
	    !prints(IP "-o addr show eth0", "10.9.0.1 peer 10.9.0.2/32") ||
	    !prints(IP "-o addr show eth0", "fd00::5/64 scope global nodad"))
		return 5;
	if (!prints(IP "-o addr show eth0 | /usr/bin/grep -c 169.254.7.7", "0\n") ||
	    !prints(IP "-o addr show eth0 | /usr/bin/grep -c 10.1.3.3", "0\n"))
		return 6;
	close(own);
	return 0;
}

static void links_move_with_their_addresses(void **state)
{
	(void)state;
	in_netns(move_and_rename);
}

static int keep_name(void)
{
	struct spec_net_device dev = { (char[]){ "h0" }, NULL };
	const struct spec_net_devices list = { &dev, 1 };
	int fd = other_netns(), own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	char before[64], after[64];
	struct err e;

	/* Down before: up all the same. */
	if (fd < 0 || system(IP "link add h0 type veth peer name p0") != 0)
		return 77;
	if (readlink("/proc/self/ns/net", before, sizeof(before)) < 0 ||
	    netdev_move(&list, fd, &e) < 0)
		return 1;
	if (readlink("/proc/self/ns/net", after, sizeof(after)) < 0 || memcmp(before, after, 16) != 0)
		return 2; /* the caller stays where it was */
	if (setns(fd, CLONE_NEWNET) < 0 || !prints(IP "-o link show h0", ",UP"))
		return 3;
	close(own);
	return 0;
}

static void name_is_kept_without_a_new_one(void **state)
{
	(void)state;
	in_netns(keep_name);
}

static int words(const char *host, const char *name, int fd, int want, const char *text)
{
	char h[64], n[64], have[512];
	struct spec_net_device dev = { h, n };
	const struct spec_net_devices list = { &dev, 1 };
	struct err e;

	snprintf(h, sizeof(h), "%s", host);
	snprintf(n, sizeof(n), "%s", name);
	if (netdev_move(&list, fd, &e) != want)
		return 1;
	err_format(&e, have, sizeof(have));
	if (strstr(have, text))
		return 0;
	print_message("%s\n", have);
	return 2;
}

static int failures(void)
{
	int fd = other_netns(), null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (fd < 0 || make_veth() != 0)
		return 77;
	if (words("none", "eth0", fd, -ENODEV,
		  "link not found for interface none on runtime namespace: no such device"))
		return 1;
	if (words("a-name-that-is-too-long", "eth0", fd, -EINVAL, "invalid argument"))
		return 2;
	if (words("h0", "a-name-that-is-too-long", fd, -EINVAL, "fail to move network device h0"))
		return 3;
	if (words("h0", "eth0", null, -EINVAL, "fail to move network device h0"))
		return 4;
	/* None of these did anything to the link. */
	return prints(IP "-o addr show h0", "fd00::5/64") && prints(IP "-o link show h0", ",UP") ? 0 : 5;
}

static void failures_have_words_and_do_nothing(void **state)
{
	(void)state;
	in_netns(failures);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loopback_comes_up),
		cmocka_unit_test(loopback_fails_in_words),
		cmocka_unit_test(links_move_with_their_addresses),
		cmocka_unit_test(name_is_kept_without_a_new_one),
		cmocka_unit_test(failures_have_words_and_do_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
