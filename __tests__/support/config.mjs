// Prints what loadConfig() answers in the working directory, or why not; argv[2] is the bundle's url.
const { loadConfig } = await import(process.argv[2]);
try {
	const { config, sources } = await loadConfig();
	console.log(JSON.stringify([config.spanName, sources.spanName]));
} catch (error) {
	console.log(error.message);
}
