import { describe, expect, it } from 'vitest';
import {
  CERTIFICATE_PREDICATE,
  FILE_PREDICATE,
  parseEnvelope,
  parseStatement,
  preAuthEncoding,
  STATEMENT_PAYLOAD_TYPE,
  STATEMENT_TYPE,
} from './envelope.ts';

const digest = 'ab'.repeat(32);
const envelope = {
  payloadType: STATEMENT_PAYLOAD_TYPE,
  payload: 'e30=',
  signatures: [{ keyid: digest, sig: 'AAAA' }],
};
const statement = {
  _type: STATEMENT_TYPE,
  subject: [{ name: 'F1_CERT.json', digest: { sha256: digest } }],
  predicateType: FILE_PREDICATE,
  predicate: { signed_ts_ms: 1 },
};

describe('preAuthEncoding', () => {
  it('gives the bytes of the DSSE specification example', () => {
    const bytes = preAuthEncoding('http://example.com/HelloWorld', Buffer.from('hello world'));
    expect(Buffer.from(bytes).toString('utf8')).toBe(
      'DSSEv1 29 http://example.com/HelloWorld 11 hello world',
    );
  });

  it('counts payload bytes, not characters', () => {
    const bytes = preAuthEncoding('t', Buffer.from('\u20ac'));
    expect(Buffer.from(bytes).toString('latin1')).toBe('DSSEv1 1 t 3 \u00e2\u0082\u00ac');
  });

  it('is not defined for a payload type that is not ASCII', () => {
    expect(() => preAuthEncoding('\u20ac', Buffer.from(''))).toThrow('ASCII');
  });
});

describe('parseEnvelope', () => {
  it('accepts an envelope', () => {
    expect(parseEnvelope(envelope)).toEqual({ ok: true, value: envelope });
  });

  it.each([
    ['an unknown key', { ...envelope, note: 'x' }],
    ['another payload type', { ...envelope, payloadType: 'application/json' }],
    ['no signature', { ...envelope, signatures: [] }],
    ['too many signatures', { ...envelope, signatures: Array(17).fill(envelope.signatures[0]) }],
    [
      'an unknown key in a signature',
      { ...envelope, signatures: [{ keyid: digest, sig: 'AA', cert: '' }] },
    ],
    ['a key id that is no digest', { ...envelope, signatures: [{ keyid: 'me', sig: 'AAAA' }] }],
    ['url-safe base64', { ...envelope, payload: 'e3_-' }],
    ['not an object', null],
  ])('refuses %s', (_, value) => {
    expect(parseEnvelope(value).ok).toBe(false);
  });
});

describe('parseStatement', () => {
  it.each([
    [statement],
    [
      {
        ...statement,
        predicateType: CERTIFICATE_PREDICATE,
        predicate: { signed_ts_ms: 1, trust_roots_hash: digest },
      },
    ],
  ])('accepts a statement we make: %#', (value) => {
    expect(parseStatement(value)).toEqual({ ok: true, value });
  });

  it.each([
    ['another predicate type', { ...statement, predicateType: 'urn:else' }],
    [
      'a certificate without its trust roots',
      { ...statement, predicateType: CERTIFICATE_PREDICATE },
    ],
    ['two subjects', { ...statement, subject: [...statement.subject, ...statement.subject] }],
    ['no subject', { ...statement, subject: [] }],
    ['a path as name', { ...statement, subject: [{ name: '../x', digest: { sha256: digest } }] }],
    [
      'a second digest',
      { ...statement, subject: [{ name: 'x', digest: { sha256: digest, md5: '' } }] },
    ],
    [
      'an upper-case digest',
      { ...statement, subject: [{ name: 'x', digest: { sha256: digest.toUpperCase() } }] },
    ],
    ['a negative time', { ...statement, predicate: { signed_ts_ms: -1 } }],
    ['a time that is no integer', { ...statement, predicate: { signed_ts_ms: 1.5 } }],
    ['a missing time', { ...statement, predicate: {} }],
  ])('refuses %s', (_, value) => {
    expect(parseStatement(value).ok).toBe(false);
  });
});
