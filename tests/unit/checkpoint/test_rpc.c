/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes are what protoc makes of the same messages. */
#include <errno.h>

#include "checkpoint/rpc.h"
#include "tests/unit/test.h"

#define EXPECT(text, bytes) expect(text, bytes, sizeof(bytes) - 1)

static void expect(const struct criu_request *r, const char *bytes, size_t len)
{
	auto_str out;

	str_init(&out);
	criu_request_encode(r, &out);
	assert_false(str_failed(&out));
	assert_int_equal(out.len, len);
	assert_memory_equal(out.s, bytes, len);
}

static void requests_without_options(void **state)
{
	const struct criu_request version = { .type = CRIU_VERSION, .keep_open = true };
	const struct criu_request yes = { .type = CRIU_NOTIFY, .notify_success = { true, true } };
	const struct criu_request no = { .type = CRIU_NOTIFY, .notify_success = { true, false } };
	const struct criu_request features = {
		.type = CRIU_FEATURE_CHECK, .keep_open = true, .mem_track = true, .lazy_pages = true,
	};

	(void)state;
	EXPECT(&version, "\x08\x0a\x20\x01");
	EXPECT(&yes, "\x08\x06\x18\x01");
	EXPECT(&no, "\x08\x06\x18\x00");
	EXPECT(&features, "\x08\x09\x20\x01\x2a\x04\x08\x01\x10\x01");
}

static void options(void **state)
{
	static char place[] = "/a", source[] = "/b", ext[] = "net[1]:k";
	static char *externals[] = { ext, NULL };
	struct key_value mount = { place, source };
	struct criu_inherit inherit = { "k", 4 };
	const struct criu_opts o = {
		.images_dir_fd = 300, .pid = 5, .leave_running = true, .log_file = "l",
		.page_server = { "h", 80 }, .ext_mnt = { &mount, 1 }, .inherit = { &inherit, 1 },
		.cg_mode = { true, CRIU_CG_IGNORE }, .external = { externals, 1 }, .empty_ns = 0x40000000,
		.tcp_close = true, .lsm_mount_context = "c",
	};
	const struct criu_request r = { .type = CRIU_DUMP, .opts = &o };

	(void)state;
	EXPECT(&r, "\x08\x01\x12\x40"
		   "\x08\xac\x02" "\x10\x05" "\x18\x01" "\x52\x01" "l"
		   "\x5a\x05\x0a\x01" "h" "\x10\x50"
		   "\xba\x01\x08\x0a\x02/a\x12\x02/b"
		   "\xda\x01\x05\x0a\x01" "k" "\x10\x04"
		   "\x90\x02\x00"
		   "\xaa\x02\x08" "net[1]:k"
		   "\xb0\x02\x80\x80\x80\x80\x04"
		   "\xa0\x03\x01"
		   "\xfa\x03\x01" "c");
}

#define DECODE(bytes, ret) criu_response_decode(bytes, sizeof(bytes) - 1, ret)

static void responses(void **state)
{
	struct criu_response r;

	(void)state;
	assert_int_equal(DECODE("\x08\x06\x10\x01\x2a\x0e\x0a\x09" "post-dump" "\x10\xac\x02", &r), 0);
	assert_int_equal(r.type, CRIU_NOTIFY);
	assert_int_equal(r.success, 1);
	assert_string_equal(r.script, "post-dump");
	assert_int_equal(r.notify_pid, 300);
	assert_int_equal(DECODE("\x08\x0a\x10\x01\x52\x08\x08\x04\x10\x02\x20\x01\x32\x00", &r), 0);
	assert_int_equal(r.major * 10000 + r.minor * 100 + r.sublevel, 40201);
	assert_int_equal(r.from_git, 0);
	assert_int_equal(DECODE("\x08\x0a\x10\x01\x52\x07\x08\x04\x10\x02\x1a\x01g", &r), 0);
	assert_int_equal(r.from_git, 1);
	assert_int_equal(DECODE("\x08\x09\x10\x01\x42\x04\x08\x00\x10\x01", &r), 0);
	assert_int_equal(r.mem_track, 0);
	assert_int_equal(r.lazy_pages, 1);
	assert_int_equal(DECODE("\x08\x02\x10\x01\x22\x02\x08\x07", &r), 0);
	assert_int_equal(r.restored_pid, 7);
	assert_int_equal(DECODE("\x08\x01\x10\x00\x38\x02", &r), 0);
	assert_int_equal(r.success, 0);
	assert_int_equal(r.cr_errno, 2);
	assert_string_equal(criu_type_name(r.type), "DUMP");
	assert_string_equal(criu_type_name(77), "EMPTY");
}

/* What a newer CRIU adds, of any kind. */
static void unknown_members_are_passed_over(void **state)
{
	struct criu_response r;

	(void)state;
	assert_int_equal(DECODE("\xf8\x07\x05\xfa\x07\x02xx\xfd\x07" "1234" "\xf9\x07" "12345678" "\x08\x01", &r), 0);
	assert_int_equal(r.type, CRIU_DUMP);
}

static void long_texts_are_cut(void **state)
{
	char bytes[4 + 100] = { 0x2a, 102, 0x0a, 100 };
	struct criu_response r;

	(void)state;
	memset(bytes + 4, 'x', 100);
	assert_int_equal(criu_response_decode(bytes, sizeof(bytes), &r), 0);
	assert_int_equal(strlen(r.script), sizeof(r.script) - 1);
}

static void bad_bytes(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} bad[] = {
#define B(s) { s, sizeof(s) - 1 }
		B("\x08"),                  /* no value */
		B("\x08\x80"),              /* half a number */
		B("\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff"), /* too long a number */
		B("\x2a\x05\x0a\x09" "abc"),  /* a text that is longer than its message */
		B("\x2a\x7f"),              /* a message that is longer than the packet */
		B("\x2a\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"),
		B("\x0a\x01x"),             /* a text where a number belongs */
		B("\x15" "1234"),           /* 4 bytes where a number belongs: "success" is not 4 */
		B("\x28\x01"),              /* a number where a message belongs */
		B("\x0b"),                  /* a group */
		B("\x09" "1234"),           /* half of 8 bytes */
#undef B
	};
	struct criu_response r = { .type = 99 };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(criu_response_decode(bad[i].bytes, bad[i].len, &r), -EBADMSG);
	assert_int_equal(r.type, 99);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_without_options),
		cmocka_unit_test(options),
		cmocka_unit_test(responses),
		cmocka_unit_test(unknown_members_are_passed_over),
		cmocka_unit_test(long_texts_are_cut),
		cmocka_unit_test(bad_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
