import { span } from '@adonisjs/otel/decorators';
import { decorate } from '../../lib/toolkit.mjs';

/** What it does less than the code by hand; the tables print it. */
export const less = 'no attributes';

/** Observes the method `add` of a class. */
export const weave = (name, cls) => decorate(cls, 'add', span({ name }));
