import { describe, expect, it } from '@jest/globals';
import { lineFinder, parseJson, parseYaml } from '../../../config/sources/parse.js';

it('the message for a comment in JSON says that JSON has none, wherever the comment is', () => {
	const hint = 'JSON has no comments; a config in YAML may have them.';
	for (const text of ['// note\n{}', '{\n/* note */ "a": 1}', '{ "a": // note\n1 }']) {
		expect(() => parseJson(text)).toThrow(hint);
	}
	expect(() => parseJson('{ "a": "//", }')).not.toThrow(hint);
});

describe('a file that begins with a byte order mark', () => {
	it('is parsed as without it', async () => {
		expect(parseJson('\uFEFF{"preset":"json"}')).toEqual({ preset: 'json' });
		expect(await parseYaml('\uFEFFpreset: json\r\n')).toEqual({ preset: 'json' });
	});

	it('has its faults at the same lines', async () => {
		expect(() => parseJson('\uFEFF{\n"preset": json }')).toThrow(
			expect.objectContaining({ line: 2, message: "it is not valid JSON: Unexpected token 'j'." }),
		);
		expect((await lineFinder('\uFEFF{\n"preset": "json" }'))(['preset'])).toBe(2);
	});
});
