import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Row, Shop } from './shop-client.js';

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
