/* SPDX-License-Identifier: Apache-2.0 */
#include "json/utf8.h"

size_t utf8_sequence(const char *text, size_t left)
{
	const unsigned char *p = (const unsigned char *)text;
	unsigned char low = 0x80, high = 0xbf;
	size_t n;

	if (p[0] < 0x80)
		return 1;
	if (p[0] >= 0xc2 && p[0] <= 0xdf)
		n = 2;
	else if (p[0] >= 0xe0 && p[0] <= 0xef)
		n = 3;
	else if (p[0] >= 0xf0 && p[0] <= 0xf4)
		n = 4;
	else
		return 0;
	if (n > left)
		return 0;
	/* the second byte rules out overlong forms, surrogates and what is above U+10FFFF */
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if (p[i] < 0x80 || p[i] > 0xbf)
			return 0;
	return n;
}

size_t utf8_check(const char *text, size_t len)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t i = 0;

	while (i < len) {
		uint64_t word;
		size_t n;

		while (i + sizeof(word) <= len) {
			memcpy(&word, p + i, sizeof(word));
			if (word & 0x8080808080808080u)
				break;
			i += sizeof(word);
		}
		if (i == len)
			break;
		n = utf8_sequence(text + i, len - i);
		if (n == 0)
			return i;
		i += n;
	}
	return i;
}

static unsigned hex4(const char *s)
{
	unsigned v = 0;

	for (int i = 0; i < 4; i++)
		v = v * 16 + (unsigned)(s[i] <= '9' ? s[i] - '0' : (s[i] | 0x20) - 'a' + 10);
	return v;
}

bool utf8_escapes_paired(const char *raw, size_t len)
{
	for (size_t i = 0; i + 1 < len; i++) {
		unsigned v;

		if (raw[i] != '\\')
			continue;
		i++;
		if (raw[i] != 'u' || i + 4 >= len)
			continue;
		v = hex4(raw + i + 1);
		i += 4;
		if (v < 0xd800 || v > 0xdfff)
			continue;
		if (v > 0xdbff || i + 6 >= len || raw[i + 1] != '\\' || raw[i + 2] != 'u')
			return false;
		v = hex4(raw + i + 3);
		if (v < 0xdc00 || v > 0xdfff)
			return false;
		i += 6;
	}
	return true;
}
