import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The folder of package.json, with a slash at its end. */
export const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** @param {string} line */
export function tell(line) {
  // Standard error: `npm start -- --json` keeps standard output for its report.
  process.stderr.write(`${line}\n`);
}

/**
 * Runs a command to its end, its output on standard error. Never rejects for the command's own failure.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, quiet?: boolean, uid?: number, gid?: number }} [options]
 * `quiet` keeps the output and gives it back; `uid` and `gid`: whom it runs as.
 * @returns {Promise<{ code: number, output: string }>} 127 when the command could not be started, 128 + n when a signal ended it.
 */
export function run(command, args, options = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: options.cwd ?? ROOT,
      env: options.env ?? process.env,
      stdio: options.quiet ? ['ignore', 'pipe', 'pipe'] : ['ignore', 2, 2],
      ...(options.uid === undefined ? {} : { uid: options.uid }),
      ...(options.gid === undefined ? {} : { gid: options.gid }),
    });
    let output = '';
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
    child.on('error', (error) => resolve({ code: 127, output: `${command}: ${error.message}` }));
    child.on('close', (code, signal) => resolve({ code: code ?? (signal === 'SIGINT' ? 130 : 143), output }));
  });
}

/** A failure that its message explains in full: shown without a stack. */
export class PlainError extends Error {
  /** @override */
  name = 'PlainError';
}

/**
 * Runs a script's main function; a failure is one clear line and exit status 1.
 *
 * @param {() => Promise<number | void>} main gives the exit status; none means 0, or whatever still runs decides.
 */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) ?? process.exitCode ?? 0;
  } catch (error) {
    tell(error instanceof PlainError ? error.message : error instanceof Error ? String(error.stack) : String(error));
    process.exitCode = 1;
  }
}
