import { type DataField, STANDARD_DATA_FIELDS } from './account/data-fields.js';
import { ChangeLog } from './change-log.js';
import { EmulatorClock } from './clock.js';
import { ContactBook } from './contacts/contact-book.js';
import { Faults } from './faults.js';
import { Collections } from './insight/collections.js';
import { Jobs } from './jobs.js';
import { RateLimits } from './rate-limits.js';
import { RequestLog } from './request-log.js';
import { DEFAULT_SETTINGS, patchSettings, type Settings, type SettingsPatch } from './settings.js';

export interface Program {
  readonly id: number;
  readonly name: string;
  readonly status: 'Draft' | 'Deactivated' | 'Active' | 'ReadOnly';
  readonly dateCreated: string;
}

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** One Dotdigital account, in memory. */
export class Emulator {
  readonly clock = new EmulatorClock();
  readonly log = new ChangeLog(this.clock);
  readonly contacts = new ContactBook(this.log);
  readonly collections = new Collections(this.log);
  readonly dataFields = new Map<string, DataField>();
  readonly programs: Program[] = [];
  readonly jobs = new Jobs(this.clock);
  readonly rates = new RateLimits(this.clock);
  readonly faults = new Faults();
  readonly requests = new RequestLog(this.clock);
  settings: Settings;
  readonly #firstSettings: Settings;

  constructor(
    readonly credentials: Credentials,
    settings: SettingsPatch = {},
  ) {
    this.#firstSettings = patchSettings(DEFAULT_SETTINGS, settings);
    this.settings = this.#firstSettings;
    this.#addStandardFields();
  }

  /** Windows of another length begin anew: those that are open would last as long as before. */
  changeSettings(patch: SettingsPatch): void {
    const { windowMs } = this.settings.rates;
    this.settings = patchSettings(this.settings, patch);
    if (this.settings.rates.windowMs !== windowMs) this.rates.clear();
  }

  /** As it was when it was made: empty account, own settings, real time, no faults, no logs. */
  reset(): void {
    this.jobs.clear();
    this.clock.reset();
    this.contacts.clear();
    this.collections.clear();
    this.programs.length = 0;
    this.rates.clear();
    this.faults.clear();
    this.requests.clear();
    this.log.clear();
    this.settings = this.#firstSettings;
    this.#addStandardFields();
  }

  #addStandardFields(): void {
    this.dataFields.clear();
    for (const field of STANDARD_DATA_FIELDS) this.dataFields.set(field.name, field);
  }
}
