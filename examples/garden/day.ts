import { createLogos, type Logos } from 'agentese-otel';
import { Constitution } from './concept.js';
import { Coffee, Witness } from './legacy/time.js';
import { Axiom } from './legacy/void.js';
import type { Model } from './model.js';
import { Soul } from './self.js';
import { guest, kent, scholar, viewer } from './umwelt.js';
import { Town, Workshop } from './world.js';

/** All resolvers of the garden behind one dispatcher. */
export function makeGarden(model: Model): Logos {
	const logos: Logos = createLogos(
		[
			new Soul(() => logos, model),
			new Town(),
			new Workshop(),
			new Constitution(),
			new Axiom(),
			new Witness(),
			new Coffee(),
		],
		{ aliases: { me: 'self.soul' } },
	);
	return logos;
}

/** One day: every kind of invocation once, and answers what the chat said. */
export async function spendDay(logos: Logos): Promise<string> {
	await logos.invoke('self.soul.challenge', kent, 'roses need no pruning');
	const words: string[] = [];
	for await (const word of await logos.invoke<AsyncIterable<string>>('me.chat', kent, 'How is the garden?'))
		words.push(word);
	await logos.invoke('self.soul.reflect', scholar);
	await logos.invoke('concept.constitution.principles >> concept.constitution.score', viewer);
	await logos.invoke('concept.spec.proof-quality', viewer);
	await logos.invoke('self.soul.governance', guest);
	await logos.invoke('void.manifest', null);
	await survive(logos.invoke('void.axiom.discover', kent));
	await survive(logos.invoke('world.workshop.task', viewer));
	await survive(logos.invoke('self.soul.chalenge', guest));
	return words.join('');
}

/** The garden goes on where an invocation fails: the trace says what happened. */
async function survive(invocation: Promise<unknown>): Promise<void> {
	await invocation.catch(() => undefined);
}
