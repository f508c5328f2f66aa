// Prints how many of a run's checks passed and failed, as two numbers, for .ci/run:
// `counts.mjs <report of jest or of the package check> <exit code>`. A run that failed has at least one failure.
import { existsSync, readFileSync } from 'node:fs';

const [file, code] = process.argv.slice(2);
const report = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { failed: 1 };
const passed = report.numPassedTests ?? report.passed ?? 0;
const failed = report.failed ?? report.numFailedTests + report.numRuntimeErrorTestSuites;
console.log(passed, code === '0' ? failed : Math.max(failed, 1));
