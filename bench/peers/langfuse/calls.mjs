import { observe } from '@langfuse/tracing';

/** What it does less than the code by hand; the tables print it. */
export const less = 'arguments and results as JSON in place of the attributes';

/** Observes the method `add` of a class. */
export function weave(name, cls) {
	cls.prototype.add = observe(cls.prototype.add, { name });
	return cls;
}
