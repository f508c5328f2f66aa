import { trace } from 'autotel';

/** What it does less than the code by hand; the tables print it. */
export const less = 'no attributes; its function `trace`: its decorator leaves sync methods untraced';

/** Observes the method `add` of a class. */
export function weave(name, cls, shape) {
	const { add } = cls.prototype;
	// autotel detects an async function by its source text, and does not pass on `this`.
	cls.prototype.add =
		shape === 'async' ? trace(name, async (umwelt, x) => add(umwelt, x)) : trace(name, (umwelt, x) => add(umwelt, x));
	return cls;
}
