import { Faults } from './faults.js';
import { envelopeOf, type Happening } from './events.js';
import { RateWindow } from './rate-window.js';
import { RequestLog } from './requests.js';
import type { ImportedSample } from './sample/import-sample.js';
import { SampleTimeline } from './sample/timeline.js';
import { Seeder } from './seeder.js';
import { type Credentials, defaultSettings, type Settings, type SettingsChanges, settingsSchema } from './settings.js';
import { ShopClock } from './shop-clock.js';
import { Store } from './store.js';
import { Tokens } from './auth.js';
import { WebhookSender } from './webhook-sender.js';

/** What an emulator starts with, and goes back to on `POST /__emulator/reset`. */
export interface AccountOptions {
  readonly credentials: Credentials;
  /** Settings that differ from the defaults. */
  readonly settings?: Partial<Settings>;
  /** Draws faults with a probability, lost and doubled webhooks. */
  readonly seed: number;
}

/** One merchant's account: all that the emulator knows. In memory. */
export class Account {
  readonly tokens = new Tokens();
  readonly rateWindow = new RateWindow();
  readonly clock = new ShopClock();
  readonly requests = new RequestLog();
  readonly webhooks = new WebhookSender();
  readonly faults: Faults;
  readonly store = new Store();
  readonly seeder = new Seeder(this);
  settings: Settings;
  timeline: SampleTimeline | null = null;

  constructor(readonly options: AccountOptions) {
    this.faults = new Faults(options.seed);
    this.settings = this.#firstSettings();
  }

  changeSettings(changes: SettingsChanges): void {
    this.settings = settingsSchema.parse({ ...this.settings, ...changes });
    if (changes.rateLimit !== undefined || changes.rateWindowMs !== undefined) {
      this.rateWindow.restart();
    }
  }

  emit(happening: Happening): void {
    this.webhooks.emit(envelopeOf(happening, this.clock, this.settings));
  }

  /** Lays a sample out in time. The clock goes to just before its first event, unless it is set already. */
  plan(sample: ImportedSample): void {
    this.timeline = new SampleTimeline(sample);
    for (const item of sample.items) {
      this.store.items.put(item);
    }
    if (!this.clock.isSet()) {
      this.clock.setTo(this.timeline.startsAtMs - 1);
    }
    this.advanceTo(this.clock.nowMs(), false);
  }

  /** Moves the shop's clock, letting all that the sample has up to then happen in its order. Gives how much happened. */
  advanceTo(atMs: number, isEmitting: boolean): number {
    let happened = 0;
    for (const event of this.timeline?.takeUpTo(atMs) ?? []) {
      this.clock.setTo(event.atMs);
      const happenings = event.apply({ store: this.store, settings: this.settings });
      happened += happenings.length;
      if (isEmitting) {
        for (const happening of happenings) {
          this.emit(happening);
        }
      }
    }
    this.clock.setTo(atMs);
    return happened;
  }

  /** Back to the start: nothing in the shop, no fault, no token, no webhook target, clock and settings as at first. */
  reset(): void {
    this.tokens.revokeAll();
    this.rateWindow.restart();
    this.clock.reset();
    this.requests.clear();
    this.webhooks.reset();
    this.faults.clear(this.options.seed);
    this.settings = this.#firstSettings();
    this.store.clear();
    this.timeline = null;
    this.seeder.reset();
  }

  #firstSettings(): Settings {
    return { ...defaultSettings(this.options.credentials), ...this.options.settings };
  }
}
