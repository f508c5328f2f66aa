// Imports the recorded events of its standard input through the presets of the config that it is given.
import { text } from 'node:stream/consumers';
import { importEvents, startTelemetry } from 'agentese-otel/presets';
import { keepLaw } from '../../../scripts/arrives/law.mjs';

const telemetry = keepLaw(await startTelemetry(JSON.parse(process.argv[2] ?? '{}')));
const result = await importEvents(JSON.parse(await text(process.stdin)));
await telemetry.shutdown();
process.stdout.write(JSON.stringify(result));
