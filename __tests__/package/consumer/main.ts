import { report } from './soul.js';

report().then(console.log);
