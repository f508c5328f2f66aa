// Calls a method under rules, and ends without a shutdown of telemetry.
const { startTelemetry, traced } = await import(`${process.env.BUNDLE}/entry.mjs`);
const rules = [
	{ match: 'wrold.**', enabled: false },
	{ match: 'self.*.ask', name: 'asked' },
	{ match: 'void.**', enabled: false },
	{ match: 'time.**', rate: 0 },
];
const telemetry = await startTelemetry({ preset: ['json'], json: { directory: process.env.DIR }, rules });
for (const path of ['self.soul.ask', 'void.dream.draw', 'time.past.tell', 'world.town.manifest']) {
	traced(() => undefined, { path })();
}
console.log(JSON.stringify(telemetry.stats().problems));
