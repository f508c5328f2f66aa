import { tell } from './soul.js';

tell().then(console.log);
