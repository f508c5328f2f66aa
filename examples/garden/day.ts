import { createLogos, type Logos } from 'agentese-otel';
import { Constitution } from './concept.js';
import { Coffee, Witness } from './legacy/time.js';
import { Axiom } from './legacy/void.js';
import type { Model } from './model.js';
import { Soul } from './self.js';
import { guest, kent, scholar, viewer } from './umwelt.js';
import { Town, Workshop } from './world.js';

/**
 * Returns a dispatcher over all resolvers of the garden. `logos.invoke(path, observer, ...args)` finds the resolver and
 * the method by the path, and traces and counts the call.
 */
export function createGarden(model: Model): Logos {
	const logos: Logos = createLogos(
		[
			// A function, because the soul invokes the dispatcher that is created from it.
			new Soul(() => logos, model),
			new Town(),
			new Workshop(),
			new Constitution(),
			new Axiom(),
			new Witness(),
			new Coffee(),
		],
		// `me.chat` is `self.soul.chat`.
		{ aliases: { me: 'self.soul' } },
	);
	return logos;
}

/** Invokes each kind of method once, by observers of each shape. Returns the text that `self.soul.chat` streamed. */
export async function spendDay(logos: Logos): Promise<string> {
	// A method that calls a model: its span has a result and the tokens of the call.
	await logos.invoke('self.soul.challenge', kent, 'roses need no pruning');
	// A stream: its span ends when the stream ends, here after the loop's last word.
	const words: string[] = [];
	for await (const word of await logos.invoke<AsyncIterable<string>>('me.chat', kent, 'How is the garden?'))
		words.push(word);
	// A method that invokes three others at once: their spans are its children.
	await logos.invoke('self.soul.reflect', scholar);
	// A composition: the result of each stage is the first argument of the next.
	await logos.invoke('concept.constitution.principles >> concept.constitution.score', viewer);
	// A path that is set by the decorator, because no class and method name could spell it.
	await logos.invoke('concept.spec.proof-quality', viewer);
	// A method that refuses by its result: the outcome is `refused`, and the span is no error.
	await logos.invoke('self.soul.governance', guest);
	// No observer at all.
	await logos.invoke('void.manifest', null);
	// An error that the method throws.
	await ignoreError(logos.invoke('void.axiom.discover', kent));
	// An aspect that is afforded to another archetype: the dispatcher refuses the call.
	await ignoreError(logos.invoke('world.workshop.task', viewer));
	// A misspelt path: the dispatcher throws, and its error suggests the path that was meant.
	await ignoreError(logos.invoke('self.soul.chalenge', guest));
	return words.join('');
}

/** Waits for an invocation and ignores its error: the error is on the span. */
async function ignoreError(invocation: Promise<unknown>): Promise<void> {
	await invocation.catch(() => undefined);
}
