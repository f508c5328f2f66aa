import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { context, diag, metrics, propagation, ROOT_CONTEXT, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CBaggagePropagator } from '@opentelemetry/core';
import { MeterProvider } from '@opentelemetry/sdk-metrics';
import { TracerProvider } from '@opentelemetry/sdk-trace';
import { Metered, observerFromBaggage, Resolver, traced, traceInvocation } from '../../../index.js';
import { OBSERVER_KEYS } from '../../../lib/agentese/observers/observer-attributes.js';
import { configureTracing } from '../../../lib/invocation/settings.js';
import { Redactor } from '../../../lib/redaction/redactor.js';
import { configureRedaction } from '../../../lib/redaction/settings.js';
import { captureLogs } from '../../support/providers.js';

const KENT = { id: 'kent', archetype: 'gardener', sessionId: 's1', tenantId: 't1' };
const PATH = 'self.soul.ask';

let logged: string[];
let restore: () => void;

beforeEach(() => {
	logged = captureLogs();
	context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
	propagation.setGlobalPropagator(new W3CBaggagePropagator());
	trace.setGlobalTracerProvider(new TracerProvider());
	restore = configureTracing({ baggage: [...OBSERVER_KEYS] });
});
afterEach(() => {
	restore();
	for (const signal of [trace, metrics, context, propagation, diag]) signal.disable();
	expect(logged).toEqual([]);
});

/** The header of a request that is made now. */
function sent(): string | undefined {
	const headers: { baggage?: string } = {};
	propagation.inject(context.active(), headers);
	return headers.baggage;
}

const as = <R>(observer: unknown, body: () => R) => traceInvocation(PATH, { observer }, body);

describe('outgoing baggage', () => {
	it('has each listed attribute of the innermost observer, and none of an enclosing one', () => {
		const all = 'agentese.observer=kent,agentese.archetype=gardener,session.id=s1,agentese.tenant=t1';
		as(KENT, () => {
			expect(sent()).toBe(all);
			as(undefined, () => expect(sent()).toBe(all));
			as({ id: 'ada' }, () => expect(sent()).toBe('agentese.observer=ada,agentese.archetype=guest'));
			as(null, () => expect(sent()).toBe('agentese.observer=anonymous,agentese.archetype=guest'));
			expect(sent()).toBe(all);
		});
		expect(sent()).toBeUndefined();
	});

	it('is empty if the config lists nothing', () => {
		restore();
		as(KENT, () => expect([sent(), propagation.getActiveBaggage()]).toEqual([undefined, undefined]));
	});

	it('holds no secret, whichever way spans are redacted', () => {
		const key = ['sk', 'proj', 'Zx81kQ0pWv7TnB2mRd4s'].join('-');
		for (const atWrite of [true, false]) {
			const undo = configureRedaction({ redactor: new Redactor({ keys: ['tenant'] }), atWrite });
			as({ id: 'kent', sessionId: `by ${key}`, tenantId: 't1' }, () => {
				const hidden = 'session.id=by%20%5Bredacted%5D,agentese.tenant=%5Bredacted%5D';
				expect(sent()).toBe(`agentese.observer=kent,agentese.archetype=guest,${hidden}`);
			});
			undo();
		}
	});

	it('has only what is listed', () => {
		restore();
		restore = configureTracing({ baggage: ['session.id'] });
		as(KENT, () => expect(sent()).toBe('session.id=s1'));
		as({ id: 'ada' }, () => expect([sent(), propagation.getActiveBaggage()]).toEqual([undefined, undefined]));
	});

	it('keeps other entries, and does not send an attribute that arrived as this observer’s', () => {
		const arrived = propagation.createBaggage({ shop: { value: 'roses' }, 'session.id': { value: 'theirs' } });
		context.with(propagation.setBaggage(ROOT_CONTEXT, arrived), () => {
			traced(() => expect(sent()).toBe('shop=roses,session.id=theirs'))();
			as({ id: 'ada' }, () => expect(sent()).toBe('shop=roses,agentese.observer=ada,agentese.archetype=guest'));
		});
	});

	it('is empty if the application removes the baggage', () => {
		as(KENT, () => context.with(propagation.deleteBaggage(context.active()), () => expect(sent()).toBeUndefined()));
	});

	it('is written for a method that is only counted, too', () => {
		metrics.setGlobalMeterProvider(new MeterProvider());
		@Resolver('self.till')
		class Till {
			@Metered()
			count(_umwelt: unknown) {
				return sent();
			}
		}
		as(KENT, () => expect(new Till().count({ id: 'ada' })).toBe('agentese.observer=ada,agentese.archetype=guest'));
	});

	it.each([
		['a comma, a semicolon and an equals sign', 'a,b;c=d'],
		['line breaks', 'a\r\nx-plot: b'],
		['other scripts', 'née ☃ 👩‍🌾'],
		['the longest id', '☃'.repeat(300)],
	])('survives %s', (_name, id) => {
		const header = as({ id }, sent) ?? '';
		expect(header).toMatch(/^[\x21-\x7e]+$/);
		const received = propagation.extract(ROOT_CONTEXT, { baggage: header });
		expect(observerFromBaggage(received)?.id).toBe(id.slice(0, 256));
	});

	it('cannot make a request throw: half of a surrogate pair becomes a replacement character', () => {
		expect(as({ id: 'a\ud800b' }, sent)).toBe('agentese.observer=a%EF%BF%BDb,agentese.archetype=guest');
	});
});

describe('observerFromBaggage()', () => {
	const arrived = (entries: Record<string, string>) =>
		propagation.setBaggage(
			ROOT_CONTEXT,
			propagation.createBaggage(Object.fromEntries(Object.entries(entries).map(([key, value]) => [key, { value }]))),
		);

	it('returns a frozen observer of the entries, with the guest’s values for the rest', () => {
		const observer = observerFromBaggage(arrived({ 'agentese.observer': 'kent', 'session.id': 's1' }));
		expect(observer).toEqual({ id: 'kent', archetype: 'guest', sessionId: 's1' });
		expect(Object.isFrozen(observer)).toBe(true);
		expect(observerFromBaggage(arrived({ 'agentese.tenant': 't1' }))).toEqual({
			id: 'anonymous',
			archetype: 'guest',
			tenantId: 't1',
		});
	});

	it('cuts at 256 characters', () => {
		expect(observerFromBaggage(arrived({ 'agentese.observer': 'x'.repeat(1000) }))?.id).toBe('x'.repeat(256));
	});

	it('reads the active context by default', () => {
		const seen = context.with(arrived({ 'agentese.observer': 'kent' }), () => observerFromBaggage());
		expect(seen?.id).toBe('kent');
	});

	it.each([
		['no baggage', ROOT_CONTEXT],
		['baggage of others', arrived({ shop: 'roses' })],
		['empty values', arrived({ 'agentese.observer': '' })],
		['an object that is no context', {} as typeof ROOT_CONTEXT],
	])('returns undefined for %s', (_name, from) => {
		expect(observerFromBaggage(from)).toBeUndefined();
	});
});
