import { describe, it } from '@jest/globals';
import { applies, prove } from './fact.js';
import { CONSUMED } from './facts/all.js';
import { FORMS } from './forms.js';

describe.each(FORMS)('$name', (form) => {
	it.each(CONSUMED.filter((one) => applies(one, form)))('$name', (one) => prove(one, form));
});
