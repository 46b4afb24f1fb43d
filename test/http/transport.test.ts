import { inspect } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { CallSeen } from '../../src/http/call-seen.js';
import { createHttpTransport, type HttpRequest, type HttpTransport, pathSegment } from '../../src/http/transport.js';
import { TransportError } from '../../src/http/transport-error.js';
import { type Answerer, closedUrl, startLocalServer } from './local-server.js';

const SECRET = 'canary-secret-3f9c';

describe('an answer', () => {
  test('comes with its status, its headers in lower case and its text as it is', async () => {
    const { transport, request } = await serve((_request, response) => {
      response.writeHead(418, { 'X-RateLimit-Remaining': '7', 'Content-Type': 'text/html' });
      response.end('<html>é</html>');
    });
    const answer = await transport.send(request());
    expect(answer.status).toBe(418);
    expect(answer.headers.get('x-ratelimit-remaining')).toBe('7');
    expect(answer.text).toBe('<html>é</html>');
  });

  test('that redirects is given as it is: the credentials follow nobody', async () => {
    const { transport, request, server } = await serve((_request, response) => {
      response.writeHead(302, { Location: 'http://127.0.0.1:9/elsewhere' });
      response.end();
    });
    expect((await transport.send(request())).status).toBe(302);
    expect(server.requests).toHaveLength(1);
  });

  test('needs no environment: a proxy that is set there is not used', async () => {
    process.env.HTTP_PROXY = await closedUrl();
    onTestFinished(() => {
      delete process.env.HTTP_PROXY;
    });
    const { transport, request } = await serve((_request, response) => response.end('{}'));
    expect((await transport.send(request())).text).toBe('{}');
  });
});

describe('whoever counts calls', () => {
  test('hears of each once: of an answer by its status, of none by why', async () => {
    const seen: CallSeen[] = [];
    const server = await startLocalServer((_request, response) => {
      response.writeHead(503);
      response.end();
    });
    const transport = createHttpTransport({ timeoutMs: 2_000, onCall: (call) => seen.push(call) });
    onTestFinished(() => transport.close());
    await transport.send(requestTo(server.url));
    await failureOf(transport, requestTo(await closedUrl()));
    expect(seen.map(({ result }) => result)).toEqual([503, 'not-reached']);
    for (const { seconds } of seen) expect(seconds).toBeGreaterThan(0);
  });
});

describe('a call without a whole answer', () => {
  test('to an address that nobody listens on was certainly not sent', async () => {
    const { transport } = await serve((_request, response) => response.end());
    const error = await failureOf(transport, requestTo(await closedUrl()));
    expect(error).toMatchObject({ failure: 'not-reached', wasSent: false });
  });

  test.each<[string, Answerer]>([
    ['before a byte', (_request, response) => response.destroy()],
    [
      'in the middle of its body',
      (_request, response) => {
        response.writeHead(200, { 'content-length': '1000' });
        response.write('{"data":', () => response.destroy());
      },
    ],
  ])('whose connection is reset %s may have had its effect', async (_when, answer) => {
    const { transport, request } = await serve(answer);
    expect(await failureOf(transport, request())).toMatchObject({ failure: 'connection-lost', wasSent: true });
  });

  test.each<[string, Answerer]>([
    ['nothing at all', () => undefined],
    ['headers and no body', (_request, response) => response.writeHead(200).flushHeaders()],
    [
      'a byte now and then',
      (_request, response) => {
        const timer = setInterval(() => response.write(' '), 20);
        response.on('close', () => clearInterval(timer));
      },
    ],
  ])('that gets %s is timed out as a whole', async (_what, answer) => {
    const { transport, request } = await serve(answer, 150);
    expect(await failureOf(transport, request())).toMatchObject({ failure: 'timed-out', wasSent: true });
  });

  test('that comes a byte a second ends in the time of the call, and its connection is closed', async () => {
    let isWhole: (whole: boolean) => void = () => undefined;
    const closed = new Promise<boolean>((resolve) => {
      isWhole = resolve;
    });
    const { transport, request } = await serve((_request, response) => {
      response.writeHead(200, { 'content-length': '1000' });
      const timer = setInterval(() => response.write('x'), 1_000);
      response.write('x');
      response.socket?.on('close', () => {
        clearInterval(timer);
        isWhole(response.writableFinished);
      });
    }, 300);
    expect(await failureOf(transport, request())).toMatchObject({ failure: 'timed-out' });
    expect(await closed).toBe(false);
  });

  test('is given up when its caller does', async () => {
    const { transport, request, server } = await serve(() => undefined);
    const caller = new AbortController();
    const failed = failureOf(transport, { ...request(), signal: caller.signal });
    await server.seen(1);
    caller.abort();
    expect(await failed).toMatchObject({ failure: 'aborted', wasSent: true });
  });

  test('is not even sent for a caller that has given up', async () => {
    const { transport, request, server } = await serve((_request, response) => response.end());
    const error = await failureOf(transport, { ...request(), signal: AbortSignal.abort() });
    expect(error).toMatchObject({ failure: 'aborted', wasSent: false });
    expect(server.requests).toHaveLength(0);
  });

  test('is one of many under the same signal without a warning of a leak', async () => {
    const warnings: string[] = [];
    const note = (warning: Error) => warnings.push(warning.name);
    process.on('warning', note);
    onTestFinished(() => void process.off('warning', note));
    const { transport, request } = await serve((_request, response) => response.end('{}'));
    const { signal } = new AbortController();
    await Promise.all(Array.from({ length: 20 }, () => transport.send({ ...request(), signal })));
    expect(warnings).toEqual([]);
  });

  test('carries nothing of its request, its address or its credentials', async () => {
    const { transport, request } = await serve((_request, response) => response.destroy());
    const error = await failureOf(transport, { ...request(), path: `/${SECRET}`, body: SECRET, method: 'POST' });
    const all = [
      JSON.stringify(error),
      inspect(error, { depth: 9, showHidden: true }),
      error.stack,
      String(error.cause),
    ];
    expect(all.join()).not.toContain(SECRET);
    expect(all.join()).not.toContain('127.0.0.1');
  });
});

describe('a value in a path', () => {
  test('is encoded, with the characters that e-mail addresses have', () => {
    expect(pathSegment("o'hara+shop/ä@example.com")).toBe("o'hara%2Bshop%2F%C3%A4%40example.com");
  });

  test.each(['', '.', '..', '\ud800'])('is refused where no address can carry it: %j', (value) => {
    expect(() => pathSegment(value)).toThrow(RangeError);
  });
});

async function serve(answer: Answerer, timeoutMs = 5_000) {
  const server = await startLocalServer(answer);
  const transport = createHttpTransport({ timeoutMs });
  onTestFinished(() => transport.close());
  return { server, transport, request: () => requestTo(server.url) };
}

function requestTo(baseUrl: string): HttpRequest {
  return { method: 'GET', baseUrl, path: '/', headers: { authorization: `Basic ${SECRET}` } };
}

async function failureOf(transport: HttpTransport, request: HttpRequest): Promise<TransportError> {
  try {
    await transport.send(request);
  } catch (error) {
    if (error instanceof TransportError) return error;
    throw error;
  }
  throw new Error('expected the call to fail');
}
