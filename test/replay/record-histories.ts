import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createWorld, untilTrue, type World } from '../support/world.js';
import { canariesIn } from '../support/canary.js';
import { LOWER_MAX } from './fault-scenarios.js';
import { HISTORIES_FOLDER, historyPath, recordingName, recordings } from './history-files.js';
import { historyText, type JsonHistory, jsonHistory, readableText } from './history-json.js';
import { SCENARIOS } from './scenarios.js';
import type { RunReference } from './shop.js';

/**
 * Not a test: plays each scenario on a real server against both stand-ins, and keeps its histories. Nothing that was recorded
 * is ever written over: what a recording has already is left out, and `--new` starts the next one.
 */
const recording = chooseRecording();

function chooseRecording(): string {
  const known = recordings();
  const newest = known.at(-1);
  if (newest !== undefined && process.env['LOCKSTEP_NEW_RECORDING'] !== '1') return newest;
  return recordingName(known.length + 1);
}

let world: World;
beforeAll(async () => {
  await mkdir(join(HISTORIES_FOLDER, recording), { recursive: true });
  world = await createWorld({ consentLowerMaxPerHour: LOWER_MAX });
});
afterAll(async () => {
  await world.close();
});

describe(`recording ${recording}`, () => {
  for (const { files, play } of SCENARIOS) {
    const isRecorded = files.every((name) => existsSync(historyPath(recording, name)));
    it.skipIf(isRecorded)(files.join(', '), async () => {
      const runs = await play(world);
      expect(runs).toHaveLength(files.length);
      for (const [at, run] of runs.entries()) await keep(files[at] ?? '', run);
    });
  }
});

async function keep(name: string, run: RunReference): Promise<void> {
  const history = await settledHistory(run);
  expect(canariesIn(readableText(history), [world.webhookSecret]), `${name} holds personal data`).toEqual([]);
  await writeFile(historyPath(recording, name), historyText(history), { flag: 'wx' });
}

const TASK_EVENTS = /^EVENT_TYPE_WORKFLOW_TASK_(SCHEDULED|STARTED|COMPLETED)$/;

/** A history whose last workflow task is completed: what the workflow did last is in it. */
async function settledHistory({ workflowId, runId }: RunReference): Promise<JsonHistory> {
  const handle = world.client.workflow.getHandle(workflowId, runId);
  let history: JsonHistory = { events: [] };
  await untilTrue(`the last workflow task of ${workflowId} is recorded`, async () => {
    history = jsonHistory(await handle.fetchHistory());
    const last = history.events.findLast(({ eventType }) => TASK_EVENTS.test(eventType));
    return last?.eventType === 'EVENT_TYPE_WORKFLOW_TASK_COMPLETED';
  });
  return history;
}
