/* SPDX-License-Identifier: Apache-2.0 */
#include "os/exe.h"

#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <linux/capability.h>
#include <stdio.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/io.h"
#include "base/parse.h"
#include "os/cap.h"
#include "os/exe_cold.h"
#include "os/feature.h"

/* musl does not say; linked with it there is only the program, which has no thread by then. */
#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#define HAS_THREADS (!__libc_single_threaded)
#else
#define HAS_THREADS false
#endif

/* Where the linker puts the program's first byte. */
extern const char __ehdr_start[] __attribute__((visibility("hidden")));

struct program {
	const ElfW(Phdr) *headers;
	size_t n;
	uintptr_t base; /* what is added to the addresses in the headers */
};

static int find_program(struct program *ret)
{
	struct program p = {
		.headers = (const ElfW(Phdr) *)getauxval(AT_PHDR), .n = getauxval(AT_PHNUM),
	};

	for (size_t i = 0; p.headers && i < p.n; i++)
		if (p.headers[i].p_type == PT_PHDR) {
			p.base = (uintptr_t)p.headers - p.headers[i].p_vaddr;
			*ret = p;
			return 0;
		}
	/* Without an interpreter there is no PT_PHDR: the first segment begins with the file's header, if that is
	 * the program's: in libstrake.so it is the library's. */
	if ((uintptr_t)p.headers != (uintptr_t)__ehdr_start + ((const ElfW(Ehdr) *)__ehdr_start)->e_phoff)
		return -ENOEXEC;
	for (size_t i = 0; i < p.n; i++)
		if (p.headers[i].p_type == PT_LOAD && p.headers[i].p_offset == 0) {
			p.base = (uintptr_t)__ehdr_start - p.headers[i].p_vaddr;
			*ret = p;
			return 0;
		}
	return -ENOEXEC;
}

/* The file that was left. */
static struct {
	char path[4096];
	struct stat st;
	bool is_found;     /* path leads to it */
	bool without_cold; /* os_exe_cold is not there */
} left;

static bool is_left(const struct stat *st)
{
	const struct stat *own = &left.st;

	return st->st_dev == own->st_dev && st->st_ino == own->st_ino && st->st_size == own->st_size &&
	       st->st_mtim.tv_sec == own->st_mtim.tv_sec && st->st_mtim.tv_nsec == own->st_mtim.tv_nsec;
}

/* Its name may be gone already, or of another mount namespace. */
static int remember(const struct stat *own)
{
	ssize_t n = readlink("/proc/self/exe", left.path, sizeof(left.path) - 1);
	struct stat st;

	left.path[n < 0 ? 0 : n] = '\0';
	left.st = *own;
	left.is_found = n > 0 && stat(left.path, &st) == 0 && is_left(&st);
	return n < 0 ? -errno : 0;
}

/* Pages with the same protection. */
struct piece {
	uintptr_t start, end;
	int prot;
	size_t in_file; /* bytes that are still what the file has from offset on; 0: none */
	off_t offset;
	bool cold; /* nobody needs it */
};

#define PIECES_MAX 8

struct pieces {
	struct piece v[PIECES_MAX];
	size_t n;
};

static int add_piece(struct pieces *p, const struct piece *new)
{
	const struct piece *last = p->n ? &p->v[p->n - 1] : NULL;

	if (new->start == new->end)
		return 0;
	if (p->n == PIECES_MAX || (last && new->start < last->end))
		return -ENOEXEC;
	p->v[p->n++] = *new;
	return 0;
}

/*
 * One call moves a piece as a whole: the code that runs there, this one too, never misses it. Piece
 * by piece, so that there never are two of all in memory.
 */
static int move(const struct piece *p, int exe)
{
	size_t len = p->end - p->start;
	void *copy, *old = (void *)p->start;
	int r = 0;

	/* Held, so that a call of it ends the process and nothing else is mapped there. */
	if (p->cold)
		return mmap(old, len, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0) ==
				       MAP_FAILED ?
			       -errno :
			       0;
	copy = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE,
		    -1, 0);
	if (copy == MAP_FAILED)
		return -errno;
	/* What is read is not mapped, page by page, only to be copied and given up. */
	if (p->in_file == 0)
		memcpy(copy, old, len);
	else if (pread(exe, copy, len, p->offset) < (ssize_t)p->in_file)
		r = -EIO;
	/* EACCES, EPERM: memory that was written may not be run (SELinux, MemoryDenyWriteExecute). */
	if (r == 0 && ((p->prot != (PROT_READ | PROT_WRITE) && mprotect(copy, len, p->prot) < 0) ||
		       mremap(copy, len, len, MREMAP_MAYMOVE | MREMAP_FIXED, old) == MAP_FAILED))
		r = -errno;
	if (r < 0)
		munmap(copy, len);
	return r;
}

/* Where the file goes on behind piece i as the memory does: n pieces. */
static size_t neighbours(const struct pieces *all, size_t i)
{
	size_t n = 1;

	for (; i + n < all->n && all->v[i].in_file; n++) {
		const struct piece *first = &all->v[i], *next = &all->v[i + n];

		if (!next->in_file || next->start != next[-1].end ||
		    next->offset - first->offset != (off_t)(next->start - first->start))
			break;
	}
	return n;
}

/* Code and constants in one go, half of the calls; then each is again what it was. */
static int move_together(const struct piece *v, size_t n, int exe)
{
	const struct piece *last = &v[n - 1];
	struct piece all = v[0];
	int r;

	all.end = last->end;
	all.in_file = last->start - v->start + last->in_file;
	for (size_t i = 1; i < n; i++)
		all.prot |= v[i].prot;
	r = move(&all, exe);
	for (size_t i = 0; r == 0 && i < n; i++)
		if (v[i].prot != all.prot && mprotect((void *)v[i].start, v[i].end - v[i].start, v[i].prot) < 0)
			r = -errno;
	return r;
}

/* What ld.so made read-only after it had relocated it stays so. */
static uintptr_t end_of_relro(const struct program *p, uintptr_t start, uintptr_t end, uintptr_t page)
{
	for (size_t i = 0; i < p->n; i++) {
		const ElfW(Phdr) *h = &p->headers[i];
		uintptr_t from = (p->base + h->p_vaddr) & ~(page - 1);
		uintptr_t to = (p->base + h->p_vaddr + h->p_memsz) & ~(page - 1);

		if (h->p_type == PT_GNU_RELRO && from == start && to <= end)
			return to;
	}
	return start;
}

static int prot_of(const ElfW(Phdr) *h)
{
	return (h->p_flags & PF_R ? PROT_READ : 0) | (h->p_flags & PF_W ? PROT_WRITE : 0) |
	       (h->p_flags & PF_X ? PROT_EXEC : 0);
}

/* What the file still has, in up to three: before, in and behind what is cold, if that can be had again. */
static int add_unwritten(struct pieces *all, const struct piece *p)
{
	uintptr_t cuts[] = { p->start, (uintptr_t)os_exe_cold.start, (uintptr_t)os_exe_cold.end, p->end };
	int r = 0;

	if (!left.is_found)
		return add_piece(all, p);
	for (size_t i = 1; i < 3; i++) {
		cuts[i] = cuts[i] < p->start ? p->start : cuts[i];
		cuts[i] = cuts[i] > p->end ? p->end : cuts[i];
	}
	for (size_t i = 0; r == 0 && i < 3; i++) {
		struct piece part = *p;
		size_t before = cuts[i] - p->start;

		part.start = cuts[i];
		part.end = cuts[i + 1];
		part.offset += (off_t)before;
		part.cold = i == 1;
		/* The last page may go on behind the end of the file's part. */
		part.in_file = part.cold || before >= p->in_file ? 0 : p->in_file - before;
		if (part.in_file > part.end - part.start)
			part.in_file = part.end - part.start;
		r = add_piece(all, &part);
	}
	return r;
}

static int add_segment(struct pieces *all, const struct program *p, const ElfW(Phdr) *h,
		       uintptr_t page)
{
	uintptr_t start = (p->base + h->p_vaddr) & ~(page - 1);
	uintptr_t end = (p->base + h->p_vaddr + h->p_filesz + page - 1) & ~(page - 1);
	uintptr_t relro = end_of_relro(p, start, end, page);
	struct piece rest = { .start = relro, .end = end, .prot = prot_of(h) };
	int r = add_piece(all, &(struct piece){ .start = start, .end = relro, .prot = PROT_READ });

	if (r < 0 || rest.prot & PROT_WRITE)
		return r < 0 ? r : add_piece(all, &rest);
	rest.offset = (off_t)(h->p_offset & ~(page - 1));
	rest.in_file = p->base + h->p_vaddr + h->p_filesz - start;
	return add_unwritten(all, &rest);
}

/* The way of CRIU, for those without CAP_SYS_RESOURCE: all facts about the memory at once, as they
 * are, and the file. */
static int set_exe_with_map(int fd)
{
	unsigned long long v[52]; /* by the numbers of proc_pid_stat(5) */
	struct prctl_mm_map map;
	char text[2048];
	const char *s;
	int r = io_read_file(AT_FDCWD, "/proc/self/stat", text, sizeof(text));

	if (r < 0)
		return r;
	s = strrchr(text, ')');
	if (!s || s[1] != ' ' || !s[2] || parse_numbers(s + 3, v + 4, ARRAY_SIZE(v) - 4) < 0)
		return -EBADMSG;
	map = (struct prctl_mm_map){
		.start_code = v[26], .end_code = v[27], .start_stack = v[28],
		.start_data = v[45], .end_data = v[46], .start_brk = v[47],
		.brk = (uintptr_t)sbrk(0), .arg_start = v[48], .arg_end = v[49],
		.env_start = v[50], .env_end = v[51], .exe_fd = (uint32_t)fd,
	};
	return prctl(PR_SET_MM, PR_SET_MM_MAP, &map, sizeof(map), 0) < 0 ? -errno : 0;
}

static int set_exe(int fd)
{
	return prctl(PR_SET_MM, PR_SET_MM_EXE_FILE, (unsigned long)fd, 0, 0) < 0 ? -errno : 0;
}

/* Asked before the work: the kernel looks at the privilege first, then at what is still mapped. */
static bool may_set_exe(int fd, bool *ret_with_map)
{
	uint64_t any = 1ull << CAP_SYS_ADMIN | 1ull << CAP_CHECKPOINT_RESTORE;
	struct os_caps caps;

	*ret_with_map = set_exe(fd) != -EBUSY;
	return !*ret_with_map || (os_cap_get(&caps) == 0 && (caps.effective & any));
}

/* By its name, which may lead elsewhere by now: an upgrade, or the name is of another mount
 * namespace than ours. Whatever is there, it is run only if it is the same file. */
int os_exe_open(const char **ret_name, struct err *e)
{
	const char *name = *left.path ? left.path : "/proc/self/exe";
	auto_fd fd = openat(AT_FDCWD, name, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0)
		return err_sys(e, errno, "open the runtime's file %s", name);
	if (*left.path && !is_left(&st))
		return err_make(e, ERR_UNSUPPORTED, ESTALE,
				"the runtime's file %s was replaced while it ran", name);
	*ret_name = name;
	return TAKE_FD(fd);
}

int os_exe_replace(int fd, int exe, const struct stat *own)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	struct pieces all = { .n = 0 };
	struct program p = { 0 };
	bool with_map;
	int r;

	if (fd < 0)
		return -EBADF;
	if (os_fallback_forced(OS_EXE_REPLACE) || SANITIZED || HAS_THREADS)
		return -ENOSYS;
	if (!may_set_exe(fd, &with_map))
		return -EPERM;
	r = remember(own);
	if (r == 0)
		r = find_program(&p);
	for (size_t i = 0; r == 0 && i < p.n; i++)
		if (p.headers[i].p_type == PT_LOAD)
			r = add_segment(&all, &p, &p.headers[i], page);
	for (size_t i = 0, n; r == 0 && i < all.n; i += n) {
		n = neighbours(&all, i);
		left.without_cold |= all.v[i].cold;
		r = move_together(&all.v[i], n, exe);
	}
	if (r == 0)
		r = with_map ? set_exe_with_map(fd) : set_exe(fd);
	if (r < 0)
		*left.path = '\0';
	return r;
}

/* The part of r that is in segment h. */
static int load_segment(const struct program *p, const ElfW(Phdr) *h, const struct os_exe_range *r, int exe)
{
	uintptr_t first = p->base + h->p_vaddr, start = (uintptr_t)r->start, end = (uintptr_t)r->end;
	uintptr_t last = first + h->p_filesz;
	size_t len;

	start = start < first ? first : start;
	end = end > last ? last : end;
	if (h->p_type != PT_LOAD || start >= end)
		return 0;
	len = end - start;
	if (mmap((void *)start, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_POPULATE, -1,
		 0) == MAP_FAILED)
		return -errno;
	if (pread(exe, (void *)start, len, (off_t)(h->p_offset + (start - first))) != (ssize_t)len)
		return -EIO;
	return mprotect((void *)start, len, prot_of(h)) < 0 ? -errno : 0;
}

int os_exe_load(const struct os_exe_range *range, struct err *e)
{
	struct program p = { 0 };
	const char *name;
	auto_fd exe = FD_NONE;
	int r;

	if (!left.without_cold || range->start == range->end)
		return 0;
	exe = os_exe_open(&name, e);
	if (exe < 0)
		return exe;
	r = find_program(&p);
	for (size_t i = 0; r == 0 && i < p.n; i++)
		r = load_segment(&p, &p.headers[i], range, exe);
	if (r < 0)
		return err_sys(e, -r, "read the runtime's file %s", name);
	left.without_cold = false;
	return 0;
}
