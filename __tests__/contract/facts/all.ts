import type { Fact } from '../fact.js';
import { asyncGeneratorFacts } from './async-generators.js';
import { generatorFacts } from './generators.js';
import { nodeStreamFacts } from './node-streams.js';
import { objectFacts } from './objects.js';
import { promiseFacts } from './promises.js';
import { responseFacts } from './responses.js';
import { thenableFacts } from './thenables.js';
import { valueFacts } from './values.js';
import { webStreamFacts } from './web-streams.js';

/** The facts about values and promises. */
export const SETTLED: readonly Fact[] = [...valueFacts, ...promiseFacts, ...thenableFacts];

/** The facts about results that are consumed. */
export const CONSUMED: readonly Fact[] = [
	...generatorFacts,
	...asyncGeneratorFacts,
	...webStreamFacts,
	...responseFacts,
	...nodeStreamFacts,
	...objectFacts,
];
