import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectPath } from '../../demo/project-path.js';
import type { JsonHistory } from './history-json.js';

export const HISTORIES_FOLDER = projectPath('test/replay/histories');

/** The recordings, oldest first: `001`, `002`, … All of them are kept. */
export function recordings(): string[] {
  return readdirSync(HISTORIES_FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted();
}

export function recordingName(number: number): string {
  return String(number).padStart(3, '0');
}

/** Names of the histories in one recording, without `.json`. */
export function historiesOf(recording: string): string[] {
  return readdirSync(join(HISTORIES_FOLDER, recording))
    .filter((name) => name.endsWith('.json'))
    .map((name) => name.slice(0, -'.json'.length))
    .toSorted();
}

export function historyPath(recording: string, name: string): string {
  return join(HISTORIES_FOLDER, recording, `${name}.json`);
}

export interface StoredHistory {
  /** `001/new-contact`. */
  readonly name: string;
  readonly bytes: number;
  readonly history: JsonHistory;
}

export function storedHistories(): StoredHistory[] {
  return recordings().flatMap((recording) =>
    historiesOf(recording).map((name) => {
      const text = readFileSync(historyPath(recording, name), 'utf8');
      return { name: `${recording}/${name}`, bytes: text.length, history: JSON.parse(text) as JsonHistory };
    }),
  );
}
