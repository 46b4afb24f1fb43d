import { connect, type Socket } from 'node:net';
import type { Sent } from './relay-under-test.js';

/** One connection, byte by byte: what no HTTP client would send. */
export interface RawConnection {
  readonly socket: Socket;
  /** All that came so far. */
  text(): string;
  /** Resolves with all that came when the other side has closed; also when it closed hard. */
  readonly closed: Promise<string>;
}

export function openRaw(port: number): RawConnection {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.on('data', (data) => {
    text += data.toString('latin1');
  });
  // A connection that is cut may end in a reset: `close` comes in either case.
  socket.on('error', () => undefined);
  const closed = new Promise<string>((resolve) => socket.once('close', () => resolve(text)));
  return { socket, text: () => text, closed };
}

/** A webhook as bytes; `headers` may hold what is no header. */
export function rawWebhook({ body, headers }: Sent): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `POST /webhooks/stokly HTTP/1.1\r\nhost: relay\r\nconnection: close\r\ncontent-length: ${body.length}\r\n`;
  return Buffer.concat([Buffer.from(`${head}${lines.join('')}\r\n`, 'latin1'), body]);
}

/** Sends it on a connection of its own and waits for the end of that. */
export async function exchange(port: number, bytes: Buffer): Promise<{ status: number; body: string }> {
  const connection = openRaw(port);
  connection.socket.write(bytes);
  const answer = await connection.closed;
  return { status: Number(answer.split(' ')[1] ?? 0), body: answer.slice(answer.indexOf('\r\n\r\n') + 4) };
}
