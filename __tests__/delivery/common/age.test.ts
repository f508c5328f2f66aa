import { expect, it } from '@jest/globals';
import { ageOf, isPossible, type Moment } from '../../../delivery/common/age.js';
import { bootId, currentMoment } from '../../../delivery/common/machine.js';

const DAY = 864e5;
const NOW: Moment = { wall: Date.UTC(2027, 0, 10), sinceBoot: 100 * DAY, boot: 'this' };

/** Returns the age, in days, of what was written so many days ago by each clock. */
const days = (wall: number, sinceBoot: number, boot: string | undefined = 'this') =>
	ageOf({ wall: NOW.wall - wall * DAY, sinceBoot: NOW.sinceBoot - sinceBoot * DAY, boot }, NOW) / DAY;

it.each<[string, number, number]>([
	['the same by both clocks', days(3, 3), 3],
	['the uptime, if the wall clock was set forward since', days(2500, 1), 1],
	['the uptime, if the wall clock was in the future', days(-400, 9), 9],
	['that of the wall clock, if the uptime is that of another container', days(2, 99), 2],
	['that of the wall clock, if the uptime is less than it was', days(2, -1), 2],
	['that of the wall clock, after the machine was started again', days(8, 1, 'another'), 8],
	['unknown, and so nothing, if no clock can be right', days(-1, -1), 0],
	['unknown, and so nothing, after a start with a wall clock in the future', days(-1, 5, 'another'), 0],
	['unknown, and so nothing, after a start with a wall clock that was not set', days(2500, 5, 'another'), 0],
	['nothing at the same moment', days(0, 0), 0],
])('the age is %s', (_, age, expected) => {
	expect(age).toBe(expected);
});

it('a boot that is not known is no boot that two moments share', () => {
	const unknown = { ...NOW, boot: undefined };
	expect(ageOf({ ...unknown, sinceBoot: NOW.sinceBoot - DAY, wall: NOW.wall - 9 * DAY }, unknown)).toBe(9 * DAY);
});

it('no clock that was set shows a time before 2025', () => {
	expect([Date.UTC(2025, 0) - 1, Date.UTC(2025, 0), 0].map(isPossible)).toEqual([false, true, false]);
});

it('the present moment counts on by the time that passes, from the start of the machine', async () => {
	const first = currentMoment();
	await new Promise((resolve) => setTimeout(resolve, 20));
	const second = currentMoment();
	expect(second.sinceBoot - first.sinceBoot).toBeGreaterThanOrEqual(19);
	expect(Math.abs(first.wall - Date.now())).toBeLessThan(60_000);
	expect([second.boot, first.boot]).toEqual([bootId(), bootId()]);
	expect(first.sinceBoot).toBeGreaterThanOrEqual(performance.now());
	if (process.platform === 'linux') expect(first.boot).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-/);
});
