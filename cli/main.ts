#!/usr/bin/env node
import { run } from './program.js';

// A reader that closes its end early, as `head` does, is not an error.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

process.exitCode = await run(process.argv.slice(2));
// Exits when stdout is written, even if a request waits for a backend that does not respond.
process.stdout.write('', () => process.exit());
