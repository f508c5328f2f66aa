import * as presets from 'agentese-otel/presets';
import { report } from './soul.js';

test('an application that uses the package records its invocation', async () => {
	expect(typeof presets.startTelemetry).toBe('function');
	expect(await report()).toBe(process.env['EXPECTED']);
});
