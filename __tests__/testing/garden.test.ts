import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createGarden, spendDay } from '../../examples/garden/day.js';
import { startModel } from '../../examples/garden/model.js';
import { AffordanceError } from '../../index.js';
import { matchers, testTelemetry } from '../../testing/index.js';

expect.extend(matchers);

let model: Awaited<ReturnType<typeof startModel>>;
beforeAll(async () => {
	model = await startModel();
});
afterAll(async () => {
	await model[Symbol.asyncDispose]();
});

/** The telemetry of `spendDay`. */
const DAY = `self.soul.challenge ok
  Soul.#dialectic ok
self.soul.chat ok
  time.coffee.weather ok
self.soul.reflect ok
  concept.constitution.score ok
  time.witness.mark ok
  world.town.kent_001.manifest ok
agentese.compose ok
  concept.constitution.principles ok
  concept.constitution.score ok
concept.spec.proof-quality ok
self.soul.governance refused
void.manifest ok
void.axiom.discover error ENTROPY_SPENT
world.workshop.task error AffordanceError
self.soul.chalenge error PathNotFoundError`;

it('a day of the garden leaves this telemetry', async () => {
	await using t = await testTelemetry();
	await spendDay(createGarden(model));
	expect(t.tree()).toBe(DAY);
	expect(t).toHaveSpent('self.soul.challenge', { input: 1234, output: 567 });
	expect(t).toHaveFailedWith('void.axiom.discover', 'ENTROPY_SPENT');
	expect(t).toHaveFailedWith('world.workshop.task', AffordanceError);
	expect(t.invocation('self.soul.reflect')).toMatchObject({ outcome: 'ok' });
	expect(t).toHaveInvoked('self.soul.governance', { outcome: 'refused', times: 1 });
	t.validate();
});
