/**
 * Run by rejections.test.ts: a Node stream fails without a listener. The process ends as it would without the toolkit.
 */
import { Readable } from 'node:stream';
import { traced } from '../../../index.js';
import { startSdk } from '../harness.js';

const make = () => new Readable({ read() {} });
startSdk();
const stream = process.argv[2] === 'woven' ? traced(make)() : make();
stream.destroy(new Error('nobody listens'));
setTimeout(() => console.log('survived'), 50);
