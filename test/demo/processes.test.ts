import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ProcessFailed, Processes } from '../../demo/processes.js';
import { projectPath } from '../../demo/project-path.js';

let folder = '';
let processes = new Processes({ logPath: null });

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-processes-'));
});
afterEach(async () => {
  await processes.stopAll();
  await rm(folder, { recursive: true, force: true });
});

/** A child that writes a file once it listens to signals, so that a test can wait for that. */
async function place(name: string, body: string): Promise<{ args: string[]; isUp: () => Promise<boolean> }> {
  const up = join(folder, `${name}.up`);
  const script = join(folder, `${name}.mjs`);
  await writeFile(
    script,
    `import { writeFileSync } from 'node:fs';\n${body}\nwriteFileSync(${JSON.stringify(up)}, String(process.pid));\n`,
  );
  return { args: [script], isUp: async () => (await readFile(up, 'utf8')) !== '' };
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

describe('processes of the demo', () => {
  it('stops the last started first, and waits for each', async () => {
    const order = join(folder, 'order');
    const body = (name: string): string =>
      `import { appendFileSync } from 'node:fs';\nsetInterval(() => {}, 1000);\n` +
      `process.on('SIGTERM', () => { appendFileSync(${JSON.stringify(order)}, '${name} '); process.exit(0); });`;
    processes = new Processes({ logPath: null });
    for (const name of ['first', 'second']) {
      const { args, isUp } = await place(name, body(name));
      await processes.waitUntilReady(processes.start({ name, command: process.execPath, args }), isUp);
    }
    await processes.stopAll();
    expect(await readFile(order, 'utf8')).toBe('second first ');
  });

  it('starts a child again that ends before it answers, and tells nobody else', async () => {
    const crashes: ProcessFailed[] = [];
    processes = new Processes({ logPath: null, onCrash: (failure) => crashes.push(failure) });
    const counted = join(folder, 'starts');
    const { args, isUp } = await place(
      'second-time',
      `import { appendFileSync, readFileSync } from 'node:fs';\nappendFileSync(${JSON.stringify(counted)}, '.');\n` +
        `if (readFileSync(${JSON.stringify(counted)}, 'utf8').length < 2) process.exit(2);\nsetInterval(() => {}, 1000);`,
    );
    const spec = { name: 'second-time', command: process.execPath, args };
    const running = await processes.startUntilReady(spec, { isReady: isUp, startsMax: 3 });
    expect(running.hasEnded()).toBe(false);
    expect(await readFile(counted, 'utf8')).toBe('..');
    expect(crashes).toEqual([]);
    // From here on its end is everybody's affair again.
    process.kill(running.pid, 'SIGKILL');
    await running.ended;
    expect(crashes.map(({ message }) => message)).toEqual([
      expect.stringContaining('second-time ended (signal SIGKILL)'),
    ]);
  });

  it('says so when a child ends each time before it answers', async () => {
    const { args } = await place('never', 'process.exit(3);');
    const spec = { name: 'never', command: process.execPath, args };
    const starting = processes.startUntilReady(spec, { isReady: () => Promise.resolve(false), startsMax: 2 });
    await expect(starting).rejects.toThrow('never did not start (status 3)');
  });

  it('kills a child that does not listen, and what that child started', async () => {
    const { args, isUp } = await place(
      'stubborn',
      `import { spawn } from 'node:child_process';\nprocess.on('SIGTERM', () => {});\nsetInterval(() => {}, 1000);\n` +
        `const inner = spawn('sleep', ['1000']);\nwriteFileSync(${JSON.stringify(join(folder, 'inner'))}, String(inner.pid));`,
    );
    processes = new Processes({ logPath: null, stopGraceMs: 200 });
    const running = processes.start({ name: 'stubborn', command: process.execPath, args });
    await processes.waitUntilReady(running, isUp);
    const inner = Number(await readFile(join(folder, 'inner'), 'utf8'));
    await processes.stopAll();
    expect(running.hasEnded()).toBe(true);
    await vi.waitFor(() => expect(isAlive(inner)).toBe(false));
  });

  it('says with its last lines when a child ended before it was ready', async () => {
    processes = new Processes({ logPath: join(folder, 'log') });
    const args = ['-e', 'console.error("port 1 is taken"); process.exitCode = 3'];
    const running = processes.start({ name: 'relay', command: process.execPath, args });
    const failure = await processes.waitUntilReady(running, async () => false).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ProcessFailed);
    expect(String(failure)).toContain('relay did not start (status 3).\nport 1 is taken');
  });

  it('hears of a child that ended though nobody stopped it, and of none that was stopped', async () => {
    const crashes: string[] = [];
    processes = new Processes({ logPath: null, onCrash: (failure) => crashes.push(failure.message) });
    processes.start({ name: 'worker', command: process.execPath, args: ['-e', 'process.exit(9)'] });
    await vi.waitFor(() => expect(crashes).toEqual(['worker ended (status 9).\n']));
    const { args, isUp } = await place('calm', 'setInterval(() => {}, 1000);');
    await processes.waitUntilReady(processes.start({ name: 'calm', command: process.execPath, args }), isUp);
    await processes.stopAll();
    expect(crashes).toHaveLength(1);
  });

  it('says when a command cannot be started at all', async () => {
    processes = new Processes({ logPath: null });
    await expect(processes.runToEnd({ name: 'setup', command: join(folder, 'nothing'), args: [] })).rejects.toThrow(
      /ENOENT/,
    );
  });

  it('leaves nothing behind when the program itself is killed', async () => {
    const { args, isUp } = await place('orphan', 'setInterval(() => {}, 1000);');
    // What Processes does with the guard, done by a process that can be killed.
    const parent = await place(
      'parent',
      `import { spawn } from 'node:child_process';
       const child = spawn(process.execPath, ${JSON.stringify(args)}, { detached: true, stdio: 'ignore' });
       const guard = spawn(process.execPath, [${JSON.stringify(projectPath('scripts/guard.mjs'))}], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
       guard.stdin.write('+' + child.pid + '\\n');
       setInterval(() => {}, 1000);`,
    );
    const program = spawn(process.execPath, parent.args, { stdio: 'ignore' });
    await vi.waitFor(async () => expect(await isUp()).toBe(true), { timeout: 5_000 });
    const orphan = Number(await readFile(join(folder, 'orphan.up'), 'utf8'));
    program.kill('SIGKILL');
    await vi.waitFor(() => expect(isAlive(orphan)).toBe(false), { timeout: 5_000 });
  });
});
