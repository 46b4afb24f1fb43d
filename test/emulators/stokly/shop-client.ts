import { createHmac } from 'node:crypto';
import { type Credentials, createStoklyEmulator, DEMO_CREDENTIALS } from '../../../emulators/stokly/index.js';
import type { StoklyEmulator, StoklyEmulatorOptions } from '../../../emulators/stokly/index.js';

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body after `JSON.parse`; undefined where it is no JSON. */
  readonly body: Body;
}

/** What these tests look at in answers. */
export interface Body {
  readonly message?: string;
  readonly data?: unknown;
  readonly metadata?: { readonly count: number };
}

export type Row = Readonly<Record<string, unknown>>;

/** A running emulator, and the calls that a client of Stokly would make. */
export class Shop {
  #token: string | null = null;

  private constructor(
    readonly emulator: StoklyEmulator,
    readonly url: string,
  ) {}

  static async open(options: StoklyEmulatorOptions = {}): Promise<Shop> {
    const emulator = createStoklyEmulator(options);
    const { url } = await emulator.start();
    return new Shop(emulator, url);
  }

  async close(): Promise<void> {
    await this.emulator.stop();
  }

  async grant(credentials: Partial<Credentials> = {}): Promise<Answer> {
    const { accountKey, clientId, secretKey } = { ...DEMO_CREDENTIALS, ...credentials };
    const signature = createHmac('sha256', secretKey).update(clientId).digest('hex');
    return this.post('/v1/grant', { accountkey: accountKey, clientId, signature });
  }

  /** GET with a token of its own, which is granted on first use. */
  async get(path: string, query: Record<string, string> = {}): Promise<Answer> {
    this.#token ??= tokenOf(await this.grant());
    return this.getAs(this.#token, path, query);
  }

  async getAs(token: string, path: string, query: Record<string, string> = {}): Promise<Answer> {
    const search = new URLSearchParams(query).toString();
    const headers = { authorization: `Bearer ${token}` };
    return answerOf(await fetch(`${this.url}${path}${search === '' ? '' : `?${search}`}`, { headers }));
  }

  /** The rows of a list. Fails with the body where there is none. */
  async list(path: string, query: Record<string, string> = {}): Promise<readonly Row[]> {
    const answer = await this.get(path, query);
    if (!Array.isArray(answer.body.data)) {
      throw new Error(`${answer.status} ${answer.text}`);
    }
    return answer.body.data as Row[];
  }

  async post(path: string, body: unknown): Promise<Answer> {
    return this.postText(path, JSON.stringify(body));
  }

  async postText(path: string, body: string): Promise<Answer> {
    const headers = { 'content-type': 'application/json' };
    return answerOf(await fetch(`${this.url}${path}`, { method: 'POST', headers, body }));
  }

  /** A control that must answer 200; gives its body. */
  async control(name: string, body: unknown = {}): Promise<Row> {
    const answer = await this.post(`/__emulator/${name}`, body);
    if (answer.status !== 200) {
      throw new Error(`${name}: ${answer.status} ${answer.text}`);
    }
    return JSON.parse(answer.text) as Row;
  }

  async look(name: string): Promise<Row> {
    const answer = await answerOf(await fetch(`${this.url}/__emulator/${name}`));
    return JSON.parse(answer.text) as Row;
  }

  async seed(body: unknown): Promise<{ customers: string[]; orders: string[]; refunds: string[]; events: number }> {
    return (await this.control('seed', body)) as never;
  }

  async delete(name: string): Promise<void> {
    await fetch(`${this.url}/__emulator/${name}`, { method: 'DELETE' });
  }
}

export async function answerOf(response: Response): Promise<Answer> {
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: jsonOf(text) };
}

export function tokenOf(answer: Answer): string {
  const data = answer.body.data as { authenticationResult: { accessToken: string } };
  return data.authenticationResult.accessToken;
}

function jsonOf(text: string): Body {
  try {
    return JSON.parse(text) as Body;
  } catch {
    return {};
  }
}
