/* SPDX-License-Identifier: Apache-2.0 */
/* Every property of the official schema has a row. schema-properties.txt is made by
 * list-properties. */
#include <stdio.h>

#include "oci/fields.h"
#include "tests/unit/test.h"

static const char *properties_file;

/* The row of one path: names parted by dots; [] and {} go into elements. */
static const struct json_field *find(const char *path)
{
	const struct json_field *rows = fields_spec, *row = NULL;

	while (*path) {
		size_t n = strcspn(path, ".[{");

		if (!rows)
			return NULL;
		for (row = rows; row->name; row++)
			if (strlen(row->name) == n && strncmp(row->name, path, n) == 0)
				break;
		if (!row->name)
			return NULL;
		path += n;
		rows = row->child;
		if (*path == '[' || *path == '{') {
			if (row->kind != (*path == '[' ? JSON_ARRAY : JSON_MAP))
				return NULL;
			rows = row->child->child;
			path += 2;
		}
		if (*path == '.')
			path++;
	}
	return row;
}

static void every_property_has_a_row(void **state)
{
	char line[256];
	unsigned n = 0;
	FILE *f = fopen(properties_file, "re");

	(void)state;
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (!find(line))
			fail_msg("no row for %s", line);
		n++;
	}
	fclose(f);
	assert_true(n > 240);
	assert_null(find("linux.noSuchThing"));
	assert_null(find("process.user.uid.x"));
}

static size_t width(const struct json_field *row)
{
	switch (row->kind) {
	case JSON_BOOL:
	case JSON_FOREIGN:
		return sizeof(bool);
	case JSON_STRING:
	case JSON_LIST:
		return sizeof(char *);
	default:
		return 0;
	}
}

/* Rows are right by themselves: what the engine trusts. */
static void check_rows(const struct json_field *rows, unsigned depth)
{
	unsigned n = 0;

	assert_true(depth < 12);
	for (const struct json_field *row = rows; row->name; row++, n++) {
		const struct json_field *item = row->child;

		for (const struct json_field *other = rows; other < row; other++)
			assert_string_not_equal(other->name, row->name);
		if (width(row))
			assert_int_equal(row->size, width(row));
		switch (row->kind) {
		case JSON_INT:
			assert_true(row->size == 4 || row->size == 8);
			break;
		case JSON_UINT:
		case JSON_WORD:
		case JSON_FLAGS:
		case JSON_LETTERS:
			assert_true(row->size == 1 || row->size == 2 || row->size == 4 ||
				    row->size == 8);
			assert_true(row->kind == JSON_UINT || row->words);
			break;
		case JSON_OBJECT:
		case JSON_POINTER:
			check_rows(row->child, depth + 1);
			break;
		case JSON_ARRAY:
		case JSON_MAP:
			assert_true(row->size > 0 && row->count_offset > row->offset);
			if (item->kind == JSON_OBJECT)
				check_rows(item->child, depth + 1);
			else
				assert_true(item->offset + item->size <= row->size);
			break;
		default:
			break;
		}
	}
	assert_true(n > 0 && n <= 64); /* a bit each in the reader */
}

static void rows_are_sound(void **state)
{
	(void)state;
	check_rows(fields_spec, 0);
}

static void words_are_sound(void **state)
{
	static const struct json_words *const all[] = {
		&words_capability,   &words_rlimit,           &words_sched_policy,
		&words_sched_flag,   &words_ioprio_class,     &words_namespace,
		&words_device_type,  &words_rule_type,        &words_rule_access,
		&words_propagation,  &words_mempolicy_mode,   &words_mempolicy_flag,
		&words_personality,  &words_seccomp_action,   &words_seccomp_arch,
		&words_seccomp_flag, &words_seccomp_operator,
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(all); i++) {
		for (size_t j = 0; j < all[i]->n; j++) {
			const char *name = all[i]->v[j].name;
			uint64_t v;

			if (all[i]->sorted && j > 0)
				assert_true(strcmp(all[i]->v[j - 1].name, name) < 0);
			assert_int_equal(json_word_value(all[i], name, strlen(name), &v), 0);
			assert_true(v == all[i]->v[j].value);
		}
	}
}

static void capabilities_have_the_kernels_numbers(void **state)
{
	(void)state;
	assert_string_equal(capability_name(0), "CAP_CHOWN");
	assert_string_equal(capability_name(21), "CAP_SYS_ADMIN");
	assert_string_equal(capability_name(40), "CAP_CHECKPOINT_RESTORE");
	assert_null(capability_name(41));
	assert_null(capability_name(64));
	assert_int_equal(capability_number("CAP_NET_RAW"), 13);
	assert_true(capability_number("NET_RAW") < 0);
	for (unsigned i = 0; i < CAPABILITY_MAX; i++)
		assert_int_equal(capability_number(capability_name(i)), i);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_property_has_a_row),
		cmocka_unit_test(rows_are_sound),
		cmocka_unit_test(words_are_sound),
		cmocka_unit_test(capabilities_have_the_kernels_numbers),
	};

	properties_file = argc > 1 ? argv[1] : "schema-properties.txt";
	return cmocka_run_group_tests(tests, NULL, NULL);
}
