import { afterEach, beforeEach } from '@jest/globals';
import { createDecorator } from '../../extend.js';
import { Metered, Traced, type TracedDecorator } from '../../index.js';
import { type SdkOptions, startSdk, stopSdk } from './harness.js';

/** Any function. */
export type AnyFunction = (...args: never[]) => unknown;

/** Starts an SDK before each test of the file and stops it after. */
export function withSdk(options?: SdkOptions): void {
	beforeEach(() => startSdk(options));
	afterEach(() => stopSdk());
}

const Audited = createDecorator({ name: 'Audited', advice: () => ({ leave: () => {} }) });

/** Every decorator that weaves, under one type. */
export const WOVEN_BY: readonly (readonly [string, TracedDecorator])[] = [
	['@Traced', Traced],
	['@Metered', Metered as unknown as TracedDecorator],
	['a decorator of createDecorator', Audited as unknown as TracedDecorator],
];

/** A foreign decorator, for both standards: `see` receives the function that it is on. */
export function onFunction(
	see: (fn: AnyFunction) => void,
): (value: unknown, at: unknown, descriptor?: unknown) => void {
	return (value, at, descriptor) => {
		const legacy = typeof at === 'string' || typeof at === 'symbol';
		see(legacy ? ((descriptor as PropertyDescriptor).value as AnyFunction) : (value as AnyFunction));
	};
}

/** A foreign decorator, for both standards: it replaces the method by another function. */
export function replacing(
	replace: (fn: (...args: unknown[]) => unknown) => (...args: unknown[]) => unknown,
): (value: unknown, at: unknown, descriptor?: unknown) => never {
	return (value, at, descriptor) => {
		if (typeof at !== 'string' && typeof at !== 'symbol') return replace(value as never) as never;
		const found = descriptor as PropertyDescriptor;
		return { ...found, value: replace(found.value) } as never;
	};
}
