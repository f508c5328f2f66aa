// Imports the toolkit's decorators.
import { started } from '../lib/started.mjs';

const { Traced } = await import(process.env.BENCH_DECORATORS);
started(typeof Traced === 'function' ? undefined : 'no decorators');
