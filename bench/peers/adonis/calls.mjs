import { span } from '@adonisjs/otel/decorators';
import { decorate } from '../../lib/toolkit.mjs';

export const less = 'no attributes';

export const weave = (name, cls) => decorate(cls, 'add', span({ name }));
