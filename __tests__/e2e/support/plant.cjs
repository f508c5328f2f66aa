// The same as plant.mjs, in CommonJS.
const { traceInvocation } = require('agentese-otel');
const { Pool } = require('pg');

async function main() {
	const pool = new Pool({ connectionString: process.argv[2] });
	await traceInvocation('self.garden.plant', async () => {
		const { rows } = await pool.query('SELECT $1::text AS plant', ['rose']);
		console.log(rows[0].plant);
	});
	await pool.end();
}

main();
