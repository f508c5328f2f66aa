#!/usr/bin/env node
import { run } from './program.js';

// Whoever reads no more, as `head` does, has read enough.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);

process.exitCode = await run(process.argv.slice(2));
// A request to a backend that answers nothing must not hold the process.
process.stdout.write('', () => process.exit());
