import { describe, it } from '@jest/globals';
import { Traced } from '../../index.js';
import { applies, prove } from './fact.js';
import { CONSUMED, SETTLED } from './facts/all.js';
import { formOf } from './leaves.js';

const PRIVATE = formOf('@Traced on a #private method', { span: 'Subject.#act' }, (body) => {
	class Subject {
		@Traced
		#act(): unknown {
			return body();
		}
		call(): unknown {
			return this.#act();
		}
	}
	const subject = new Subject();
	return () => subject.call();
});

describe('@Traced on a #private method', () => {
	it.each([...SETTLED, ...CONSUMED].filter((one) => applies(one, PRIVATE)))('$name', (one) => prove(one, PRIVATE));
});
