import { describe, expect, it } from 'vitest';
import { type Driver, startDriver } from './driver.js';

/** As a person's browser asks: without credentials. */
async function page(driver: Driver, path: string): Promise<{ status: number; text: string; headers: Headers }> {
  const response = await fetch(driver.url + path);
  return { status: response.status, text: await response.text(), headers: response.headers };
}

async function withOrders(): Promise<{ driver: Driver; contactId: number }> {
  const driver = await startDriver();
  await driver.createOrders();
  const contactId = await driver.seedContact({ email: 'ada@example.com', dataFields: { FIRSTNAME: 'Ada' } });
  await driver.put(
    contactId,
    '536365',
    '{"currency":"GBP","order_gross_total":1139.12,"refunded_total":20.10,"order_total":1119.02,"order_status":"despatched","purchase_date":"2010-12-01T08:26:00.000Z","products":[{"sku":"85123A","name":"White heart","qty":6,"price":2.13,"line_total":15.30}],"returned_products":[{"sku":"71053","name":"Metal lantern","qty":2,"price":2.83,"line_total":6.78}]}',
  );
  await driver.put(
    contactId,
    '536366',
    '{"currency":"GBP","order_gross_total":0.10,"refunded_total":0.00,"order_total":0.10}',
  );
  await driver.put(
    contactId,
    '536367',
    '{"currency":"EUR","order_gross_total":5.00,"refunded_total":0.00,"order_total":5.00}',
  );
  return { driver, contactId };
}

describe('the page at the root', () => {
  it('sums the money of the records exactly, each currency for itself', async () => {
    const { driver } = await withOrders();
    const { text, headers } = await page(driver, '/');
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(text).toContain('1,139.22');
    expect(text).toContain('20.10');
    expect(text).toContain('5.00 EUR + 1,119.12 GBP');
  });

  it('says what changed last and who did it', async () => {
    const { driver, contactId } = await withOrders();
    await driver.patch(contactId, { channelProperties: { email: { status: 'unsubscribed' } } });
    await driver.patch(contactId, { channelProperties: { email: { status: 'subscribed' } } });
    await driver.person(contactId, 'suppress');
    const { text } = await page(driver, '/');
    expect(text).toContain('raised by an API call');
    expect(text).toContain('a person: suppress');
    expect(text).toContain('order 536365 written: 1,119.02 GBP, despatched');
  });

  it('finds contacts by a part of e-mail, name or id, and pages them', async () => {
    const driver = await startDriver();
    const contacts = Array.from({ length: 60 }, (_, n) => ({ email: `person${n}@example.com` }));
    await driver.control('POST', 'seed', { contacts });
    const first = await page(driver, '/');
    expect(first.text).toContain('60 contacts. Page 1 of 2.');
    const found = await page(driver, '/?q=person7@');
    expect(found.text).toContain('1 contact for “person7@”.');
    expect((await page(driver, '/?page=2')).text).toContain('Page 2 of 2.');
    expect((await page(driver, '/?page=nonsense')).status).toBe(200);
  });

  it('needs no script and nothing from elsewhere, and refreshes only when asked', async () => {
    const { driver } = await withOrders();
    const { text, headers } = await page(driver, '/');
    expect(text).not.toMatch(/<script|https?:\/\/|http-equiv="refresh"/);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect((await page(driver, '/?refresh=5')).text).toContain('<meta http-equiv="refresh" content="5" />');
  });
});

describe('a contact’s page', () => {
  it('shows fields, status, and orders with kept and returned lines and totals', async () => {
    const { driver, contactId } = await withOrders();
    const { text } = await page(driver, `/view/contacts/${contactId}`);
    for (const shown of ['ada@example.com', 'FIRSTNAME', 'Marketing may be sent.', 'White heart', 'Metal lantern']) {
      expect(text).toContain(shown);
    }
    expect(text).toContain('Returned or refunded');
    expect(text).toContain('1,119.02 GBP');
  });

  it('answers 404 for a contact that is not there', async () => {
    const driver = await startDriver();
    const answer = await page(driver, '/view/contacts/%3Cscript%3E');
    expect(answer.status).toBe(404);
    expect(answer.text).toContain('&lt;script&gt;');
    expect(answer.text).not.toContain('<script');
  });
});

it('escapes whatever comes from outside', async () => {
  const driver = await startDriver();
  await driver.createOrders();
  const evil = '"><script>alert(1)</script>';
  const contactId = await driver.seedContact({
    email: `${evil}@example.com`,
    dataFields: { FIRSTNAME: evil, LASTNAME: evil },
  });
  await driver.put(contactId, encodeURIComponent('<b>&1'), {
    currency: evil,
    order_status: evil,
    purchase_date: evil,
    store_name: evil,
    products: [{ sku: evil, name: evil }],
  });
  for (const path of ['/', `/?q=${encodeURIComponent(evil)}`, `/view/contacts/${contactId}`]) {
    const { text } = await page(driver, path);
    expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    expect(text).not.toContain('<script');
    expect(text).not.toContain('<b>&1');
  }
});
