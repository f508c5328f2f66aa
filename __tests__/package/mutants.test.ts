import { describe, expect, it } from '@jest/globals';
import { mutate, mutationsOf } from '../../scripts/mutants/mutations.mjs';
import { sample } from '../../scripts/mutants/sample.mjs';

/** The kind of each mutation of a text, and the text that it makes. */
const mutants = (text: string) => mutationsOf(text).map((one) => `${one.kind}: ${mutate(text, one)}`);

describe('the mutations of a source', () => {
	it('negate conditions, and move boundaries', () => {
		expect(mutants('if (a < b) c();')).toEqual([
			'condition: if (!(a < b)) c();',
			'boundary: if (a <= b) c();',
			'statement: if (a < b) ;',
		]);
		expect(mutants('const a = b && c ? d : e;')).toEqual([
			'condition: const a = !(b && c) ? d : e;',
			'condition: const a = b || c ? d : e;',
		]);
		expect(mutants('const a = b === c;')).toEqual(['condition: const a = b !== c;']);
	});

	it('drop statements and returns', () => {
		expect(mutants('function f() { g(); return h; }')).toEqual([
			'statement: function f() { ; return h; }',
			'return: function f() { g(); return undefined; }',
		]);
	});

	it('make a catch throw, and empty a finally', () => {
		expect(mutants('try { a = b } catch { } finally { c = d }').slice(1)).toEqual([
			"catch: try { a = b } catch { throw new Error('mutant'); } finally { c = d }",
			'finally: try { a = b } catch { } finally {}',
			'statement: try { a = b } catch { } finally { ; }',
		]);
	});

	it('change constants by one, and drop defaults', () => {
		expect(mutants('const f = (a = b) => a ?? 10;')).toEqual([
			'default: const f = (a) => a ?? 10;',
			'default: const f = (a = b) => a;',
			'constant: const f = (a = b) => a ?? 11;',
		]);
	});

	it('leave alone what exists for the compiler alone, and an operator that a comment repeats', () => {
		expect(mutants('type A = 1 | 2;\ninterface B { c: 3 }\ndeclare const d: 4;')).toEqual([]);
		expect(mutants('const a = b /* < */ < c;')).toEqual([]);
		expect(mutants('class A extends B { constructor() { super(); } }')).toEqual([]);
	});
});

it('a sample is the same for the same seed, in the order of the items', () => {
	const items = Array.from({ length: 100 }, (_, index) => index);
	const one = sample(items, 10, 1);
	expect(sample(items, 10, 1)).toEqual(one);
	expect(sample(items, 10, 2)).not.toEqual(one);
	expect([...one].sort((a, b) => a - b)).toEqual(one);
	expect(new Set(one).size).toBe(10);
});
