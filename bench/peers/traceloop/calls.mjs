import { task } from '@traceloop/node-server-sdk';
import { decorate } from '../../lib/toolkit.mjs';

/** What it does less than the code by hand; the tables print it. */
export const less = 'not initialised, which leaves arguments and results out; a sync method becomes async';

/** It makes a synchronous method asynchronous, so only asynchronous ones are measured. */
export const shapes = ['async'];

/** Returns the name of a task's span. */
export const spanName = (name) => `${name}.task`;

/** Observes the method `add` of a class. */
export const weave = (name, cls) => decorate(cls, 'add', task({ name }));
