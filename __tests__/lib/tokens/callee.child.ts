import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Aspect, answerWithTokens, createLogos, Metered, Resolver, recordTokens, Traced } from '../../../index.js';

/** Serves `time.forecast.ask` over HTTP in another process, and reports its tokens in the response header. */
@Resolver('time.forecast')
class Forecast {
	@Aspect
	@Traced()
	@Metered()
	async ask(): Promise<string> {
		recordTokens({ input: 40, output: 2 });
		return this.predict();
	}

	@Aspect
	@Traced()
	@Metered()
	async predict(): Promise<string> {
		recordTokens({ input: 5, output: 3 });
		return 'mild';
	}
}

const logos = createLogos([new Forecast()]);
const server = createServer(async (_request, response) => {
	response.end(await answerWithTokens(response, () => logos.invoke<string>('time.forecast.ask')));
});
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => server.close());
