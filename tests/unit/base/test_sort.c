/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/test.h"

#include <stdlib.h>

#include "base/sort.h"

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

/* Every length up to some powers of two and beyond, with and without equal values. */
static void as_qsort_does(void **state)
{
	enum { N = 70 };
	uint64_t v[N + 1], want[N], room[N];

	(void)state;
	srand(1);
	for (size_t n = 0; n <= N; n++)
		for (unsigned values = 1; values <= 1u << 20; values *= 32) {
			for (size_t i = 0; i < n; i++)
				want[i] = v[i] = (uint64_t)(unsigned)rand() % values << (i % 2 ? 32 : 0);
			v[n] = 77;
			sort_u64(v, n, room);
			qsort(want, n, sizeof(*want), by_value);
			assert_true(n == 0 || memcmp(v, want, n * sizeof(*v)) == 0);
			assert_int_equal(v[n], 77);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_qsort_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
