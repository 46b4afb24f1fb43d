import { Html, html, nothing } from './html.js';

const STYLE = new Html(`<style>
  :root { color-scheme: light; }
  body { margin: 0; background: #fff; color: #1b1f24; font: 15px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
  header { border-bottom: 1px solid #d5dae1; padding: 14px 28px; display: flex; gap: 20px; align-items: baseline; flex-wrap: wrap; }
  header h1 { font-size: 18px; margin: 0; }
  header p { margin: 0; color: #4b5563; }
  main { max-width: 1180px; margin: 0 auto; padding: 20px 28px 60px; }
  h2 { font-size: 17px; margin: 30px 0 10px; }
  h3 { font-size: 15px; margin: 18px 0 6px; }
  a { color: #0b4f9e; }
  table { border-collapse: collapse; width: 100%; }
  th, td { text-align: left; padding: 5px 12px 5px 0; border-bottom: 1px solid #e6e9ee; vertical-align: top; }
  th { color: #4b5563; font-weight: 600; font-size: 13px; }
  td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
  td.nowrap, .alarm { white-space: nowrap; }
  .cards { display: flex; flex-wrap: wrap; gap: 14px; }
  .card { border: 1px solid #d5dae1; border-radius: 8px; padding: 12px 18px; min-width: 200px; flex: 1; }
  .card.wide { flex: 1.6; min-width: 320px; }
  .card h2 { margin: 0 0 6px; font-size: 13px; color: #4b5563; }
  .card table td { border: 0; padding: 2px 12px 2px 0; }
  .big { font-size: 26px; font-weight: 650; line-height: 1.2; }
  .quiet { color: #4b5563; }
  .status { border-radius: 10px; padding: 1px 9px; font-size: 13px; white-space: nowrap; background: #e6e9ee; }
  .status.subscribed { background: #d9f2e0; color: #0c4a22; }
  .status.unsubscribed { background: #fdebc8; color: #5c3a00; }
  .status.suppressed { background: #fbdada; color: #6d1010; }
  .status.binned { background: #e2e2ea; color: #3a3a4a; text-decoration: line-through; }
  .alarm { background: #fbdada; color: #6d1010; padding: 0 6px; border-radius: 4px; }
  details { border: 1px solid #d5dae1; border-radius: 8px; padding: 8px 16px; margin: 8px 0; }
  summary { cursor: pointer; font-variant-numeric: tabular-nums; }
  summary b { margin-right: 10px; }
  summary span { margin-right: 14px; }
  form { display: flex; gap: 8px; margin: 8px 0 12px; }
  input, button { font: inherit; padding: 5px 10px; border: 1px solid #aab2bd; border-radius: 6px; background: #fff; color: inherit; }
  input { width: 320px; }
  .totals { width: auto; margin-left: auto; }
  .totals td:first-child { color: #4b5563; padding-right: 30px; }
  .totals tr.sum td { font-weight: 650; color: inherit; border-top: 1px solid #1b1f24; }
  code { font-size: 13px; }
</style>`);

export interface Layout {
  readonly title: string;
  readonly body: Html;
  /** Loads itself again after so many seconds, without JavaScript; null = never. */
  readonly refreshSeconds?: number | null;
}

/** One page: no script, nothing from elsewhere. */
export function layout({ title, body, refreshSeconds = null }: Layout): string {
  const refresh = refreshSeconds === null ? nothing : html`<meta http-equiv="refresh" content="${refreshSeconds}" />`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
${refresh}
<title>${title}</title>
${STYLE}
</head>
<body>
<header><h1><a href="/">Dotdigital emulator</a></h1>
<p>A stand-in for a Dotdigital account, on this machine. Nobody is mailed.</p></header>
<main>${body}</main>
</body>
</html>`.text;
}

export function statusBadge(status: string): Html {
  return html`<span class="status ${status}">${status}</span>`;
}

/** `2010-12-01T08:26:00.000Z` as a person reads it; other text as it is. */
export function readableTime(text: string): string {
  const match = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}):(\d{2})/.exec(text);
  return match === null ? text : `${match[1]} ${match[2]}:${match[3]}`;
}
