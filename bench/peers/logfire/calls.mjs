import { instrument } from 'logfire';

export const less = 'no attributes; a message template per call';

export function weave(name, cls) {
	cls.prototype.add = instrument(cls.prototype.add, { spanName: name, message: name });
	return cls;
}
