import { readFile } from 'node:fs/promises';

/** Linux counts CPU time in hundredths of a second, on every machine that Node runs on (`getconf CLK_TCK`). */
const MS_PER_TICK = 10;
const BYTES_PER_KB = 1024;

/** CPU time of a process so far, user and system, in ms; null where there is no /proc. */
export async function cpuMsOf(pid: number): Promise<number | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (text === null) return null;
  // The name, in brackets, may hold anything; what follows it is numbers. utime and stime are fields 14 and 15 of proc(5).
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}

/** Resident memory in bytes; null where there is no /proc. */
export async function residentBytesOf(pid: number): Promise<number | null> {
  const text = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => null);
  const kilobytes = text === null ? null : /^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1];
  return kilobytes === null || kilobytes === undefined ? null : Number(kilobytes) * BYTES_PER_KB;
}
