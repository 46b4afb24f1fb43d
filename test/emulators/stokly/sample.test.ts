import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { EXPECTED_COUNTS } from '../../../emulators/stokly/expected-counts.js';
import type { Happening } from '../../../emulators/stokly/events.js';
import { createStoklyEmulator, importSample } from '../../../emulators/stokly/index.js';
import { despatchMs, londonMs } from '../../../emulators/stokly/sample/london.js';
import { textOf } from '../../../emulators/stokly/wire.js';
import { type Row, Shop } from './shop-client.js';
import { WEBHOOK_SECRET, WebhookReceiver } from './webhook-receiver.js';

const IMPORT_CPU_MS_MAX = 3000;

describe('the importer', () => {
  it('makes of the month what was counted by hand, with less than three seconds of work', () => {
    const before = process.cpuUsage();
    const { report } = importSample();
    const used = process.cpuUsage(before);
    expect(report).toEqual(EXPECTED_COUNTS);
    expect((used.user + used.system) / 1000).toBeLessThan(IMPORT_CPU_MS_MAX);
  }, 60_000);

  it('names each credit that it leaves out, with its amount', () => {
    const { creditsNotImported } = importSample();
    expect(creditsNotImported.length).toBe(119 + 18);
    // C536379: one line of 27.50, of customer 14527, who had bought nothing yet.
    expect(creditsNotImported[0]).toEqual({ number: 'C536379', reason: 'no-earlier-order', grossPence: 2750 });
  }, 60_000);

  it('gives the same ids every time, and takes the first invoices, or those of one day, alone', () => {
    const [once, twice] = [importSample({ invoices: 10 }), importSample({ invoices: 10 })];
    expect(once.accounts).toEqual(twice.accounts);
    expect(once.report.invoices).toBe(10);
    const day = importSample({ from: '2010-12-02T00:00:00Z', to: '2010-12-03T00:00:00Z' });
    expect(day.report.invoices).toBe(167);
  }, 60_000);

  it('reads the file that comes with the project, its licence beside it', () => {
    expect(readFileSync('samples/README.md', 'utf8')).toContain('CC BY 4.0');
  });
});

describe('the clock of London', () => {
  it('is an hour ahead in summer', () => {
    expect(new Date(londonMs('2011-07-01T08:30:00')).toISOString()).toBe('2011-07-01T07:30:00.000Z');
    expect(new Date(londonMs('2011-01-03T08:30:00')).toISOString()).toBe('2011-01-03T08:30:00.000Z');
  });

  it.each([
    // A Friday in summer.
    ['2011-07-01T20:00:00Z', 1, '2011-07-04T15:00:00.000Z'],
    // Late on a Thursday that is Friday in London.
    ['2011-06-30T23:30:00Z', 1, '2011-07-04T15:00:00.000Z'],
    // The Friday before the clocks go forward.
    ['2011-03-25T12:00:00Z', 1, '2011-03-28T15:00:00.000Z'],
    // A Thursday, the second part.
    ['2010-12-02T12:00:00Z', 2, '2010-12-06T16:00:00.000Z'],
  ])('despatches what was placed at %s after %i working days at %s', (placedAt, workingDays, despatchedAt) => {
    expect(new Date(despatchMs(Date.parse(placedAt), workingDays)).toISOString()).toBe(despatchedAt);
  });
});

describe('the sample shop', () => {
  let shop: Shop;

  beforeAll(async () => {
    shop = await Shop.open({ settings: { rateLimit: 1_000_000 } });
    await shop.control('seed', { sample: {} });
  }, 60_000);
  afterAll(async () => {
    await shop.close();
  });

  const moveTo = async (to: string) => shop.control('clock', { to });
  const header = async (niceId: number): Promise<Row> => {
    const [found] = await shop.list('/v2/saleorders', { filter: `[niceId]=={${niceId}}` });
    return found ?? {};
  };
  const lines = async (niceId: number): Promise<readonly Row[]> =>
    shop.list(`/v2/saleorders/${String((await header(niceId))['saleOrderId'])}/items`, { size: '1000' });
  const statuses = async (niceId: number) => (await lines(niceId)).map((line) => line['status']);
  const penceOf = (rows: readonly Row[]) =>
    rows.reduce((sum, row) => sum + Math.round(Number(row['displayLineTotal']) * 100), 0);

  // The clock goes forward only: these follow one another in time.
  it('is empty at first, and has an order and its customer from the minute it was placed', async () => {
    const count = async () => (await shop.get('/v2/saleorders')).body.metadata?.count;
    expect(await count()).toBe(0);
    await moveTo('2010-12-01T08:25:59.999Z');
    expect(await count()).toBe(0);
    await moveTo('2010-12-01T08:26:00.000Z');
    expect(await count()).toBe(1);
    expect((await shop.list('/v0/customers')).map((row) => row['niceId'])).toEqual([17850]);
  });

  it('starts to work on an order after two hours', async () => {
    await moveTo('2010-12-01T10:27:59.000Z');
    expect(await statuses(536366)).toEqual(['unprocessed', 'unprocessed']);
    await moveTo('2010-12-01T10:28:00.000Z');
    expect(await header(536366)).toMatchObject({
      itemStatuses: ['processing'],
      timeUpdated: '2010-12-01T10:28:00.000Z',
    });
  });

  it('despatches at 16:00 the next working day, every 13th order in two parts on two days', async () => {
    await moveTo('2010-12-02T15:59:59.000Z');
    expect(await header(536366)).toMatchObject({ itemStatuses: ['processing'], despatchedAt: null });
    await moveTo('2010-12-02T16:00:00.000Z');
    expect(await header(536366)).toMatchObject({
      itemStatuses: ['despatched'],
      despatchedAt: '2010-12-02T16:00:00.000Z',
    });
    expect(await statuses(536367)).toEqual([
      ...Array<string>(6).fill('despatched'),
      ...Array<string>(6).fill('processing'),
    ]);
    expect((await header(536367))['itemStatuses']).toEqual(['despatched', 'processing']);
    await moveTo('2010-12-03T16:00:00.000Z');
    expect(await header(536367)).toMatchObject({
      itemStatuses: ['despatched'],
      despatchedAt: '2010-12-03T16:00:00.000Z',
    });
  });

  it('does not despatch on a weekend', async () => {
    await moveTo('2010-12-06T15:59:00.000Z');
    const friday = '[createdAt]>={2010-12-03T16:00}&&[createdAt]<<{2010-12-04T00:00}&&[itemStatuses]::{despatched}';
    expect((await shop.list('/v2/saleorders', { filter: friday })).length).toBe(0);
    await moveTo('2010-12-06T16:00:00.000Z');
    expect((await shop.list('/v2/saleorders', { filter: friday })).length).toBeGreaterThan(5);
  });

  it('does not go back in time', async () => {
    const answer = await shop.post('/__emulator/clock', { to: '2010-12-02T00:00:00.000Z' });
    expect([answer.status, answer.body.message]).toEqual([
      400,
      "The shop's clock stands at 2010-12-06T16:00:00.000Z and its sample cannot be undone",
    ]);
  });

  describe('at the end of the month', () => {
    beforeAll(async () => {
      await moveTo('2011-01-31T00:00:00.000Z');
    }, 60_000);

    it.each([
      // 6 × 1.85, twice: 11.10 with 1.85 of tax each.
      ['a plain order', 536366, { displaySubtotal: 18.5, displayTax: 3.7, displayTotal: 22.2 }],
      // Tax of the lines comes to 49.25; once over 295.54 it is 49.26.
      [
        'an order whose tax is rounded once',
        536460,
        { displaySubtotal: 246.28, displayTax: 49.26, displayTotal: 295.54 },
      ],
      // 70.05 of goods with 11.69 of tax; 10 % is 7.005, so 7.01, with 1.17 of tax.
      [
        'an order with a discount',
        536368,
        {
          displaySubtotal: 58.36,
          displayDiscount: 5.84,
          displayDiscountTax: 1.17,
          displayTax: 10.52,
          displayTotal: 63.04,
        },
      ],
      // 11.10 less 10 % is 9.99 with 1.67 of tax; and 11.10 with 1.85.
      ['an order with a line discount', 536789, { displaySubtotal: 17.57, displayTax: 3.52, displayTotal: 21.09 }],
      ['an order with a bundle, whose child does not count', 536751, { displayTax: 3.7, displayTotal: 22.2 }],
      // Goods of 801.86 and delivery of 54.00, to France: no tax.
      [
        'an order from abroad',
        536370,
        { displaySubtotal: 801.86, displayShipping: 54, displayShippingTax: 0, displayTax: 0, displayTotal: 855.86 },
      ],
    ])('%s has the amounts that were worked out by hand', async (_what, number, amounts) => {
      expect(await header(number)).toMatchObject(amounts);
    });

    it('shows unit prices with six decimals, and every 6th order with four and no line totals', async () => {
      const [fine] = await lines(536366);
      expect(fine).toMatchObject({
        displayPrice: 1.541667,
        displayTax: 0.308333,
        displayLineTotal: 11.1,
        displayLineTax: 1.85,
      });
      const [coarse] = await lines(536688);
      expect(coarse).toMatchObject({ displayPrice: 1.5417, displayTax: 0.3083 });
      expect(coarse).not.toHaveProperty('displayLineTotal');
      expect((await header(536688))['displayTotal']).toBe(22.2);
    });

    it('takes a line discount off the line, net', async () => {
      const [first, second] = await lines(536789);
      expect(first).toMatchObject({ displayLineDiscount: 0.93, displayLineTax: 1.67, displayLineTotal: 9.99 });
      expect(second).toMatchObject({ displayLineDiscount: 0, displayLineTotal: 11.1 });
    });

    it('has the child of a bundle with money that would double the parent', async () => {
      const [parent, child] = await lines(536751);
      expect(child).toMatchObject({ parentId: parent?.['lineId'], displayLineTotal: 11.1 });
    });

    it('cancels every 97th whole after an hour, and its header keeps the total', async () => {
      expect(await header(536604)).toMatchObject({
        itemStatuses: ['cancelled'],
        timeUpdated: '2010-12-02T09:43:00.000Z',
      });
      expect(penceOf(await lines(536992))).toBeGreaterThan(0);
      expect((await header(536992))['displayTotal']).toBeGreaterThan(0);
    });

    it('cancels one line of every 89th: the header leaves it out where the number is odd, keeps it where it is even', async () => {
      for (const [number, isCounted] of [
        [536759, false],
        [537382, true],
      ] as const) {
        const all = await lines(number);
        expect(all.filter((line) => line['status'] === 'cancelled')).toEqual([all.at(-1)]);
        const counted = isCounted ? all : all.slice(0, -1);
        expect(Math.round(Number((await header(number))['displayTotal']) * 100)).toBe(penceOf(counted));
      }
    });

    it('edits every 101st, and its totals follow', async () => {
      const [first] = await lines(536613);
      // 6 × 2.10 before; the number is odd, so one less. It is an 11th too (10 % off this line) and a 7th (10 % off the goods).
      expect(first).toMatchObject({ itemSku: '22149', quantity: 5, displayLineTotal: 9.45 });
      const goods = penceOf((await lines(536613)).filter((line) => line['parentId'] === null));
      expect(Math.round(Number((await header(536613))['displayTotal']) * 100)).toBe(goods - Math.round(goods / 10));
    });

    it('removes every 193rd', async () => {
      expect(await header(536540)).toMatchObject({ stage: 'removed', despatchedAt: null });
      expect((await shop.list('/v2/saleorders', { filter: '[stage]=={removed}' })).length).toBe(12);
    });

    it('gives a credit back on the order that had the goods, pending for a day first where its number is a 4th', async () => {
      const bySale = async (number: number) =>
        shop.list('/v0/refunds', { filter: `[saleOrderId]=={${String((await header(number))['saleOrderId'])}}` });
      expect(await bySale(536488)).toMatchObject([{ status: 'completed', displayTotal: 25.5, displayTax: 4.25 }]);
      expect((await header(536488))['displayRefunded']).toBe(25.5);
      const [pendingFirst] = await bySale(536617);
      expect(pendingFirst).toMatchObject({ status: 'completed', displayTotal: 75.6 });
      const dayMs = Date.parse(String(pendingFirst?.['timeUpdated'])) - Date.parse(String(pendingFirst?.['createdAt']));
      expect(dayMs).toBe(24 * 3_600_000);
      // C536383: one 35004C, which order 536381 never had.
      const [stray] = await bySale(536381);
      const strayLine = (stray?.['items'] as Row[] | undefined)?.[0]?.['lineId'];
      expect(strayLine).toBeTypeOf('string');
      expect((await lines(536381)).some((line) => line['lineId'] === strayLine)).toBe(false);
      expect((await shop.list('/v0/refunds', { filter: '[status]=={cancelled}' })).length).toBe(8);
    });

    it('has people of every kind', async () => {
      const people = async (filter: string) => shop.list('/v0/customers', { filter, size: '1000' });
      expect((await people('[email]=={no@email.com}')).length).toBe(6);
      expect((await people('[name]=={Cash sale}')).length).toBe(1);
      expect((await people('[email]::{@marketplace.amazon.co.uk}')).length).toBe(48);
      expect((await people('[email]::{@example.org}')).every((row) => row['type'] === 2)).toBe(true);
      const orders = await shop.list('/v2/saleorders', { filter: '[customerId]=={@null;}', size: '1000' });
      expect(orders.length).toBe(61);
      expect(new Set(orders.map((order) => `${String(order['channelName'])} ${String(order['email'])}`))).toEqual(
        new Set(['Till null']),
      );
    });

    it('tells what the other side has already: fifty contacts, each a customer of the shop', async () => {
      const contacts = (await shop.look('sample-contacts')) as unknown as Row[];
      const kinds = contacts.map(({ emailStatus, binned, dataFields }) =>
        dataFields === undefined ? `${String(emailStatus)}${binned === true ? ' in the bin' : ''}` : 'of a stranger',
      );
      expect(
        Object.fromEntries([...new Set(kinds)].map((kind) => [kind, kinds.filter((one) => one === kind).length])),
      ).toEqual({
        subscribed: 20,
        unsubscribed: 9,
        suppressed: 10,
        'subscribed in the bin': 10,
        'of a stranger': 1,
      });
      expect(new Set(contacts.map(({ email }) => email)).size).toBe(50);
      for (const { email, emailStatus, binned, dataFields } of contacts) {
        const owners = await shop.list('/v0/customers', { filter: `[email]=={${String(email)}}` });
        const isPlainSubscriber = emailStatus === 'subscribed' && binned === undefined && dataFields === undefined;
        expect(owners.map((owner) => owner['marketingConsent'])).toEqual([!isPlainSubscriber]);
      }
    });
  });
});

describe('the month, played to its end', () => {
  it('emits each event once, with the version that the shop then had', () => {
    const { account } = createStoklyEmulator();
    const told: Happening[] = [];
    vi.spyOn(account, 'emit').mockImplementation((happening) => void told.push(happening));
    account.plan(importSample());
    account.advanceTo(Date.parse('2010-12-15T12:00:00Z'), true);
    account.advanceTo(Date.parse('2010-12-15T12:00:00Z'), true);
    account.advanceTo(Date.parse('2011-01-31T00:00:00Z'), true);
    expect(account.timeline?.eventsLeft).toBe(0);
    expect(new Set(told.map((event) => JSON.stringify(event))).size).toBe(told.length);
    const count = (type: string) => told.filter((event) => event.type === type).length;
    expect(count('order.created')).toBe(1557);
    // 947 accounts, 49 guests, 48 marketplace buyers; two changes of consent for 31, one of address for 14.
    expect(count('customer.created')).toBe(947 + 49 + 48);
    expect(count('customer.updated')).toBe(2 * 31 + 14);
    // 205 refunds, and 57 of them again when they are no longer pending.
    expect(count('order.refunded')).toBe(205 + 57);
    const orderEvents = told.filter(({ type, orderId }) => orderId !== null && type !== 'order.refunded');
    const last = new Map(orderEvents.map(({ orderId, updatedAt }) => [orderId, updatedAt]));
    for (const order of account.store.orders.all()) {
      expect(last.get(textOf(order, 'saleOrderId'))).toBe(order['timeUpdated']);
    }
  }, 60_000);

  it('reaches a listener signed, each event once', async () => {
    const [shop, receiver] = await Promise.all([Shop.open(), WebhookReceiver.open()]);
    await shop.control('seed', { sample: { invoices: 60 } });
    await shop.control('webhooks', { url: receiver.url, secret: WEBHOOK_SECRET });
    const { happened } = await shop.control('clock', { to: '2011-01-31T00:00:00.000Z' });
    await vi.waitFor(async () => expect(await shop.look('webhooks')).toMatchObject({ pending: 0 }), {
      timeout: 30_000,
    });
    const told = receiver.taken.map(({ type, data }) => `${type} ${data.orderId ?? data.customerId} ${data.updatedAt}`);
    expect(receiver.forged).toBe(0);
    expect(told.length).toBe(happened);
    expect(new Set(told).size).toBe(told.length);
    await Promise.all([shop.close(), receiver.close()]);
  }, 60_000);
});
