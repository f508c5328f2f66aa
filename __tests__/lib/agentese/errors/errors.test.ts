import { describe, expect, it } from '@jest/globals';
import {
	AffordanceError,
	AgenteseError,
	BudgetExhaustedError,
	CompositionViolationError,
	DecorationError,
	ObserverRequiredError,
	PathNotFoundError,
	PathSyntaxError,
} from '../../../../lib/agentese/errors/errors.js';

const each = [
	{
		type: PathSyntaxError,
		name: 'PathSyntaxError',
		status: 400,
		error: new PathSyntaxError('a path', '"Self"', 'is not lower case', {
			why: 'Segments are lower case.',
			tries: ['"self"'],
			suggestion: 'self',
		}),
		message: '"Self" is not a path: it is not lower case. Segments are lower case. Try "self".',
	},
	{
		type: PathNotFoundError,
		name: 'PathNotFoundError',
		status: 404,
		error: new PathNotFoundError('self.soul.chalenge', ['self.soul.challenge', 'self.soul.manifest']),
		message:
			'No resolver answers "self.soul.chalenge". A path is reachable only if a registered class publishes its aspect. ' +
			'Try "self.soul.challenge". Related: self.soul.manifest.',
	},
	{
		type: AffordanceError,
		name: 'AffordanceError',
		status: 403,
		error: new AffordanceError('burn', 'guest', ['affordances', 'manifest']),
		message:
			"Aspect 'burn' not available to guest. What a path affords depends on the observer. " +
			'Try one of those available, or an observer of another archetype. Available: affordances, manifest.',
	},
	{
		type: ObserverRequiredError,
		name: 'ObserverRequiredError',
		status: 401,
		error: new ObserverRequiredError('self.soul.challenge'),
		message:
			'"self.soul.challenge" was invoked without an observer. ' +
			'This path requires an observer and is not available to the guest. ' +
			'Try an umwelt with an id, or the header X-Observer-Id over HTTP.',
	},
	{
		type: BudgetExhaustedError,
		name: 'BudgetExhaustedError',
		status: 402,
		error: new BudgetExhaustedError('self.soul.challenge', { spent: 1200, limit: 1000 }),
		message:
			'The budget for "self.soul.challenge" is exhausted: 1200 of 1000 tokens are spent. ' +
			'An invocation that charges an exhausted budget is refused. ' +
			'Try again with a larger budget, or an aspect that charges less.',
	},
	{
		type: CompositionViolationError,
		name: 'CompositionViolationError',
		status: 422,
		error: new CompositionViolationError('a >> ', 'has nothing in stage 2', { why: 'Each separates two paths.' }),
		message: '"a >> " is not a composition: it has nothing in stage 2. Each separates two paths.',
	},
	{
		type: DecorationError,
		name: 'DecorationError',
		status: 500,
		error: new DecorationError({
			decorator: '@Traced',
			class: 'Soul',
			member: 'challenge',
			rule: 'The options of @Traced are path and aspect.',
			got: 'the option "pth"',
			wayOut: '"path"',
		}),
		message: '@Traced on Soul.challenge got the option "pth". The options of @Traced are path and aspect. Try "path".',
	},
] as const;

describe('every error of AGENTESE', () => {
	it.each(each)('$name is one line: what, why, try, related', ({ error, message }) => {
		expect(error.message).toBe(message);
	});

	it.each(each)('$name has the HTTP status $status, which cannot be assigned', ({ error, status }) => {
		expect(error.status).toBe(status);
		expect(() => Object.assign(error, { status: 200 })).toThrow(TypeError);
	});

	it.each(each)('$name is an instance of its class and no other', ({ error, type }) => {
		expect(error).toBeInstanceOf(Error);
		expect(error).toBeInstanceOf(AgenteseError);
		expect(each.filter((other) => error instanceof other.type).map((other) => other.type)).toEqual([type]);
	});

	it.each(each)(
		'$name has its name on the prototype and in the stack, and not as an own property',
		({ error, type, name }) => {
			expect(error.name).toBe(name);
			expect(Object.getOwnPropertyDescriptor(type.prototype, 'name')).toEqual({
				value: name,
				writable: true,
				configurable: true,
				enumerable: false,
			});
			expect(error.stack?.startsWith(`${name}: ${error.message}\n`)).toBe(true);
			expect(Object.hasOwn(error, 'name')).toBe(false);
			expect('code' in error).toBe(false);
		},
	);
});

describe('the parts of an error', () => {
	it('carries why, what to try, and what is related, frozen', () => {
		const { why, hints: tries, related } = new PathNotFoundError('self.x.y', ['self.x.z', 'self.x.w']);
		expect({ why, tries, related }).toEqual({
			why: 'A path is reachable only if a registered class publishes its aspect.',
			tries: ['"self.x.z"'],
			related: ['self.x.z', 'self.x.w'],
		});
		expect(Object.isFrozen(tries) && Object.isFrozen(related)).toBe(true);
	});

	it('is not changed by a later change of the list it was given', () => {
		const available = ['manifest'];
		const error = new AffordanceError('burn', 'guest', available);
		available.push('burn');
		expect(error.related).toEqual(['manifest']);
	});

	it('states only what happened if there are no hints', () => {
		class GardenError extends AgenteseError {
			get status() {
				return 418;
			}
		}
		const error = new GardenError('The garden is closed.');
		expect([error.message, error.name, error.status, error.why, error.hints, error.related]).toEqual([
			'The garden is closed.',
			'AgenteseError',
			418,
			'',
			[],
			[],
		]);
	});

	it('has a cause only if one is given', () => {
		const cause = new Error('underneath');
		expect(new CompositionViolationError('a >> b', 'fails', { cause }).cause).toBe(cause);
		expect(Object.hasOwn(new CompositionViolationError('a >> b', 'fails'), 'cause')).toBe(false);
	});

	it('names no path if none is similar', () => {
		expect(new PathNotFoundError('self.x.y').hints).toEqual(['registering a resolver that publishes it with @Aspect']);
	});

	it('names no aspect if none is available', () => {
		expect(new AffordanceError('burn', 'guest').message).toBe(
			"Aspect 'burn' not available to guest. What a path affords depends on the observer. " +
				'Try another path, or an observer of another archetype.',
		);
	});

	it('states a budget in the given unit, and no amounts if none are given', () => {
		expect(new BudgetExhaustedError('self.x.y', { spent: 3, limit: 2, unit: 'euros' }).message).toContain(
			'is exhausted: 3 of 2 euros are spent.',
		);
		expect(new BudgetExhaustedError('self.x.y').message).toContain('The budget for "self.x.y" is exhausted. ');
	});

	it('names a decorated class without a member, and an anonymous one', () => {
		const use = { decorator: '@Resolver', rule: 'A rule.', got: '7', wayOut: '"self.soul"' };
		expect(new DecorationError({ ...use, class: 'Soul' }).message).toBe(
			'@Resolver on Soul got 7. A rule. Try "self.soul".',
		);
		expect(new DecorationError({ ...use, class: '', member: Symbol('x') }).message).toBe(
			'@Resolver on an anonymous class.Symbol(x) got 7. A rule. Try "self.soul".',
		);
	});
});

describe('texts from outside', () => {
	it('are escaped', () => {
		expect(new AffordanceError('a\nb', '\u001b[31mguest').message).toContain(
			"Aspect 'a\\nb' not available to \\u001b[31mguest.",
		);
	});

	it('are truncated, however many and long they are', () => {
		const long = 'x'.repeat(10_000_000);
		const many = Array.from({ length: 1000 }, () => long);
		const messages = [
			new PathNotFoundError(long, many),
			new AffordanceError(long, long, many),
			new ObserverRequiredError(long),
			new BudgetExhaustedError(long, { spent: 1, limit: 1, unit: long }),
			new CompositionViolationError(long, 'fails'),
			new DecorationError({ decorator: '@Traced', class: long, member: long, rule: 'R.', got: 'g', wayOut: 'w' }),
		].map((error) => error.message.length);
		expect(Math.max(...messages)).toBeLessThan(1100);
	});
});
