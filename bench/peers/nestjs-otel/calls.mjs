import { Span } from 'nestjs-otel';
import { decorate } from '../../lib/toolkit.mjs';

export const less = 'no attributes';

export const weave = (name, cls) => decorate(cls, 'add', Span(name));
