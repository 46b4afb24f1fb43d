// node deploy/answers.mjs URL: exit status 0 when it answers with a 2xx within 3 s. The health check of every container: the
// image has no curl.
const [url = ''] = process.argv.slice(2);
const TIMEOUT_MS = 3_000;

try {
  const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${(await response.text()).slice(0, 200)}`);
  process.exit(0);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}
