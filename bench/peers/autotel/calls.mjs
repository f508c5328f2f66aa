import { trace } from 'autotel';

export const less = 'no attributes; its function `trace`: its decorator leaves sync methods untraced';

export function weave(name, cls, shape) {
	const { add } = cls.prototype;
	// It tells asynchronous functions by their source text, and leaves `this` behind.
	cls.prototype.add =
		shape === 'async' ? trace(name, async (umwelt, x) => add(umwelt, x)) : trace(name, (umwelt, x) => add(umwelt, x));
	return cls;
}
