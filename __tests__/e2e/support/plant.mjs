// An ES module: an invocation that queries PostgreSQL through a pool.
import { traceInvocation } from 'agentese-otel';
import { Pool } from 'pg';

const pool = new Pool({ connectionString: process.argv[2] });
await traceInvocation('self.garden.plant', async () => {
	const { rows } = await pool.query('SELECT $1::text AS plant', ['rose']);
	console.log(rows[0].plant);
});
await pool.end();
