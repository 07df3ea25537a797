/* SPDX-License-Identifier: Apache-2.0 */
/* What tests/lint/hardening must refuse; linked without what the program has. */
int main(void)
{
	return 0;
}
