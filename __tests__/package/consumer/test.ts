import * as presets from 'agentese-otel/presets';
import { tell } from './soul.js';

test('a consumer sees its invocation', async () => {
	expect(typeof presets.startTelemetry).toBe('function');
	expect(await tell()).toBe(process.env['EXPECTED']);
});
