import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import { seededRandom } from './random.js';

/** Where events go. `POST /__emulator/webhooks` sets it. */
export const webhookTargetSchema = z.strictObject({
  url: z.url(),
  /** `whsec_…`: what the receiver verifies with. */
  secret: z.string().refine(isSecret, 'is no signing secret (whsec_ and base64)'),
  /** The share of events that is never sent. */
  loss: z.number().min(0).max(1).default(0),
  /** The share of events that is sent again, with the same id, after it was taken. */
  duplicates: z.number().min(0).max(1).default(0),
  /** Events gather and are not sent until this is false. */
  paused: z.boolean().default(false),
  /** Draws losses and duplicates; the emulator's own seed where missing. */
  seed: z.int().optional(),
});

export type WebhookTarget = z.infer<typeof webhookTargetSchema>;

/** What an event says: `data` names at least one id. */
export interface ShopEvent {
  readonly type: string;
  readonly timestamp: string;
  readonly data: {
    readonly orderId?: string | undefined;
    readonly customerId?: string | undefined;
    readonly updatedAt?: string | undefined;
  };
}

/** While the receiver is down, every lane that has something to send waits on it. */
function newStop(): AbortController {
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  return stop;
}

interface Delivery {
  readonly id: string;
  readonly body: string;
  /** 2 for an event that is sent twice. */
  sendsLeft: number;
  /** How long the next refusal keeps it back. */
  pauseMs: number;
}

export interface WebhookCounts {
  pending: number;
  delivered: number;
  lost: number;
  duplicated: number;
  attempts: number;
  refused: number;
}

const PARALLEL_MAX = 16;
const PAUSE_FIRST_MS = 200;
const PAUSE_MAX_MS = 3000;
const ATTEMPT_TIMEOUT_MS = 10_000;

/**
 * Sends signed events (Standard Webhooks): in order for one customer (or one order without customer), several of them at
 * once, each again and again with the same id until a 2xx.
 */
export class WebhookSender {
  #target: WebhookTarget | null = null;
  #random = seededRandom(1);
  #stop = newStop();
  #lanes = new Map<string, Delivery[]>();
  #waiting: string[] = [];
  #running = 0;
  #counts = noCounts();

  /** From now on events go there; those that wait already go there too. */
  configure(target: WebhookTarget, seed: number): void {
    this.#target = target;
    this.#random = seededRandom(target.seed ?? seed);
    this.#pump();
  }

  /** Without a target nothing is queued: an event that nobody wants to hear is not kept. */
  emit(event: ShopEvent, id = `evt_${randomUUID()}`): void {
    if (this.#target === null) {
      return;
    }
    if (this.#random() < this.#target.loss) {
      this.#counts.lost += 1;
      return;
    }
    const isDoubled = this.#random() < this.#target.duplicates;
    this.#counts.duplicated += Number(isDoubled);
    this.#counts.pending += 1;
    this.#enqueue(event.data.customerId ?? event.data.orderId ?? '', {
      id,
      body: JSON.stringify(event),
      sendsLeft: isDoubled ? 2 : 1,
      pauseMs: PAUSE_FIRST_MS,
    });
  }

  report(): WebhookCounts & { url: string | null; paused: boolean } {
    return { url: this.#target?.url ?? null, paused: this.#target?.paused ?? false, ...this.#counts };
  }

  /** Drops what waits, forgets target and counts, and ends the attempts that are under way. */
  reset(): void {
    this.#stop.abort();
    this.#stop = newStop();
    this.#target = null;
    this.#lanes = new Map();
    this.#waiting = [];
    this.#running = 0;
    this.#counts = noCounts();
  }

  #enqueue(lane: string, delivery: Delivery): void {
    const queue = this.#lanes.get(lane);
    if (queue === undefined) {
      this.#lanes.set(lane, [delivery]);
      this.#waiting.push(lane);
      this.#pump();
    } else {
      queue.push(delivery);
    }
  }

  #pump(): void {
    while (this.#target !== null && !this.#target.paused && this.#running < PARALLEL_MAX) {
      const lane = this.#waiting.shift();
      if (lane === undefined) {
        return;
      }
      this.#running += 1;
      void this.#runOne(lane, this.#stop.signal);
    }
  }

  /** Tries the first of a lane once. The lane then goes to the end of the line, so that no busy customer holds up others. */
  async #runOne(lane: string, signal: AbortSignal): Promise<void> {
    const queue = this.#lanes.get(lane) ?? [];
    const delivery = queue[0];
    const isTaken = delivery !== undefined && (await this.#attempt(delivery, signal));
    if (signal.aborted) {
      return;
    }
    this.#running -= 1;
    if (delivery === undefined || isTaken) {
      this.#settleFirst(queue);
      this.#lineUp(lane, queue);
    } else {
      void this.#lineUpLater(lane, delivery, signal);
    }
    this.#pump();
  }

  #settleFirst(queue: Delivery[]): void {
    const delivery = queue[0];
    if (delivery !== undefined && --delivery.sendsLeft <= 0) {
      queue.shift();
      this.#counts.delivered += 1;
      this.#counts.pending -= 1;
    }
  }

  #lineUp(lane: string, queue: readonly Delivery[]): void {
    if (queue.length > 0) {
      this.#waiting.push(lane);
    } else {
      this.#lanes.delete(lane);
    }
  }

  /** A refused event keeps its lane back, but no place among those that send. */
  async #lineUpLater(lane: string, delivery: Delivery, signal: AbortSignal): Promise<void> {
    const pauseMs = delivery.pauseMs;
    delivery.pauseMs = Math.min(pauseMs * 2, PAUSE_MAX_MS);
    await delay(pauseMs, undefined, { signal }).catch(() => undefined);
    if (!signal.aborted) {
      this.#waiting.push(lane);
      this.#pump();
    }
  }

  /** Signed anew each time: the receiver refuses old timestamps. True for a 2xx. */
  async #attempt({ id, body }: Delivery, signal: AbortSignal): Promise<boolean> {
    const target = this.#target;
    if (target === null || signal.aborted) {
      return false;
    }
    this.#counts.attempts += 1;
    const sentAt = new Date();
    try {
      const response = await fetch(target.url, {
        method: 'POST',
        body,
        redirect: 'manual',
        signal: AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_TIMEOUT_MS)]),
        headers: {
          'content-type': 'application/json',
          'webhook-id': id,
          'webhook-timestamp': String(Math.floor(sentAt.getTime() / 1000)),
          'webhook-signature': new Webhook(target.secret).sign(id, sentAt, body),
        },
      });
      await response.arrayBuffer();
      this.#counts.refused += Number(!response.ok && !signal.aborted);
      return response.ok;
    } catch {
      this.#counts.refused += Number(!signal.aborted);
      return false;
    }
  }
}

function noCounts(): WebhookCounts {
  return { pending: 0, delivered: 0, lost: 0, duplicated: 0, attempts: 0, refused: 0 };
}

function isSecret(secret: string): boolean {
  try {
    return new Webhook(secret) instanceof Webhook;
  } catch {
    return false;
  }
}
