// Prints what loadConfig() returns in the working directory, or its error; argv[2] is the URL of the bundle.
const { loadConfig } = await import(process.argv[2]);
try {
	const { config, sources } = await loadConfig();
	console.log(JSON.stringify([config.spanName, sources.spanName]));
} catch (error) {
	console.log(error.message);
}
