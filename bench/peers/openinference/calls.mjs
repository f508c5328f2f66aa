import { withSpan } from '@arizeai/openinference-core';

export const less = 'arguments and results as JSON in place of the attributes';

export function weave(name, cls) {
	cls.prototype.add = withSpan(cls.prototype.add, { name });
	return cls;
}
