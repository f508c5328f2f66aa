export { usageFrom, usageIn } from './shapes/find.js';
export { StreamUsage } from './shapes/stream.js';
