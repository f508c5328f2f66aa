import { observe } from '@langfuse/tracing';

export const less = 'arguments and results as JSON in place of the attributes';

export function weave(name, cls) {
	cls.prototype.add = observe(cls.prototype.add, { name });
	return cls;
}
