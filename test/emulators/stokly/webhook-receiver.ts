import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

export const WEBHOOK_SECRET = 'whsec_dGhpcyBpcyBhIHNlY3JldCBmb3IgdGVzdHM=';

export interface ReceivedEvent {
  readonly id: string;
  readonly type: string;
  readonly timestamp: string;
  readonly data: { readonly orderId?: string; readonly customerId?: string; readonly updatedAt?: string };
}

/** Takes webhooks as any receiver would: what is not signed rightly is remembered as forged and answered 401. */
export class WebhookReceiver {
  readonly taken: ReceivedEvent[] = [];
  /** Every attempt that was signed rightly, taken or not. */
  readonly attempts: string[] = [];
  forged = 0;
  /** What to answer; 202 is taken. */
  answer: (event: ReceivedEvent, attempt: number) => number = () => 202;
  #held: Promise<void> = Promise.resolve();
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const event = this.#verified(Buffer.concat(chunks).toString(), request.headers as Record<string, string>);
        const status = event === null ? 401 : this.#take(event);
        void this.#held.then(() => response.writeHead(status).end());
      });
    });
  }

  static async open(): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver();
    await once(receiver.#server.listen(0, '127.0.0.1'), 'listening');
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/webhooks/stokly`;
  }

  /** Answers nothing until the function that it gives is called. */
  holdAnswers(): () => void {
    let release = (): void => undefined;
    this.#held = new Promise((resolve) => {
      release = resolve;
    });
    return () => release();
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #take(event: ReceivedEvent): number {
    this.attempts.push(event.id);
    const status = this.answer(event, this.attempts.filter((id) => id === event.id).length);
    if (status >= 200 && status < 300) {
      this.taken.push(event);
    }
    return status;
  }

  #verified(body: string, headers: Record<string, string>): ReceivedEvent | null {
    try {
      const event = new Webhook(WEBHOOK_SECRET).verify(body, headers) as Omit<ReceivedEvent, 'id'>;
      return { id: headers['webhook-id'] ?? '', ...event };
    } catch {
      this.forged += 1;
      return null;
    }
  }
}
