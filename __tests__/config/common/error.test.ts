import { inspect } from 'node:util';
import { expect, it } from '@jest/globals';
import { ConfigurationError } from '../../../config/common/error.js';
import { AgenteseError } from '../../../index.js';

it('an uncaught ConfigurationError prints each fault once, and a caught one has all of them', () => {
	const faults = [
		{ source: 'here.yaml', line: 3, key: 'sampling.rate', message: '"sampling.rate" got 7.' },
		{ source: 'argument', key: 'rat', message: '"rat" is not a key.' },
	];
	const error = new ConfigurationError(faults, false);
	expect([error.name, error.faults, error.strict]).toEqual(['ConfigurationError', faults, false]);
	expect(error).toBeInstanceOf(AgenteseError);
	expect([error.status, error.why, error.hints, error.related]).toEqual([500, '', [], []]);
	expect(inspect(error).replace(/\n {4}at .*/g, '')).toBe(
		'ConfigurationError: The configuration is refused, with 2 faults.\n' +
			'  here.yaml:3: "sampling.rate" got 7.\n' +
			'  argument: "rat" is not a key.',
	);
});
