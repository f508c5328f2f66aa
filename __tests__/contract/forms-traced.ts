import {
	createLogos,
	instrument,
	Metered,
	Resolver,
	Traced,
	type TracedOptions,
	traced,
	traceInvocation,
} from '../../index.js';
import type { Form } from './fact.js';
import { formOf, type Leaves } from './leaves.js';

type Body = () => unknown;
type Options = { readonly follow?: string } | undefined;
const HANDLE = 'self.subject';
const PATH = 'self.subject.act';
const METHOD = 'Subject.act';

const options = (given: Options): TracedOptions => ({ ...given }) as TracedOptions;

/** Each has an `act` that runs the body; the last item is true if it accepts options. */
const ROWS: [string, Leaves, (body: Body, given?: Options) => Body, boolean?][] = [
	[
		'@Traced on a method',
		{ span: METHOD },
		(body) => {
			class Subject {
				@Traced
				act(): unknown {
					return body();
				}
			}
			const subject = new Subject();
			return () => subject.act();
		},
	],
	[
		'@Traced() on a method of a resolver',
		{ span: METHOD, path: PATH, counts: true },
		(body, given) => {
			@Resolver(HANDLE)
			class Subject {
				@Traced(options(given))
				act(): unknown {
					return body();
				}
			}
			const subject = new Subject();
			return () => subject.act();
		},
		true,
	],
	[
		'@Traced on a class',
		{ span: METHOD },
		(body) => {
			@Traced
			class Subject {
				act(): unknown {
					return body();
				}
			}
			const subject = new Subject();
			return () => subject.act();
		},
	],
	[
		'@Traced() on a static method',
		{ span: METHOD, path: PATH, counts: true },
		(body, given) => {
			@Resolver(HANDLE)
			class Subject {
				@Traced(options(given))
				static act(): unknown {
					return body();
				}
			}
			return () => Subject.act();
		},
		true,
	],
	[
		'@Traced on a getter',
		{ span: METHOD },
		(body) => {
			class Subject {
				@Traced
				get act(): unknown {
					return body();
				}
			}
			const subject = new Subject();
			return () => subject.act;
		},
	],
	[
		'@Traced on an arrow-function field',
		{ span: METHOD, path: PATH, counts: true },
		(body) => {
			@Resolver(HANDLE)
			class Subject {
				@Traced
				act = (): unknown => body();
			}
			const subject = new Subject();
			createLogos([subject]);
			return () => subject.act();
		},
	],
	[
		'traced(fn)',
		{ span: 'act' },
		(body, given) =>
			traced(function act() {
				return body();
			}, options(given)),
		true,
	],
	[
		'@Traced and @Metered together',
		{ span: METHOD, path: PATH, counts: true },
		(body) => {
			@Resolver(HANDLE)
			class Subject {
				@Metered
				@Traced
				act(): unknown {
					return body();
				}
			}
			const subject = new Subject();
			return () => subject.act();
		},
	],
	[
		'instrument(class)',
		{ span: METHOD, path: PATH, counts: true },
		(body, given) => {
			class Subject {
				act(): unknown {
					return body();
				}
			}
			instrument(Subject, { handle: HANDLE, traced: options(given) });
			const subject = new Subject();
			return () => subject.act();
		},
		true,
	],
	[
		'instrument(instance)',
		{ span: METHOD, counts: true },
		(body) => {
			class Subject {
				act(): unknown {
					return body();
				}
			}
			const subject = instrument(new Subject());
			return () => subject.act();
		},
	],
	[
		'instrument(object)',
		{ span: 'act', path: PATH, counts: true },
		(body, given) => {
			const subject = instrument({ act: () => body() }, { handle: HANDLE, traced: options(given) });
			return () => subject.act();
		},
		true,
	],
	['traceInvocation', { span: undefined, path: PATH, counts: true }, (body) => () => traceInvocation(PATH, body)],
];

/** The forms that create a span. */
export const TRACED_FORMS: readonly Form[] = ROWS.map(([name, leaves, make, optional]) =>
	formOf(name, leaves, make, { optional: optional === true }),
);
