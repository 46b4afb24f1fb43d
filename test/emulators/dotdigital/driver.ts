import { afterEach } from 'vitest';
import { createDotdigitalEmulator, type SettingsPatch } from '../../../emulators/dotdigital/index.js';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Parsed if it is JSON, else undefined. */
  readonly json: unknown;
}

export interface SeededContact {
  readonly email: string;
  readonly emailStatus?: string;
  readonly binned?: boolean;
  readonly contactId?: number;
  readonly dataFields?: object;
}

/** An emulator on a free port, spoken to over HTTP. */
export class Driver {
  constructor(
    readonly emulator: ReturnType<typeof createDotdigitalEmulator>,
    readonly url: string,
  ) {}

  get authorization(): string {
    const { user, password } = this.emulator;
    return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  }

  /** `body`: an object, or JSON text where its digits matter. */
  async call(method: string, path: string, body?: object | string): Promise<Answer> {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        authorization: this.authorization,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: parsed(text) };
  }

  /** Fails the test when the control refuses. */
  async control(method: string, path: string, body?: object | string): Promise<Answer> {
    const answer = await this.call(method, `/__emulator/${path}`, body);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer;
  }

  settings(patch: SettingsPatch): Promise<Answer> {
    return this.control('POST', 'settings', patch);
  }

  /** Answers the new contact's id. */
  async seedContact(contact: SeededContact): Promise<number> {
    const { json } = await this.control('POST', 'seed', { contacts: [contact] });
    return (json as { contactIds: [number] }).contactIds[0];
  }

  person(contactId: number, action: string, more: object = {}): Promise<Answer> {
    return this.control('POST', 'person', { contactId, action, ...more });
  }

  get(contactId: number): Promise<Answer> {
    return this.call('GET', `/contacts/v3/contactId/${contactId}`);
  }

  patch(contactId: number, body: object | string, mergeOption?: string): Promise<Answer> {
    const query = mergeOption === undefined ? '' : `?merge-option=${mergeOption}`;
    return this.call('PATCH', `/contacts/v3/contactId/${contactId}${query}`, body);
  }

  /** Puts a record under `Orders`. */
  put(contactId: number, key: string, record: object | string): Promise<Answer> {
    return this.call('PUT', `/insightData/v3/contacts/contactId/${contactId}/Orders/${key}`, record);
  }

  async createOrders(): Promise<void> {
    await this.call('POST', '/insightData/v3/collections/Orders?collectionScope=contact&collectionType=orders');
  }

  /** Every status change and record version so far. */
  async changes(kind: string): Promise<Record<string, unknown>[]> {
    const { json } = await this.control('GET', `changes?kind=${kind}`);
    return (json as { changes: Record<string, unknown>[] }).changes;
  }

  /** Moves the emulator's clock over the import's delay and answers its report. */
  async finishImport(service: 'contacts' | 'insightData', importId: string): Promise<Answer> {
    await this.control('POST', 'clock', { advanceMs: 1000 });
    return this.call('GET', `/${service}/v3/import/${importId}`);
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

const running: Driver[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map(({ emulator }) => emulator.stop()));
});

/** Stopped after the test. */
export async function startDriver(settings: SettingsPatch = {}): Promise<Driver> {
  const emulator = createDotdigitalEmulator({ settings });
  const { url } = await emulator.start();
  const driver = new Driver(emulator, url);
  running.push(driver);
  return driver;
}

/** The e-mail channel's status in a contact's answer. */
export function emailStatusOf(answer: Answer): unknown {
  return (answer.json as { channelProperties: { email: { status: unknown } } }).channelProperties.email.status;
}

export function idOf(answer: Answer): number {
  return (answer.json as { contactId: number }).contactId;
}

export function importIdOf(answer: Answer): string {
  return (answer.json as { importId: string }).importId;
}
