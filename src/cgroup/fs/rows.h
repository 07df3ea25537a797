/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Limits as rows: spec field → controller, file, format. A row table and a few list functions
 * make a plan (pure); the plan is then written.
 * Runs in: parent.
 */
#pragma once

#include "cgroup/impl.h"

/* How a write may fail without the plan failing. */
enum {
	CGW_OPTIONAL = 1 << 0, /* the file does not exist on every kernel: skipped without it */
	CGW_RETRY = 1 << 1,    /* EINVAL or EBUSY: once more at the end, when the others are written
	                        * (quota and period, memory and swap bound each other) */
	CGW_SHARES = 1 << 2,   /* the kernel clamps silently: read back, and fail when it did */
	CGW_LINES = 1 << 3,    /* one write(2) a line */
	CGW_ZERO_NEEDS_NONE = 1 << 4, /* "0" without the controller is what there is anyway */
	CGW_WARN = 1 << 5,     /* with CGW_OPTIONAL: something is lost, and that is said */
};

struct cg_write {
	uint32_t controller;
	const char *file, *value;
	const char *alt, *alt_value; /* when file does not exist; alt_value NULL: value */
	unsigned flags;
};
struct cg_plan {
	struct arena *a;
	struct cg_write *v;
	size_t n, size;
	bool failed; /* out of memory; asked once, by cg_plan_apply() */
};

enum cg_kind { CGK_U64, CGK_I64, CGK_U16, CGK_U32, CGK_BOOL, CGK_STR };
enum {
	CGR_ZERO_UNSET = 1 << 0, /* 0 stands for "absent", as engines write it */
	CGR_MAX = 1 << 1,        /* -1 is "max" */
	CGR_FALSE = 1 << 2,      /* an explicit false is written, too */
};
struct cg_row {
	uint32_t controller;
	const char *file, *alt;
	size_t section; /* of a pointer in struct spec_resources */
	size_t field;   /* in the section */
	enum cg_kind kind;
	unsigned rules, flags;
};

#define CG_SECTION_OF(sec, f)                            \
	.section = offsetof(struct spec_resources, sec), \
	.field = offsetof(__typeof__(*((struct spec_resources *)0)->sec), f)

void cg_plan_init(struct cg_plan *p, struct arena *a);
void cg_plan_rows(struct cg_plan *p, const struct cg_row *rows, size_t n,
		  const struct spec_resources *r);
/* value is formatted; a write of what is there in the spec. */
struct cg_write *cg_plan_add(struct cg_plan *p, uint32_t controller, const char *file,
			     const char *fmt, ...) PRINTF_LIKE(4, 5);
/* hugetlb (suffix ".limit_in_bytes" or ".max") and rdma are the same in both versions. */
void cg_plan_hugetlb(struct cg_plan *p, const struct spec_resources *r, const char *suffix);
void cg_plan_rdma(struct cg_plan *p, const struct spec_resources *r);
void cg_plan_pids(struct cg_plan *p, const struct spec_resources *r);
/* v1_rows.c: says that an explicit "useHierarchy": false has no effect. */
void cg_warn_flat(const struct spec_memory *m);

/* Writes; with v2 all controllers share the directory. */
int cg_plan_apply(struct cgroup *c, const struct cg_plan *p, struct err *e);

/* v2, when the config asks for it: an error when a limit is below what is in use. */
int cg_v2_check_usage(struct cgroup *c, const struct spec_resources *r, struct err *e);

/* The two translations of a spec into writes. */
int cg_v1_plan(const struct spec_resources *r, struct cg_plan *p, struct err *e);
int cg_v2_plan(const struct spec_resources *r, struct cg_plan *p, struct err *e);

/* convert.c: v1's numbers in v2's terms. */
uint64_t cg_weight_of_shares(uint64_t shares);
uint64_t cg_io_weight(uint16_t blkio_weight);
/* -1 unlimited, INT64_MIN: write nothing; an error when the two do not go together. */
int cg_swap_max(int64_t memory, int64_t memory_and_swap, int64_t *ret, struct err *e);
#define CG_NOTHING INT64_MIN
