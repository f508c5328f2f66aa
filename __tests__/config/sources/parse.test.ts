import { describe, expect, it } from '@jest/globals';
import { lineFinder, parseJson, parseYaml } from '../../../config/sources/parse.js';

it('a comment in JSON is told as that, wherever it stands', () => {
	const hint = 'JSON has no comments; a config in YAML may have them.';
	for (const text of ['// note\n{}', '{\n/* note */ "a": 1}', '{ "a": // note\n1 }']) {
		expect(() => parseJson(text)).toThrow(hint);
	}
	expect(() => parseJson('{ "a": "//", }')).not.toThrow(hint);
});

describe('a file that begins with a byte order mark', () => {
	it('is read as without it', async () => {
		expect(parseJson('\uFEFF{"preset":"json"}')).toEqual({ preset: 'json' });
		expect(await parseYaml('\uFEFFpreset: json\r\n')).toEqual({ preset: 'json' });
	});

	it('has its faults in the same lines', async () => {
		expect(() => parseJson('\uFEFF{\n"preset": json }')).toThrow(
			expect.objectContaining({ line: 2, message: "it is no JSON: Unexpected token 'j'." }),
		);
		expect((await lineFinder('\uFEFF{\n"preset": "json" }'))(['preset'])).toBe(2);
	});
});
