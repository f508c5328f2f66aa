import { createDecorator, type Outcome } from '../../extend.js';
import { Aspect, createLogos, Metered, metered, Resolver, Traced, telemetryMiddleware } from '../../index.js';
import type { Form } from './fact.js';
import { TRACED_FORMS } from './forms-traced.js';
import { formOf, type Leaves } from './leaves.js';

type Body = () => unknown;
const HANDLE = 'self.subject';
const PATH = 'self.subject.act';
const METHOD = 'Subject.act';

const METERED: [string, Leaves, (body: Body) => Body][] = [
	[
		'@Metered on a method',
		{ counts: METHOD },
		(body) => {
			class Subject {
				@Metered
				act(): unknown {
					return body();
				}
			}
			const subject = new Subject();
			return () => subject.act();
		},
	],
	[
		'@Metered() on a method of a resolver',
		{ path: PATH, counts: true },
		(body) => {
			@Resolver(HANDLE)
			class Subject {
				@Metered()
				act(): unknown {
					return body();
				}
			}
			const subject = new Subject();
			return () => subject.act();
		},
	],
	[
		'@Metered() on a class',
		{ counts: METHOD },
		(body) => {
			@Metered()
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
		'@Metered on a static method',
		{ counts: METHOD },
		(body) => {
			class Subject {
				readonly instance = true;
				@Metered
				static act(): unknown {
					return body();
				}
			}
			return () => Subject.act();
		},
	],
	[
		'@Metered on an arrow-function field',
		{ path: PATH, counts: true },
		(body) => {
			@Resolver(HANDLE)
			class Subject {
				@Metered
				act = (): unknown => body();
			}
			const subject = new Subject();
			createLogos([subject]);
			return () => subject.act();
		},
	],
	[
		'metered(fn)',
		{ counts: 'act' },
		(body) =>
			metered(function act() {
				return body();
			}),
	],
];

const heard: Outcome[] = [];
const Audited = createDecorator({
	name: 'Audited',
	advice: () => ({ leave: (_, outcome) => void heard.push(outcome) }),
});

const DISPATCHED: [string, Leaves, (body: Body) => Body][] = [
	[
		'logos.invoke of a method with @Traced',
		{ span: METHOD, path: PATH, counts: true },
		(body) => {
			@Resolver(HANDLE)
			class Subject {
				@Aspect
				@Traced
				act(): unknown {
					return body();
				}
			}
			const logos = createLogos([new Subject()]);
			return () => logos.invoke(PATH);
		},
	],
	[
		'telemetryMiddleware',
		{ span: undefined, path: PATH, counts: true },
		(body) => {
			const middleware = telemetryMiddleware({ templates: [PATH] });
			return () => middleware(PATH, undefined, [], async () => body());
		},
	],
];

/** Every decorator and function form that weaves. */
export const FORMS: readonly Form[] = [
	...TRACED_FORMS,
	...METERED.map(([name, leaves, make]) => formOf(name, leaves, make)),
	formOf('a decorator of createDecorator', { heard }, (body) => {
		class Subject {
			@Audited
			act(): unknown {
				return body();
			}
		}
		const subject = new Subject();
		return () => subject.act();
	}),
	...DISPATCHED.map(([name, leaves, make]) => formOf(name, leaves, make, { dispatches: true })),
];
