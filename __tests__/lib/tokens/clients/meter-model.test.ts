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
		expect(() => meterModel(value as object)).toThrow(`but got ${name === 'Function' ? 'Function' : name}. Say what`);
	});

	it.each([
		[null, 'its options are an object, but it got null.'],
		['yes', 'its options are an object, but it got string.'],
		[{ includeusage: true }, "'includeusage' is none of its options. Try 'includeUsage'."],
		[{ includeUsage: 1 }, "the option 'includeUsage' is true or false, but it got number."],
	])('refuses the options %j', (options, fault) => {
		expect(() => meterModel(openai(), options as never)).toThrow(new TypeError(`meterModel(): ${fault}`));
	});

	it('refuses a client that throws where it is looked at', () => {
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

	it('refuses a client that cannot be changed, and one whose HTTP is its own', () => {
		expect(() => meterModel(Object.freeze(openai()))).toThrow('does not let itself be changed');
		const own = Object.assign(openai(), { _workloadIdentityAuth: new (class X509WorkloadIdentityAuth {})() });
		expect(() => meterModel(own)).toThrow('X.509');
		const bundled = Object.assign(openai(), { _options: { x509Transport: {} } });
		expect(() => meterModel(bundled)).toThrow('X.509');
	});

	it.each([
		['openai', openai],
		['anthropic', anthropic],
	])('answers the same client of %s, whose members look as they did', (_, make) => {
		const plain = make();
		const client = make();
		expect(meterModel(client)).toBe(client);
		expect(Object.keys(client)).toEqual(Object.keys(plain));
		const before = Object.getOwnPropertyDescriptors(client);
		expect(meterModel(client)).toBe(client);
		expect(Object.getOwnPropertyDescriptors(client)).toEqual(before);
	});

	it('meets what an instrumentation does to the class later, and in which order it is taken back', async () => {
		const client = meterModel(openai());
		const { prototype } = OpenAI.Chat.Completions;
		const { create } = prototype;
		const seen: string[] = [];
		prototype.create = function (this: unknown, ...args: unknown[]) {
			seen.push('patched');
			return Reflect.apply(create, this, args);
		} as typeof create;
		await client.chat.completions.create({ model: 'gpt-6', messages: [] });
		prototype.create = create;
		await client.chat.completions.create({ model: 'gpt-6', messages: [] });
		expect(seen).toEqual(['patched']);
	});
});
