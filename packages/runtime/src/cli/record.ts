import { setTimeout as sleep } from 'node:timers/promises';
import { resolve } from 'node:path';
import { connectDeribit, openWebSocket, type OpenSocket } from '@holdfast/deribit/venue';
import { createClock } from '../clock.ts';
import { openTape, type TapeFile } from '../record/tape-file.ts';
import { interruption } from '../run/signals.ts';
import {
  complain,
  couldNotTell,
  type ExitCode,
  type Io,
  systemTrouble,
  tell,
  tellJson,
} from './io.ts';

export interface RecordOptions {
  readonly url: string;
  readonly out: string;
  readonly for?: number;
  readonly currency: readonly string[];
  readonly interval: '100ms' | 'agg2' | 'raw';
  readonly maxBytes: number;
  readonly json: boolean;
}

/**
 * `holdfast record`: every frame of the public channels of any Deribit-speaking address, as it
 * came, one JSON line each. Without a key: nothing private is asked for, and nothing can be sent.
 * 0 when something was recorded and nothing was left out, 1 otherwise.
 */
export async function record(
  options: RecordOptions,
  io: Pick<Io, 'out' | 'err' | 'cwd'>,
): Promise<ExitCode> {
  const path = resolve(io.cwd, options.out);
  let tape: TapeFile;
  try {
    tape = await openTape(path, options.maxBytes);
  } catch (error) {
    return couldNotTell(io, options.json, systemTrouble(path, error));
  }
  const clock = createClock();
  const link = connectDeribit({
    url: options.url,
    credentials: null,
    currencies: options.currency,
    clock,
    post: () => undefined,
    jitter: () => Math.random(),
    marketInterval: options.interval,
    openSocket: listening((frame) => tape.write(clock.now(), frame)),
  });
  const interrupt = interruption();
  link.open();
  if (!options.json) tell(io, `recording  ${options.url} to ${path}`);
  const over = new AbortController();
  const time =
    options.for === undefined
      ? []
      : [sleep(options.for, undefined, { signal: over.signal }).catch(() => undefined)];
  await Promise.race([interrupt.asked, ...time]);
  over.abort();
  interrupt.forget();
  const { sessions, reconnects, faults } = link.telemetry();
  await link.close();
  try {
    await tape.close();
  } catch (error) {
    complain(io, systemTrouble(path, error));
    return 1;
  }
  const summary = { path, ...tape.telemetry(), sessions, reconnects, faults };
  if (options.json) tellJson(io, summary);
  else {
    tell(io, `${summary.frames} frames, ${summary.bytes} bytes, ${summary.dropped} left out`);
    tell(io, `${sessions} sessions, ${reconnects} reconnects`);
  }
  return summary.frames > 0 && summary.dropped === 0 ? 0 : 1;
}

/** The ordinary socket, overheard. */
function listening(hear: (frame: string) => void): OpenSocket {
  const decoder = new TextDecoder();
  return (url, handlers) =>
    openWebSocket(url, {
      ...handlers,
      message(bytes) {
        hear(decoder.decode(bytes));
        handlers.message(bytes);
      },
    });
}
