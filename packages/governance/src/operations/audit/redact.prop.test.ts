import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactBytes, redactText, shown } from './redact.ts';

const bytes = fc.uint8Array({ maxLength: 60 });
const secret = fc
  .oneof(
    fc.string({ minLength: 1, maxLength: 24 }),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
    fc.constantFrom('redacted', 'e', '[redacted]', '][', 'd]a', '\ufffd', '\n', 'characters'),
  )
  .map((value) => value.toWellFormed());

describe('a handed-in secret', () => {
  it('never survives, whatever surrounds it, in the file or in what is shown', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(bytes, secret), { maxLength: 6 }),
        fc.array(secret, { minLength: 1, maxLength: 3 }),
        fc.nat({ max: 9_000 }),
        (around, secrets, padding) => {
          const pieces = around.map((part) => Buffer.from(part as string, 'utf8'));
          const inside = secrets.map((value) => Buffer.from(value, 'utf8'));
          const output = Buffer.concat([
            Buffer.alloc(padding, 0x2e),
            ...pieces,
            ...inside,
            ...pieces.toReversed(),
            Buffer.alloc(9_000 - padding, 0x2d),
          ]);
          const kept = redactBytes(output, secrets);
          const text = shown(kept, secrets);
          for (const value of secrets) {
            expect(Buffer.from(kept).includes(Buffer.from(value, 'utf8'))).toBe(false);
            expect(text.includes(value)).toBe(false);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('the value of a secret-looking variable', () => {
  const name = fc.constantFrom('API_KEY', 'dbPassword', 'auth.token', 'CLIENT-SECRET', 'psk');
  const value = fc.stringMatching(/^[A-Za-z0-9+/._~-]{12,32}$/);
  const form = fc.constantFrom(
    (n: string, v: string) => `${n}=${v}`,
    (n: string, v: string) => `export ${n}="${v}"`,
    (n: string, v: string) => JSON.stringify({ a: 1, [n]: v, z: 2 }),
    (n: string, v: string) => JSON.stringify({ [n]: [v] }, null, 2),
    (n: string, v: string) => `${n}: ${v}`,
    (n: string, v: string) => `${n}:\n  inner: ${v}\n`,
    (n: string, v: string) => `run --${n} ${v} --x`,
    (_: string, v: string) => `redis://user:${v}@localhost:6379`,
    (_: string, v: string) => `authorization: ${v}`,
  );
  const line = fc.string({ maxLength: 20 }).map((text) => text.replaceAll(/["'\\]/g, ' '));

  it('is not shown, in any of the forms it is written in', () => {
    fc.assert(
      fc.property(name, value, form, line, line, (n, v, write, before, after) => {
        const text = `${before}\n${write(n, v)}\n${after}`;
        expect(redactText(text, [])).not.toContain(v);
      }),
      { numRuns: 300 },
    );
  });
});
