import { resolve } from 'node:path';
import type { Delivery, Io } from './io.ts';

const ROOT = resolve(import.meta.dirname, '../../../..');

/** The process's own streams, folder, environment and clock. */
export function processIo(): Io {
  const out = lineWriter(process.stdout);
  const err = lineWriter(process.stderr);
  return {
    out: out.write,
    err: err.write,
    flushed: out.flushed,
    cwd: process.cwd(),
    root: ROOT,
    env: process.env,
    now: Date.now,
  };
}

interface LineWriter {
  readonly write: (line: string) => void;
  readonly flushed: () => Promise<Delivery>;
}

/** A reader that leaves (`| head`) is no error: what is said after that is for nobody. */
function lineWriter(stream: NodeJS.WriteStream): LineWriter {
  let delivery: Delivery = 'delivered';
  let last: Promise<void> = Promise.resolve();
  const note = (error: Error): void => {
    const left = 'code' in error && error.code === 'EPIPE';
    if (delivery === 'delivered') delivery = left ? 'nobody_reads' : 'lost';
  };
  stream.on('error', note);
  return {
    write: (line) => {
      if (delivery !== 'delivered') return;
      last = new Promise((done) => {
        stream.write(`${line}\n`, (error) => {
          if (error) note(error);
          done();
        });
      });
    },
    flushed: async () => {
      await last;
      return delivery;
    },
  };
}
