/* SPDX-License-Identifier: Apache-2.0 */
/* Where a path's value is, counted by hand. */
#include <stdio.h>
#include <string.h>

#include "base/util.h"
#include "json/locate.h"
#include "tests/unit/test.h"

static const char text[] = "{\n"
			   "  \"a\": \"x}\\\"]\", \"mounts\": [\n"
			   "    {\"to\": \"/a\", \"options\": []},\n"
			   "\t{ \"n\": -1.5e3, \"options\" : [true,null , \"ro\"] }\n"
			   "  ],\n"
			   "  \"sysctl\": {\"a.b[0]\": {\"c\": 1}, \"x y\": 2},\n"
			   "  \"last\": {}\n"
			   "}\n";

static void places(void **state)
{
	static const struct {
		const char *path;
		size_t line, column;
	} cases[] = {
		{ "", 1, 1 },
		{ "a", 2, 8 },
		{ "mounts", 2, 27 },
		{ "mounts[0]", 3, 5 },
		{ "mounts[0].to", 3, 12 },
		{ "mounts[0].options", 3, 29 },
		{ "mounts[1].n", 4, 9 },
		{ "mounts[1].options", 4, 29 },
		{ "mounts[1].options[0]", 4, 30 },
		{ "mounts[1].options[2]", 4, 42 },
		{ "sysctl[\"a.b[0]\"].c", 6, 30 },
		{ "sysctl[\"x y\"]", 6, 41 },
		{ "last", 7, 11 },
		/* a struct's key in another case, and a map's */
		{ "Mounts[0].TO", 3, 12 },
		{ "sysctl[\"X Y\"]", 6, 13 },
		/* words behind the path */
		{ "mounts[1] (/a.b): x", 4, 2 },
		{ "a: mounts[1]", 2, 8 },
		/* not there: where it would be */
		{ "b", 1, 1 },
		{ "last.x.y", 7, 11 },
		{ "mounts[2]", 2, 27 },
		{ "mounts[0].options[0]", 3, 29 },
		{ "mounts[0].n", 3, 5 },
		{ "mounts.n", 2, 27 },
		{ "a.b", 2, 8 },
		{ "a[0]", 2, 8 },
		{ "sysctl[\"open", 6, 13 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct json_position p = json_locate(text, strlen(text), cases[i].path);

		if (p.line != cases[i].line || p.column != cases[i].column)
			fail_msg("%s: %zu:%zu", cases[i].path, p.line, p.column);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(places) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
