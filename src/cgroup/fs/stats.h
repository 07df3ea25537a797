/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the kernel's counters: files of one directory into the fields of struct stats.
 * Runs in: parent.
 * Must not happen here: failing for a file that this kernel does not have; its field stays zero.
 */
#pragma once

#include "cgroup/impl.h"
#include "oci/stats.h"

/* One directory being read. The first failure is kept, and what comes after it is not read. */
struct cg_reader {
	struct arena *a; /* of what is handed out */
	int fd;
	const char *path;
	struct err *e;
	int failed; /* 0 or -errno, then e is set */
};
/* For the directory of a controller; false when there is none. */
bool cg_reader_init(struct cg_reader *r, struct cgroup *c, uint32_t controller, struct arena *a,
		    struct err *e);

/* The text of a file in the arena; NULL when there is none, or after a failure. */
char *cg_read_text(struct cg_reader *r, const char *file);
/* A number; "max" is UINT64_MAX, and one below zero, which old kernels could show, is 0. False
 * when there is none; then *ret is untouched. */
bool cg_read_number(struct cg_reader *r, const char *file, uint64_t *ret);

/* "key N" lines into fields; what is not in the table is passed over. */
struct cg_key {
	const char *key;
	size_t offset;   /* of an uint64_t in base */
	uint64_t factor; /* to the unit of the field */
};
void cg_read_keys(struct cg_reader *r, const char *file, const struct cg_key *keys, size_t n,
		  void *base);
/* All "key N" lines of memory.stat, sorted; then the value of one, 0 when it is not there. */
void cg_read_raw(struct cg_reader *r, const char *file, struct stats_memory *m);
uint64_t cg_raw_value(const struct stats_memory *m, const char *key);
/* "N N N". */
void cg_read_list(struct cg_reader *r, const char *file, struct stats_u64s *ret);
/* "0-3,7". */
void cg_read_ranges(struct cg_reader *r, const char *file, struct stats_u16s *ret);
/* "M:N Read 5" or "M:N 5" lines; "Total" lines are passed over. */
void cg_read_blkio(struct cg_reader *r, const char *file, struct stats_blkio_list *ret);
/* A *.pressure file (Linux 4.20). */
void cg_read_pressure(struct cg_reader *r, const char *file, struct stats_pressure **ret);
/* The page sizes that have a file hugetlb.<size><suffix>, ascending. Returns how many. */
size_t cg_page_sizes(struct cg_reader *r, const char *suffix, struct stats_hugetlb **ret);

/* Appends to a list that grows in the arena by doubling. */
void cg_blkio_add(struct cg_reader *r, struct stats_blkio_list *l,
		  const struct stats_blkio_entry *entry);
/* Malformed content: the failure of r. */
void cg_read_malformed(struct cg_reader *r, const char *file);
/* The next token of *at, ended in place; NULL at the end. */
char *cg_token(char **at, const char *separators);

int cg_v1_stats(struct cgroup *c, struct arena *a, struct stats *s, struct err *e);
int cg_v2_stats(struct cgroup *c, struct arena *a, struct stats *s, struct err *e);
