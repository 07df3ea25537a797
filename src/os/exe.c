/* SPDX-License-Identifier: Apache-2.0 */
#include "os/exe.h"

#include <errno.h>
#include <link.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "os/exe_parts.h"
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

/* Pages with the same protection. */
struct piece {
	uintptr_t start, end;
	int prot;
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

static size_t in_one_row(const struct piece *v, size_t n)
{
	size_t k = 1;

	while (k < n && v[k].start == v[k - 1].end)
		k++;
	return k;
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

/* What is left to the parent, in a child. */
struct hole {
	uintptr_t start, end;
};

#define HOLES_MAX 4

/* How a child leaves the file. */
static struct {
	enum { NOT_PREPARED, PREPARED, COPIED, DROPPED, LEFT } state;
	struct pieces pieces;
	char *copies[PIECES_MAX]; /* one for each row of them */
	struct hole holes[HOLES_MAX];
	size_t n;
	struct prctl_mm_map as; /* with exe_fd, what the program's file is then */
} leaving;

static int add_hole(uintptr_t start, uintptr_t end)
{
	struct hole *last = leaving.n ? &leaving.holes[leaving.n - 1] : NULL;

	if (start == end)
		return 0;
	if (last && last->end == start) {
		last->end = end;
		return 0;
	}
	if (leaving.n == HOLES_MAX)
		return -ENOEXEC;
	leaving.holes[leaving.n++] = (struct hole){ start, end };
	return 0;
}

/* What is before the needed part is left to the parent. */
static int add_segment(struct pieces *all, const struct program *p, const ElfW(Phdr) *h,
		       uintptr_t page)
{
	uintptr_t needed = (uintptr_t)os_exe_needed.start;
	uintptr_t start = (p->base + h->p_vaddr) & ~(page - 1);
	uintptr_t end = (p->base + h->p_vaddr + h->p_filesz + page - 1) & ~(page - 1);
	uintptr_t from = needed < start ? start : needed < end ? needed : end;
	uintptr_t relro = end_of_relro(p, start, end, page);
	struct piece rest = { .start = relro > from ? relro : from, .end = end, .prot = prot_of(h) };
	int r = add_hole(start, from);

	if (r == 0)
		r = add_piece(all, &(struct piece){ .start = from, .end = rest.start, .prot = PROT_READ });
	return r < 0 ? r : add_piece(all, &rest);
}

/* What execve(2) puts there in one piece. Of the arguments the first alone: who is in the container may read the others,
 * and what they give to one program there ("exec --env") is no business of all. */
static void describe_stack(char *const argv[], struct prctl_mm_map *m)
{
	uintptr_t end = getauxval(AT_EXECFN); /* behind the environment */

	m->start_stack = (uintptr_t)argv;
	m->arg_start = m->arg_end = m->env_start = m->env_end = (uintptr_t)argv;
	if ((uintptr_t)argv[0] < (uintptr_t)argv || (uintptr_t)argv[0] >= end)
		return; /* none, or another program's own copy */
	m->arg_start = m->env_start = (uintptr_t)argv[0];
	m->arg_end = m->arg_start + strlen(argv[0]) + 1;
	m->env_end = end;
	for (size_t i = 0; argv[i]; i++)
		if ((uintptr_t)argv[i] == m->env_start)
			m->env_start += strlen(argv[i]) + 1;
}

/* prctl(2) with PR_SET_MM_MAP, the way of CRIU, wants all facts about the memory at once. */
static void describe(const struct program *p, char *const argv[], int fd, struct prctl_mm_map *m)
{
	describe_stack(argv, m);
	m->exe_fd = (uint32_t)fd;
	for (size_t i = 0; i < p->n; i++) {
		const ElfW(Phdr) *h = &p->headers[i];
		uintptr_t start = p->base + h->p_vaddr;

		if (h->p_type == PT_LOAD && h->p_flags & PF_X) {
			m->start_code = start;
			m->end_code = start + h->p_filesz;
		} else if (h->p_type == PT_LOAD && h->p_flags & PF_W) {
			m->start_data = start;
			m->end_data = start + h->p_filesz;
		}
	}
	/* Not before the end of the data, says Linux before 5.15. */
	m->start_brk = m->brk = m->end_data + 1;
}

static int set_map(struct prctl_mm_map *m)
{
	return prctl(PR_SET_MM, PR_SET_MM_MAP, m, sizeof(*m), 0) < 0 ? -errno : 0;
}

/* SELinux without execmem, MemoryDenyWriteExecute=, PR_SET_MDWE: what was written may not be run. Asked of a page that is
 * nobody's, which is two calls; to map one takes a third. */
static int may_run_written(void)
{
	static _Alignas(PAGE_MAX) char nobodys[PAGE_MAX];
	int r = mprotect(nobodys, sizeof(nobodys), PROT_READ | PROT_EXEC) < 0 ? -errno : 0;

	if (r == 0 && mprotect(nobodys, sizeof(nobodys), PROT_READ | PROT_WRITE) < 0)
		r = -errno;
	return r;
}

/* What lies in one row, in memory that is nobody's file. Nothing of it is in use yet. */
static int copy_row(const struct piece *v, size_t n, size_t row)
{
	size_t len = v[n - 1].end - v->start;
	char *copy = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (copy == MAP_FAILED)
		return -errno;
	/* From the mapping: its pages are in the cache, and 16 come with the first; opening the file to read it takes longer. */
	for (size_t i = 0; i < n; i++)
		memcpy(copy + (v[i].start - v->start), (const void *)v[i].start, v[i].end - v[i].start);
	leaving.copies[row] = copy;
	return 0;
}

static int drop_row(const struct piece *v, size_t n, size_t row)
{
	if (leaving.copies[row])
		munmap(leaving.copies[row], v[n - 1].end - v->start);
	leaving.copies[row] = NULL;
	return 0;
}

/*
 * In a child: the copy takes the place of what it is of, by one call, so that the code that runs there, this one too,
 * never misses it. None of it is writable and code at a time: no variable is written to before the end.
 */
static int take_row(const struct piece *v, size_t n, size_t row)
{
	char *copy = leaving.copies[row];
	size_t len = v[n - 1].end - v->start;
	int all = 0;

	for (size_t i = 0; i < n; i++) {
		all |= v[i].prot;
		if (v[i].prot & PROT_WRITE) /* as they are by now */
			memcpy(copy + (v[i].start - v->start), (const void *)v[i].start, v[i].end - v[i].start);
	}
	if (all & PROT_EXEC)
		all &= ~PROT_WRITE;
	if ((all != (PROT_READ | PROT_WRITE) && mprotect(copy, len, all) < 0) ||
	    mremap(copy, len, len, MREMAP_MAYMOVE | MREMAP_FIXED, (void *)v->start) == MAP_FAILED)
		return -errno;
	/* From the last on: variables first. */
	for (size_t end = n, i; end > 0; end = i) {
		for (i = end - 1; i > 0 && v[i - 1].prot == v[i].prot; )
			i--;
		if (v[i].prot != all && mprotect((void *)v[i].start, v[end - 1].end - v[i].start, v[i].prot) < 0)
			return -errno;
	}
	return 0;
}

/* fn for each row, with its number. */
static int for_rows(int (*fn)(const struct piece *v, size_t n, size_t row))
{
	const struct piece *v = leaving.pieces.v;
	int r = 0;

	for (size_t i = 0, row = 0, n; r == 0 && i < leaving.pieces.n; i += n) {
		n = in_one_row(&v[i], leaving.pieces.n - i);
		r = fn(&v[i], n, row++);
	}
	return r;
}

static int copy_program(void)
{
	uintptr_t page = getauxval(AT_PAGESZ);
	struct program p = { 0 };
	int r;

	if (leaving.state == DROPPED)
		return -EBADF;
	if (leaving.state != PREPARED)
		return 0;
	r = find_program(&p);
	leaving.n = leaving.pieces.n = 0;
	for (size_t i = 0; r == 0 && i < p.n; i++)
		if (p.headers[i].p_type == PT_LOAD)
			r = add_segment(&leaving.pieces, &p, &p.headers[i], page);
	if (r == 0)
		r = for_rows(copy_row);
	if (r < 0) {
		for_rows(drop_row);
		return r;
	}
	leaving.state = COPIED;
	return 0;
}

int os_exe_copy(struct err *e)
{
	int r = copy_program();

	return r < 0 ? err_sys(e, -r, "copying the program to memory") : 0;
}

static int copy_or_forget(void)
{
	int r = copy_program();

	if (r < 0)
		leaving.state = NOT_PREPARED;
	return r;
}

void os_exe_drop(void)
{
	if (leaving.state != COPIED || !os_exe_needed.start)
		return;
	for_rows(drop_row);
	leaving.state = DROPPED;
}

void os_exe_hide_arguments(bool hide)
{
	struct prctl_mm_map m = leaving.as;

	/* It is told another end of the heap, too: see below. */
	if (leaving.state != COPIED || !os_exe_needed.start)
		return;
	m.exe_fd = UINT32_MAX; /* as it is */
	if (!hide)
		m.arg_end = m.env_start;
	(void)set_map(&m);
}

int os_exe_prepare(int fd, char *const argv[])
{
	struct program p = { 0 };
	int r;

	if (fd < 0)
		return -EBADF;
	if (leaving.state != NOT_PREPARED)
		return -EALREADY;
	if (os_fallback_forced(OS_EXE_REPLACE) || SANITIZED || HAS_THREADS)
		return -ENOSYS;
	r = find_program(&p);
	if (r < 0)
		return r;
	/* The kernel looks at all that a child will ask for first, then at what is still mapped. */
	describe(&p, argv, fd, &leaving.as);
	r = set_map(&leaving.as);
	if (r != -EBUSY)
		return r < 0 ? r : -ENOEXEC;
	r = may_run_written();
	if (r < 0)
		return r;
	leaving.state = PREPARED;
	/* Whoever links the library may clone from several threads at a time. */
	return os_exe_needed.start ? 0 : copy_or_forget();
}

int os_exe_leave(struct err *e)
{
	int r;

	if (leaving.state == NOT_PREPARED || leaving.state == LEFT)
		return 0;
	/* Who prepared to leave must not stay for want of a copy. */
	r = leaving.state == COPIED ? for_rows(take_row) : -EBADF;
	/* Held, so that a call of what was there ends the process and nothing else is mapped in its place. */
	for (size_t i = 0; r == 0 && i < leaving.n; i++)
		if (mmap((void *)leaving.holes[i].start, leaving.holes[i].end - leaving.holes[i].start, PROT_NONE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0) == MAP_FAILED)
			r = -errno;
	/* musl's heap takes it for something in the way of brk(2), and maps; glibc would take the answer for its own. */
	if (!os_exe_needed.start)
		leaving.as.start_brk = leaving.as.brk = (uint64_t)syscall(SYS_brk, 0);
	if (r == 0)
		r = set_map(&leaving.as);
	if (r < 0)
		return err_sys(e, -r, "leaving the runtime's own file");
	leaving.state = LEFT;
	return 0;
}
