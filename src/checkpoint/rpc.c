/* SPDX-License-Identifier: Apache-2.0 */
#include "checkpoint/rpc.h"

#include <errno.h>

/* How a value lies on the wire. */
enum wire { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2, WIRE_FIXED32 = 5 };

static const struct {
	enum criu_type type;
	const char *name;
} types[] = {
	{ CRIU_DUMP, "DUMP" }, { CRIU_RESTORE, "RESTORE" }, { CRIU_PRE_DUMP, "PRE_DUMP" },
	{ CRIU_NOTIFY, "NOTIFY" }, { CRIU_FEATURE_CHECK, "FEATURE_CHECK" }, { CRIU_VERSION, "VERSION" },
};

const char *criu_type_name(uint64_t type)
{
	for (size_t i = 0; i < ARRAY_SIZE(types); i++)
		if (types[i].type == type)
			return types[i].name;
	return "EMPTY";
}

/* ---- out ---- */

static void put_varint(struct str *out, uint64_t v)
{
	char c;

	for (; v >= 0x80; v >>= 7) {
		c = (char)(v | 0x80);
		str_add_n(out, &c, 1);
	}
	c = (char)v;
	str_add_n(out, &c, 1);
}

static void put_number(struct str *out, uint32_t field, uint64_t v)
{
	put_varint(out, field << 3 | WIRE_VARINT);
	put_varint(out, v);
}

static void put_bytes(struct str *out, uint32_t field, const char *s, size_t len)
{
	put_varint(out, field << 3 | WIRE_BYTES);
	put_varint(out, len);
	str_add_n(out, s, len);
}

static void put_text(struct str *out, uint32_t field, const char *s)
{
	put_bytes(out, field, s, strlen(s));
}

static void put_message(struct str *out, uint32_t field, const struct str *message)
{
	if (str_failed(message))
		out->failed = true;
	put_bytes(out, field, str_text(message), message->len);
}

/* All small messages are a text (field 1) and a text or a number (field 2). */
static void put_pair(struct str *out, uint32_t field, const char *first, const char *text, uint64_t number)
{
	auto_str m;

	str_init(&m);
	put_text(&m, 1, first);
	if (text)
		put_text(&m, 2, text);
	else
		put_number(&m, 2, number);
	put_message(out, field, &m);
}

enum kind { NUMBER, OPTIONAL, BOOL, TEXT, TEXTS, PAIRS, INHERITS, PAGE_SERVER };

#define O(number, kind, field) { number, kind, offsetof(struct criu_opts, field) }
static const struct row {
	uint32_t number;
	enum kind kind;
	size_t offset;
} opts_rows[] = {
	O(1, NUMBER, images_dir_fd),
	O(2, NUMBER, pid),
	O(3, BOOL, leave_running),
	O(4, BOOL, ext_unix_sk),
	O(5, BOOL, tcp_established),
	O(6, BOOL, evasive_devices),
	O(7, BOOL, shell_job),
	O(8, BOOL, file_locks),
	O(9, NUMBER, log_level),
	O(10, TEXT, log_file),
	O(11, PAGE_SERVER, page_server),
	O(12, BOOL, notify_scripts),
	O(13, TEXT, root),
	O(14, TEXT, parent_img),
	O(15, BOOL, track_mem),
	O(16, BOOL, auto_dedup),
	O(17, NUMBER, work_dir_fd),
	O(18, BOOL, link_remap),
	O(23, PAIRS, ext_mnt),
	O(24, BOOL, manage_cgroups),
	O(25, PAIRS, cg_root),
	O(26, BOOL, rst_sibling),
	O(27, INHERITS, inherit),
	O(34, OPTIONAL, cg_mode),
	O(37, TEXTS, external),
	O(38, NUMBER, empty_ns),
	O(39, PAIRS, join_ns),
	O(44, TEXT, freeze_cgroup),
	O(46, BOOL, tcp_skip_in_flight),
	O(48, BOOL, lazy_pages),
	O(50, BOOL, orphan_pts_master),
	O(51, TEXT, config_file),
	O(52, BOOL, tcp_close),
	O(53, TEXT, lsm_profile),
	O(63, TEXT, lsm_mount_context),
	O(64, NUMBER, network_lock),
};
#undef O

static void put_lists(struct str *out, const struct row *row, const void *at)
{
	const struct kv_list *pairs = at;
	const struct strv *texts = at;
	const struct criu_inherits *inherits = at;
	const struct criu_page_server *ps = at;

	if (row->kind == PAIRS)
		for (size_t i = 0; i < pairs->n; i++)
			put_pair(out, row->number, pairs->v[i].key, pairs->v[i].value, 0);
	else if (row->kind == TEXTS)
		for (size_t i = 0; i < texts->n; i++)
			put_text(out, row->number, texts->v[i]);
	else if (row->kind == INHERITS)
		for (size_t i = 0; i < inherits->n; i++)
			put_pair(out, row->number, inherits->v[i].key, NULL, inherits->v[i].fd);
	else if (row->kind == PAGE_SERVER && ps->address)
		put_pair(out, row->number, ps->address, NULL, ps->port);
}

static void put_opts(struct str *out, const struct criu_opts *o)
{
	for (size_t i = 0; i < ARRAY_SIZE(opts_rows); i++) {
		const struct row *row = &opts_rows[i];
		const void *at = (const char *)o + row->offset;
		const struct opt_u64 *optional = at;

		if (row->kind == NUMBER && *(const uint64_t *)at)
			put_number(out, row->number, *(const uint64_t *)at);
		else if (row->kind == OPTIONAL && optional->set)
			put_number(out, row->number, optional->v);
		else if (row->kind == BOOL && *(const bool *)at)
			put_number(out, row->number, 1);
		else if (row->kind == TEXT && *(const char *const *)at)
			put_text(out, row->number, *(const char *const *)at);
		else
			put_lists(out, row, at);
	}
}

void criu_request_encode(const struct criu_request *r, struct str *out)
{
	auto_str m;

	str_init(&m);
	put_number(out, 1, r->type);
	if (r->opts) {
		put_opts(&m, r->opts);
		put_message(out, 2, &m);
	}
	if (r->notify_success.set)
		put_number(out, 3, r->notify_success.v);
	if (r->keep_open)
		put_number(out, 4, 1);
	if (r->type != CRIU_FEATURE_CHECK)
		return;
	str_fini(&m);
	str_init(&m);
	if (r->mem_track)
		put_number(&m, 1, 1);
	if (r->lazy_pages)
		put_number(&m, 2, 1);
	put_message(out, 5, &m);
}

/* ---- in ---- */

/* The members of a message that are wanted; all others are passed over. */
struct in_row {
	uint32_t number;              /* 0 ends the table */
	size_t offset, size;          /* in struct criu_response; size of a text, 0: a number */
	bool seen;                    /* a number that says whether the member is there */
	const struct in_row *message;
};

#define N(number, field) { number, offsetof(struct criu_response, field), 0, false, NULL }
#define S(number, field) { number, offsetof(struct criu_response, field), 0, true, NULL }
#define T(number, field) \
	{ number, offsetof(struct criu_response, field), sizeof(((struct criu_response *)0)->field), false, NULL }
#define M(number, table) { number, 0, 0, false, table }
static const struct in_row restore_rows[] = { N(1, restored_pid), { 0 } };
static const struct in_row notify_rows[] = { T(1, script), N(2, notify_pid), { 0 } };
static const struct in_row features_rows[] = { N(1, mem_track), N(2, lazy_pages), { 0 } };
static const struct in_row version_rows[] = {
	N(1, major), N(2, minor), S(3, from_git), N(4, sublevel), { 0 }
};
static const struct in_row response_rows[] = {
	N(1, type), N(2, success), M(4, restore_rows), M(5, notify_rows), N(7, cr_errno),
	M(8, features_rows), M(10, version_rows), { 0 }
};
#undef N
#undef S
#undef T
#undef M

struct bytes {
	const unsigned char *p, *end;
};

static int get_varint(struct bytes *b, uint64_t *ret)
{
	uint64_t v = 0;

	for (unsigned shift = 0; shift < 64; shift += 7) {
		unsigned char c;

		if (b->p == b->end)
			return -EBADMSG;
		c = *b->p++;
		v |= (uint64_t)(c & 0x7f) << shift;
		if (c < 0x80) {
			*ret = v;
			return 0;
		}
	}
	return -EBADMSG;
}

/* *ret is the number, or how many bytes follow, which *content covers. */
static int get_value(struct bytes *b, unsigned wire, uint64_t *ret, struct bytes *content)
{
	int r = 0;

	*content = (struct bytes){ b->p, b->p };
	if (wire == WIRE_VARINT)
		return get_varint(b, ret);
	if (wire == WIRE_BYTES)
		r = get_varint(b, ret);
	else if (wire == WIRE_FIXED32 || wire == WIRE_FIXED64)
		*ret = wire == WIRE_FIXED32 ? 4 : 8;
	else
		return -EBADMSG;
	if (r < 0 || *ret > (uint64_t)(b->end - b->p))
		return -EBADMSG;
	*content = (struct bytes){ b->p, b->p + *ret };
	b->p += *ret;
	return 0;
}

static void store_text(char *to, size_t size, const struct bytes *content)
{
	size_t n = (size_t)(content->end - content->p);

	if (n >= size)
		n = size - 1;
	memcpy(to, content->p, n);
	to[n] = '\0';
}

static int decode(struct bytes *b, const struct in_row *rows, struct criu_response *ret)
{
	while (b->p < b->end) {
		const struct in_row *row = rows;
		struct bytes content;
		uint64_t tag, value;
		char *at;

		if (get_varint(b, &tag) < 0 || get_value(b, tag & 7, &value, &content) < 0)
			return -EBADMSG;
		while (row->number && row->number != tag >> 3)
			row++;
		if (!row->number)
			continue;
		if ((tag & 7) != (row->message || row->size || row->seen ? WIRE_BYTES : WIRE_VARINT))
			return -EBADMSG;
		at = (char *)ret + row->offset;
		if (row->message && decode(&content, row->message, ret) < 0)
			return -EBADMSG;
		if (row->size)
			store_text(at, row->size, &content);
		else if (!row->message)
			*(uint64_t *)(void *)at = row->seen ? 1 : value;
	}
	return 0;
}

int criu_response_decode(const void *data, size_t len, struct criu_response *ret)
{
	struct criu_response resp = { 0 };
	struct bytes b = { data, (const unsigned char *)data + len };
	int r = decode(&b, response_rows, &resp);

	if (r == 0)
		*ret = resp;
	return r;
}
