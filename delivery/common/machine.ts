import { readFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { platform } from '../../lib/runtime/platform.js';
import type { Moment } from './age.js';

/** The boot id of Linux: a random UUID for each start of the kernel. */
const BOOT_ID = '/proc/sys/kernel/random/boot_id';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** The boot id, read once; undefined if the system has none. */
let knownBoot: { readonly id: string | undefined } | undefined;

/** The time since the machine was started when `performanceNow()` was 0, in milliseconds. */
let origin: number | undefined;

/** Returns the boot id of the kernel; undefined if the system has none. */
export function bootId(): string | undefined {
	if (knownBoot === undefined) {
		const text = textOf(BOOT_ID);
		knownBoot = { id: text !== undefined && UUID.test(text) ? text : undefined };
	}
	return knownBoot.id;
}

/** Returns the present moment. */
export function currentMoment(): Moment {
	// Read once: afterwards no clock that somebody sets is involved.
	origin ??= Number(textOf('/proc/uptime')?.split(' ')[0] ?? uptime()) * 1000 - platform.performanceNow();
	return { wall: platform.dateNow(), sinceBoot: origin + platform.performanceNow(), boot: bootId() };
}

/** Returns the content of a file of `/proc` without spaces around it; undefined if it cannot be read. */
export function textOf(path: string): string | undefined {
	try {
		return readFileSync(path, 'utf8').trim();
	} catch {
		return undefined;
	}
}
