import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
	Aspect,
	CompositionViolationError,
	createLogos,
	PathNotFoundError,
	PathSyntaxError,
	Resolver,
} from '../../index.js';
import { counted, failure, inOrder, invoke, pathAttributes, pathLabels, span } from './expected.js';
import { dropSdk, failureOf, messageOf, points, startSdk, timeline } from './harness.js';

beforeEach(() => startSdk());
afterEach(() => dropSdk());

@Resolver('self.text')
class Text {
	@Aspect()
	upper(_umwelt: unknown, text: string): string {
		return text.toUpperCase();
	}
	@Aspect()
	async twice(umwelt: { id: string }, text: string): Promise<string> {
		await null;
		return `${text}${text} ${umwelt.id}`;
	}
	@Aspect()
	fail(): never {
		throw new Error('stage');
	}
}

const logos = createLogos([new Text()], { aliases: { t: 'self.text' } });
const KENT = { 'agentese.observer': 'kent' };
const STRING = { 'agentese.result': 'string' };
const stage = (aspect: string, more = {}) =>
	invoke(`self.text.${aspect}`, `Text.${aspect}`, { ...STRING, ...KENT, ...more });
const labels = (aspect: string) => pathLabels(`self.text.${aspect}`);
const compose = (text: string, rest = {}) => span('agentese.compose', { 'agentese.composition': text }, rest);

describe('a composition', () => {
	it('runs in sequence under one span that is not counted', async () => {
		const text = 'self.text.upper >> self.text.twice';
		expect(await logos.invoke(text, { id: 'kent' }, 'ab')).toBe('ABAB kent');
		expect(await timeline()).toEqual([compose(text, { children: [stage('upper'), stage('twice')] })]);
		expect(await points()).toEqual(inOrder([...counted(labels('upper')), ...counted(labels('twice'))]));
	});

	it('of aliases carries them', async () => {
		await logos.invoke('t.upper>>t.upper', { id: 'kent' }, 'ab');
		const upper = stage('upper', { 'agentese.alias': 't.upper' });
		expect(await timeline()).toEqual([compose('t.upper>>t.upper', { children: [upper, upper] })]);
	});

	it('stops at the stage that fails, with its error', async () => {
		const text = 'self.text.upper >> self.text.fail >> self.text.upper';
		expect((await failureOf(() => logos.invoke(text, { id: 'kent' }, 'ab')))?.thrown).toEqual(new Error('stage'));
		const attributes = {
			...pathAttributes('self.text.fail', 'Text.fail'),
			...KENT,
			'agentese.outcome': 'error',
			'error.type': 'Error',
		};
		const failed = failure('Error', 'stage');
		expect(await timeline()).toEqual([
			span(
				'agentese.compose',
				{ 'agentese.composition': text, 'error.type': 'Error' },
				{
					...failed,
					children: [stage('upper'), span('agentese.invoke', attributes, failed)],
				},
			),
		]);
		expect(await points()).toEqual(
			inOrder([...counted(labels('upper')), ...counted(labels('fail'), 'error', { errorType: 'Error' })]),
		);
	});

	it.each([
		['self.text.upper >> self.text.nowhere', PathNotFoundError],
		['self.text.upper >> Self.text.upper', PathSyntaxError],
		['self.text.upper >>', CompositionViolationError],
		['>>', CompositionViolationError],
	])('%s leaves its span with the error', async (text, type) => {
		const failed = await failureOf(() => logos.invoke(text, { id: 'kent' }, 'ab'));
		expect(failed?.thrown).toBeInstanceOf(type);
		const [seen] = await timeline();
		expect([seen?.name, seen?.attributes, seen?.status]).toEqual([
			'agentese.compose',
			{ 'agentese.composition': text, 'error.type': type.name },
			`ERROR: ${messageOf(failed)}`,
		]);
	});
});
