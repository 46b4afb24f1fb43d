import { describe, expect, it } from 'vitest';
import { LIVE, openShop } from './shop.js';

describe('orders without a customer', () => {
  it('are all found, over pages, with number, channel and money, and no other order is', async () => {
    const shop = await openShop({ client: { pageSize: 2 } });
    for (let number = 1; number <= 5; number += 1) {
      shop.putOrder({
        saleOrderId: `0b9a7c1e-0000-4000-8000-00000000000${number}`,
        niceId: number,
        customerId: number === 3 ? '0b9a7c1e-0000-4000-8000-00000000c001' : null,
        channelName: 'Till',
        displayTotal: '12.00',
        currency: number === 5 ? 'EUR' : 'GBP',
      });
    }
    const found = await shop.client.listOrdersWithoutCustomer(LIVE);
    expect(found.map(({ number }) => number)).toEqual(['1', '2', '4', '5']);
    expect(found.at(-1)).toEqual({
      number: '5',
      stage: 'order',
      storeName: 'Till',
      currency: 'EUR',
      totalMinor: 1200,
    });
    expect(shop.calls().filter((call) => call.includes('{@null;}'))).toHaveLength(2);
  });

  it('whose money cannot be read are counted without it', async () => {
    const shop = await openShop();
    shop.putOrder({ customerId: null, displayTotal: 'twelve' });
    expect(await shop.client.listOrdersWithoutCustomer(LIVE)).toMatchObject([{ stage: 'order', totalMinor: null }]);
  });
});
