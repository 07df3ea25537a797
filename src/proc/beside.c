/* SPDX-License-Identifier: Apache-2.0 */
#include "proc/beside.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/sockios.h>
#include <linux/stat.h>
#include <net/if.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/timeline.h"
#include "netdev/netdev.h"
#include "os/clone.h"
#include "os/fd.h"
#include "os/mount_fd.h"
#include "os/pidfd.h"
#include "os/raw_call.h"
#include "os/setns.h"

enum made {
	MADE_NETWORK,
	MADE_MOUNTS,
	MADE_MAX,
};

struct note { /* with the descriptor of what was made */
	uint32_t made; /* enum made */
	uint32_t major, minor; /* of what is to be taken off the root of MADE_MOUNTS */
};

enum { UNDECIDED, AWAITED, WANTED, NOT_WANTED };

struct beside {
	struct beside_work work;
	pid_t parent, pid;
	int ends[2]; /* the helper sends by [0], init receives by [1] */
	enum beside_sysfs sysfs; /* with mounts */
	_Atomic uint32_t mounts; /* whether they are wanted; AWAITED: the helper sleeps on it */
	atomic_bool begun; /* the helper's alone, as the next */
	_Atomic uint32_t done; /* the helper's alone: what the parent wrote to after its clone would have to be copied */
	_Alignas(16) char stack[8 * 1024];
};

union control {
	struct cmsghdr align;
	char buf[CMSG_SPACE(2 * sizeof(int))];
};

/* ---- the helper ----
 *
 * In the memory of the parent, which goes on meanwhile: nothing may be written here but what is on this
 * stack, and the three words of struct beside that say how far each is. errno would be the parent's: it may just
 * have failed and be about to look why. So there is no call of libc's here that could set it.
 */

/* also: kept by who receives, or negative. */
static bool send_made(int to, const struct note *note, int fd, int also)
{
	const size_t size = also >= 0 ? 2 * sizeof(int) : sizeof(int);
	struct iovec iov = { .iov_base = (void *)(uintptr_t)note, .iov_len = sizeof(*note) };
	union control control = { 0 };
	struct msghdr mh = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.buf, .msg_controllen = CMSG_SPACE(size),
	};

	control.align = (struct cmsghdr){
		.cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS, .cmsg_len = CMSG_LEN(size),
	};
	memcpy(CMSG_DATA(&control.align), &fd, sizeof(fd));
	memcpy(CMSG_DATA(&control.align) + sizeof(fd), &also, sizeof(also));
	return os_raw_call(SYS_sendmsg, to, (long)&mh, MSG_NOSIGNAL) >= 0;
}

/* As netdev_loopback_up(). */
static void make_network(const struct beside *b)
{
	const struct note note = { .made = MADE_NETWORK };
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	long any, ns;

	if (os_raw_call(SYS_unshare, CLONE_NEWNET, 0, 0) < 0)
		return;
	any = os_raw_call(SYS_socket, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (any < 0 || os_raw_call(SYS_ioctl, any, SIOCSIFFLAGS, (long)&lo) < 0)
		return;
	ns = os_raw_call(SYS_ioctl, any, SIOCGSKNS, 0);
	if (ns >= 0)
		send_made(b->ends[0], &note, (int)ns, FD_NONE);
}

static void tell_done(struct beside *b)
{
	if (!atomic_exchange(&b->done, 1))
		os_raw_call(SYS_futex, (long)&b->done, FUTEX_WAKE_PRIVATE, 1);
}

/* Told by memory: mostly the parent has decided by then, and nobody has to call anything. Ten seconds at most, since
 * the parent may be gone. */
static bool mounts_are_wanted(struct beside *b)
{
	const struct timespec wait = { .tv_sec = 10 };
	uint32_t seen = UNDECIDED;
	long r = 0;

	if (!atomic_compare_exchange_strong(&b->mounts, &seen, AWAITED))
		return seen == WANTED;
	while ((seen = atomic_load(&b->mounts)) == AWAITED && (r == 0 || r == -EAGAIN || r == -EINTR))
		r = os_raw_call5(SYS_futex, (long)&b->mounts, FUTEX_WAIT_PRIVATE, AWAITED, (long)&wait, 0);
	return seen == WANTED;
}

/*
 * What is copied is kdevtmpfs's /dev on the kernel's rootfs, which every namespace has. Private first: the thread must keep its own. It is sent
 * before /dev is taken off, which is done at once but ends with the wait for a grace period.
 */
static void make_mounts(struct beside *b)
{
	struct note note = { .made = MADE_MOUNTS };
	int sysfs = FD_NONE;
	struct statx st;
	long ns;

	if (!mounts_are_wanted(b))
		return;
	/*
	 * One for each network namespace: its maker looks whether any of all of them is it, twice, which with a thousand
	 * containers takes as long as that namespace. Who mounts it then comes to the newest first.
	 */
	if (b->work.network && b->sysfs != BESIDE_NO_SYSFS)
		sysfs = os_raw_new_fs("sysfs", b->sysfs == BESIDE_SYSFS_READONLY ? "ro" : NULL);
	if (os_raw_call(SYS_setns, b->work.small_ns, CLONE_NEWNS, 0) < 0 ||
	    os_raw_call(SYS_unshare, CLONE_NEWNS, 0, 0) < 0 ||
	    os_raw_call5(SYS_mount, (long)"", (long)"/", 0, MS_PRIVATE | MS_REC, 0) < 0 ||
	    os_raw_call5(SYS_statx, AT_FDCWD, (long)"/", 0, STATX_TYPE, (long)&st) < 0)
		return;
	note.major = st.stx_dev_major;
	note.minor = st.stx_dev_minor;
	/* A link of the kernel's own, below a /proc that was looked at; who enters says what it is to be. */
	ns = os_raw_call(SYS_openat, b->work.proc, (long)"self/ns/mnt", O_RDONLY | O_CLOEXEC);
	if (ns >= 0 && send_made(b->ends[0], &note, (int)ns, sysfs)) {
		tell_done(b);
		os_raw_call(SYS_umount2, (long)"/", MNT_DETACH, 0);
	}
}

static int make(void *arg)
{
	struct beside *b = arg;

	atomic_store(&b->begun, true);
	/* It must not outlive the parent's thread; whoever died before that sends no signal. */
	os_raw_call(SYS_prctl, PR_SET_PDEATHSIG, SIGKILL, 0);
	if (os_raw_call(SYS_getppid, 0, 0, 0) != b->parent)
		return 0;
	if (b->work.network)
		make_network(b);
	if (b->work.small_ns >= 0)
		make_mounts(b);
	tell_done(b);
	return 0;
}

/* ---- the parent ---- */

struct beside *beside_begin(struct arena *a, const struct beside_work *w)
{
	struct beside *b = arena_room(a, sizeof(*b));

	if (!b || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, b->ends) < 0)
		return NULL;
	b->work = *w;
	b->parent = getpid();
	b->mounts = UNDECIDED;
	b->begun = false;
	b->done = 0;
	b->pid = os_clone_beside(make, b, b->stack, sizeof(b->stack));
	if (b->pid > 0)
		return b;
	fd_close(b->ends[0]);
	fd_close(b->ends[1]);
	return NULL;
}

void beside_decide(struct beside *b, bool mounts, enum beside_sysfs sysfs)
{
	uint32_t before = atomic_load(&b->mounts), now = mounts ? WANTED : NOT_WANTED;

	if (before == WANTED || before == NOT_WANTED)
		return;
	b->sysfs = sysfs;
	if (atomic_exchange(&b->mounts, now) == AWAITED)
		os_raw_call(SYS_futex, (long)&b->mounts, FUTEX_WAKE_PRIVATE, 1);
	/* The numbers stay: the helper has descriptors of its own. Its end is its alone now: init sees when it is gone. */
	fd_close(b->ends[0]);
	fd_close(b->work.small_ns);
}

void beside_meet(struct beside *b, struct os_placement *p, struct procfs *proc)
{
	if (!atomic_load(&b->begun))
		os_send_away(p, proc, b->pid);
}

void beside_rest(struct beside *b, struct os_placement *p, struct procfs *proc)
{
	const struct timespec wait = { .tv_sec = 1 };
	long r = 0;

	if (atomic_load(&b->done) || !os_placement_is_short(p))
		return;
	TIMELINE("leaving the CPU to the helper and init");
	os_step_aside(p, proc, sched_getcpu(), 3);
	/* Not after a signal: the caller's may come for ever. */
	while (!atomic_load(&b->done) && (r == 0 || r == -EAGAIN))
		r = os_raw_call5(SYS_futex, (long)&b->done, FUTEX_WAIT_PRIVATE, 0, (long)&wait, 0);
}

bool beside_is_at_work(const struct beside *b)
{
	return b && !atomic_load(&b->done);
}

void beside_finish(struct beside *b)
{
	int status;

	if (!b)
		return;
	beside_decide(b, false, BESIDE_NO_SYSFS);
	os_wait_child(b->pid, &status);
	fd_close(b->ends[1]);
}

/* ---- init ---- */

_Static_assert(sizeof(((struct beside_got *)0)->fd) == MADE_MAX * sizeof(int), "one for each");

/* False: nothing more will come. */
static bool receive(const struct beside *b, struct beside_got *g)
{
	struct note note;
	struct iovec iov = { .iov_base = &note, .iov_len = sizeof(note) };
	union control control;
	struct msghdr mh = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = control.buf, .msg_controllen = sizeof(control.buf),
	};
	const struct cmsghdr *cm;
	ssize_t n;
	int fd;

	do
		n = recvmsg(b->ends[1], &mh, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	cm = n == sizeof(note) ? CMSG_FIRSTHDR(&mh) : NULL;
	if (!cm || cm->cmsg_type != SCM_RIGHTS || cm->cmsg_len < CMSG_LEN(sizeof(int)) || note.made >= MADE_MAX)
		return false;
	memcpy(&fd, CMSG_DATA(cm), sizeof(int));
	g->fd[note.made] = fd + 1;
	if (note.made == MADE_MOUNTS) {
		g->major = note.major;
		g->minor = note.minor;
	}
	return true;
}

static int wait_for(const struct beside *b, struct beside_got *g, enum made made)
{
	int fd;

	while (b && !g->fd[made] && !g->all)
		g->all = !receive(b, g);
	fd = g->fd[made] ? g->fd[made] - 1 : FD_NONE;
	g->fd[made] = 0;
	return fd;
}

int beside_enter_network(const struct beside *b, struct beside_got *g, struct err *e)
{
	auto_left_fd ns = wait_for(b, g, MADE_NETWORK);
	int r;

	if (ns >= 0 && os_setns(ns, CLONE_NEWNET) == 0)
		return 0;
	r = os_unshare(CLONE_NEWNET);
	return r < 0 ? err_sys(e, -r, "making the network namespace") : netdev_loopback_up(e);
}

int beside_mounts(const struct beside *b, struct beside_got *g, dev_t *ret_above)
{
	int ns = wait_for(b, g, MADE_MOUNTS);

	if (ns >= 0)
		*ret_above = makedev(g->major, g->minor);
	return ns;
}
