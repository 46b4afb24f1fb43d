import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';
import { projectPath } from './project-path.js';

const STOP_GRACE_MS = 8_000;
const READY_TIMEOUT_MS = 60_000;
const LOOK_AGAIN_MS = 100;
const LAST_LINES_KEPT = 15;

export interface ProcessSpec {
  /** Stands before each of its lines in the log. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment; without one, that of this process. */
  readonly env?: NodeJS.ProcessEnv;
  /** Standard output goes here instead of to the log, line by line. */
  readonly onLine?: (line: string) => void;
}

export interface RunningProcess {
  readonly name: string;
  readonly pid: number;
  /** Settles when it has ended, with its exit status or the signal that ended it. */
  readonly ended: Promise<string>;
  /** Its last lines, for a message about why it ended. */
  lastLines(): string;
  hasEnded(): boolean;
}

/** A child ended, or was not ready in time, when it should have been running. Its last lines are in the message. */
export class ProcessFailed extends Error {
  override name = 'ProcessFailed';
}

/** Signals a process and all it started; false when none of them is there any more. */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  // -0 would be this process's own group.
  if (pid === 0) return false;
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}

/**
 * Child processes that end with this one. Each leads a process group of its own, so that Ctrl-C in a terminal reaches only
 * this process, which then stops them in order; a guard process stops them when this one is killed.
 */
export class Processes {
  readonly #running: RunningProcess[] = [];
  /** Who waits for them hears of their end himself. */
  readonly #awaited = new Set<RunningProcess>();
  readonly #log: WriteStream | null;
  readonly #onCrash: (failure: ProcessFailed) => void;
  readonly #stopGraceMs: number;
  #guard: ChildProcess | null = null;
  #isStopping = false;

  /** `onCrash` hears of a child that ended though nobody stopped it. */
  constructor(options: {
    readonly logPath: string | null;
    readonly onCrash?: (failure: ProcessFailed) => void;
    /** From SIGTERM to SIGKILL. */
    readonly stopGraceMs?: number;
  }) {
    this.#stopGraceMs = options.stopGraceMs ?? STOP_GRACE_MS;
    this.#log = options.logPath === null ? null : createWriteStream(options.logPath, { flags: 'a' });
    this.#onCrash = options.onCrash ?? (() => undefined);
  }

  start(spec: ProcessSpec): RunningProcess {
    const { running, child } = this.#spawn(spec);
    if (running.pid !== 0) {
      this.#running.push(running);
      this.#tellGuard(`+${running.pid}`);
    }
    child.on('exit', () => {
      this.#tellGuard(`-${running.pid}`);
      const index = this.#running.indexOf(running);
      if (index >= 0) this.#running.splice(index, 1);
    });
    void running.ended.then((how) => {
      if (!this.#isStopping && !this.#awaited.has(running))
        this.#onCrash(new ProcessFailed(`${spec.name} ended (${how}).\n${running.lastLines()}`));
    });
    return running;
  }

  /** Runs a command to its end. Throws `ProcessFailed` unless its status is 0. */
  async runToEnd(spec: ProcessSpec): Promise<void> {
    const { running } = this.#spawn(spec);
    const how = await running.ended;
    if (how !== 'status 0') throw new ProcessFailed(`${spec.name} failed (${how}).\n${running.lastLines()}`);
  }

  /** Starts a child and waits until it answers; one that ends before is started again, `startsMax` times in all. Throws as `waitUntilReady`. */
  async startUntilReady(
    spec: ProcessSpec,
    { isReady, startsMax }: { readonly isReady: () => Promise<boolean>; readonly startsMax: number },
  ): Promise<RunningProcess> {
    for (let starts = 1; ; starts += 1) {
      const running = this.start(spec);
      this.#awaited.add(running);
      try {
        await this.waitUntilReady(running, isReady);
        return running;
      } catch (error) {
        if (!running.hasEnded() || this.#isStopping || starts === startsMax) throw error;
      } finally {
        this.#awaited.delete(running);
      }
    }
  }

  /** Waits until a child answers. Throws `ProcessFailed` when it ends first, or after a minute. */
  async waitUntilReady(running: RunningProcess, isReady: () => Promise<boolean>): Promise<void> {
    const until = Date.now() + READY_TIMEOUT_MS;
    while (!(await isReady().catch(() => false))) {
      if (running.hasEnded()) {
        throw new ProcessFailed(`${running.name} did not start (${await running.ended}).\n${running.lastLines()}`);
      }
      if (Date.now() > until) {
        throw new ProcessFailed(
          `${running.name} was not ready after ${READY_TIMEOUT_MS / 1000} s.\n${running.lastLines()}`,
        );
      }
      await pause(LOOK_AGAIN_MS);
    }
  }

  /** Stops everything, last started first: SIGTERM, and SIGKILL for what has not ended after some seconds. */
  async stopAll(): Promise<void> {
    this.#isStopping = true;
    for (const running of [...this.#running].reverse()) {
      signalGroup(running.pid, 'SIGTERM');
      await Promise.race([running.ended, pause(this.#stopGraceMs, undefined, { ref: false })]);
      signalGroup(running.pid, 'SIGKILL');
      await running.ended;
    }
    this.#guard?.stdin?.end();
    this.#log?.end();
  }

  #spawn(spec: ProcessSpec): { running: RunningProcess; child: ChildProcess } {
    const child = spawn(spec.command, spec.args, {
      env: spec.env ?? process.env,
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    });
    const lastLines: string[] = [];
    const keep = (line: string): void => {
      lastLines.push(line);
      if (lastLines.length > LAST_LINES_KEPT) lastLines.shift();
      this.#log?.write(`${spec.name.padEnd(10)} | ${line}\n`);
    };
    createInterface({ input: child.stdout }).on('line', spec.onLine ?? keep);
    createInterface({ input: child.stderr }).on('line', keep);
    let hasEnded = false;
    const ended = new Promise<string>((resolve) => {
      child.on('error', (error) => {
        hasEnded = true;
        resolve(error.message);
      });
      child.on('close', (code, signal) => {
        hasEnded = true;
        resolve(signal === null ? `status ${code}` : `signal ${signal}`);
      });
    });
    const running: RunningProcess = {
      name: spec.name,
      // 0 only where the command could not be started; then `ended` settles at once.
      pid: child.pid ?? 0,
      ended,
      lastLines: () => lastLines.join('\n'),
      hasEnded: () => hasEnded,
    };
    return { running, child };
  }

  #tellGuard(line: string): void {
    if (this.#guard === null) {
      this.#guard = spawn(process.execPath, [projectPath('scripts/guard.mjs')], {
        stdio: ['pipe', 'ignore', 'ignore'],
        detached: true,
      });
      // A guard that is gone guards nothing; the children are still stopped by this process.
      this.#guard.stdin?.on('error', () => undefined);
      this.#guard.unref();
    }
    this.#guard.stdin?.write(`${line}\n`);
  }
}
