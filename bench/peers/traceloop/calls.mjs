import { task } from '@traceloop/node-server-sdk';
import { decorate } from '../../lib/toolkit.mjs';

export const less = 'not initialised, which leaves arguments and results out; a sync method becomes async';

/** It has no way to leave a synchronous method synchronous. */
export const shapes = ['async'];

/** It names a task's span `<name>.task`. */
export const spanName = (name) => `${name}.task`;

export const weave = (name, cls) => decorate(cls, 'add', task({ name }));
