import type { z } from 'zod';
import { isObject } from './said.js';

/**
 * What a faulty source says besides its faults, so that what is checked later, over all sources, is checked for it too,
 * and a person sees all the faults at once. What lies in a list is left out with its list.
 */
export function withoutFaults(value: unknown, issues: readonly z.core.$ZodIssue[]): unknown {
	return issues.reduce((left, issue) => {
		const paths = issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
		return paths.reduce(without, left);
	}, value);
}

function without(value: unknown, [key, ...below]: readonly PropertyKey[]): unknown {
	if (!isObject(value) || key === undefined) return value;
	const { [String(key)]: inner, ...rest } = value;
	return typeof below[0] === 'string' && isObject(inner) ? { ...rest, [key]: without(inner, below) } : rest;
}
