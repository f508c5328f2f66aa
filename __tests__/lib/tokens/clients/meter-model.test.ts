import Anthropic from '@anthropic-ai/sdk';
import { describe, expect, it } from '@jest/globals';
import OpenAI from 'openai';
import { meterModel } from '../../../../lib/tokens/clients/meter-model.js';

const openai = () => new OpenAI({ apiKey: 'sk-test', fetch: async () => Response.json({}) });
const anthropic = () => new Anthropic({ apiKey: 'sk-test', fetch: async () => Response.json({}) });

describe('meterModel', () => {
	it.each([
		['undefined', undefined],
		['null', null],
		['string', 'gpt-6'],
		['Object', {}],
		['Function', OpenAI],
		['Map', new Map()],
		['Object', { chat: { completions: { create: () => {} } } }],
		['Object', { fetch: () => {}, makeRequest: () => {}, fetchWithTimeout: () => {}, withOptions: () => {} }],
	])('refuses what is no model client: %s', (name, value) => {
		expect(() => meterModel(value as object)).toThrow(TypeError);
		expect(() => meterModel(value as object)).toThrow(`but got ${name}. Report the tokens`);
	});

	it.each([
		[null, 'the options must be an object, but got null.'],
		['yes', 'the options must be an object, but got string.'],
		[{ includeusage: true }, "there is no option 'includeusage'. Did you mean 'includeUsage'?"],
		[{ includeUsage: 1 }, "the option 'includeUsage' must be true or false, but got number."],
	])('refuses the options %j', (options, fault) => {
		expect(() => meterModel(openai(), options as never)).toThrow(new TypeError(`meterModel(): ${fault}`));
	});

	it('refuses a client that throws when it is inspected', () => {
		const hostile = new Proxy(
			{},
			{
				get: () => {
					throw new Error('no');
				},
				getPrototypeOf: () => {
					throw new Error('no');
				},
			},
		);
		expect(() => meterModel(hostile)).toThrow('recordTokens');
	});

	it('refuses a client that cannot be changed, and one with a private fetch', () => {
		expect(() => meterModel(Object.freeze(openai()))).toThrow('because it cannot be changed');
		const withIdentity = Object.assign(openai(), { _workloadIdentityAuth: new (class X509WorkloadIdentityAuth {})() });
		expect(() => meterModel(withIdentity)).toThrow('X.509');
		const withTransport = Object.assign(openai(), { _options: { x509Transport: {} } });
		expect(() => meterModel(withTransport)).toThrow('X.509');
	});

	it.each([
		['openai', openai],
		['anthropic', anthropic],
	])('returns the same client of %s, with the same members', (_, make) => {
		const unmetered = make();
		const client = make();
		expect(meterModel(client)).toBe(client);
		expect(Object.keys(client)).toEqual(Object.keys(unmetered));
		const before = Object.getOwnPropertyDescriptors(client);
		expect(meterModel(client)).toBe(client);
		expect(Object.getOwnPropertyDescriptors(client)).toEqual(before);
	});

	it('calls what an instrumentation patches into the class later, until it is removed', async () => {
		const client = meterModel(openai());
		const { prototype } = OpenAI.Chat.Completions;
		const { create } = prototype;
		const calls: string[] = [];
		prototype.create = function (this: unknown, ...args: unknown[]) {
			calls.push('patched');
			return Reflect.apply(create, this, args);
		} as typeof create;
		await client.chat.completions.create({ model: 'gpt-6', messages: [] });
		prototype.create = create;
		await client.chat.completions.create({ model: 'gpt-6', messages: [] });
		expect(calls).toEqual(['patched']);
	});
});
