import { describe, expect, it } from 'vitest';
import { redactBytes, redactText } from './redact.ts';
import { isSecretName } from './secret-names.ts';

const S = 'hunter2hunter2';
const redact = (text: string, secrets: readonly string[] = []): string =>
  Buffer.from(redactBytes(Buffer.from(text, 'utf8'), secrets)).toString('utf8');

describe('what a secret-looking variable holds', () => {
  it.each([
    ['env', `DB_PASSWORD=${S}`],
    ['env with spaces', `DB_PASSWORD=correct ${S} battery`],
    ['exported', `export API_KEY='${S} x'`],
    ['env on a command line', `run API_KEY=${S} --now`],
    ['a flag', `deploy --password ${S} --now`],
    ['a flag with its value', `deploy --auth-token=${S}`],
    ['systemd', `Environment="DB_PASSWORD=a ${S} b" "X=1"`],
    ['proc environ', `A=1\0SECRET=a ${S}\0B=2`],
    ['JSON', `{"client_secret": "${S}"}`],
    ['JSON with quotes in it', `{"client_secret": "a\\"${S}","x":1}`],
    ['JSON in JSON', `{"body":"{\\"token\\":\\"${S}\\"}"}`],
    ['JSON list', `{"apiKeys":["a","${S}"]}`],
    ['JSON object', `{"credentials":{"user":"u","pw":"${S}"}}`],
    ['JSON number', `{"psk":${S},"x":"y"}`],
    ['JSON over lines', `{\n  "credentials": {\n    "user": "${S}"\n  }\n}`],
    ['JSON value below', `{\n  "password":\n    "${S}"\n}`],
    ['YAML', `password: ${S} with words`],
    ['YAML in quotes', `password: 'it''s ${S}'`],
    ['YAML block', `token: |-\n  first\n  ${S}\n`],
    ['YAML mapping', `credentials:\n  user: ${S}\n`],
    ['YAML list', `  tokens:\n  - a\n  - ${S}\n`],
    ['shell concatenation', `PASSWORD="a"${S}`],
    ['a URL', `postgres://holdfast:${S}@127.0.0.1/x`],
    ['a URL with a slash in it', `postgres://holdfast:a/${S}@127.0.0.1/x`],
    ['a query', `GET /x?access_token=${S}&y=1`],
    ['a header', `Authorization: Bearer ${S}`],
    ['a basic header', `> authorization: Basic ${S}==`],
    ['a header of curl', `curl -H 'Authorization: Token ${S}' http://localhost`],
    ['a header that is logged', `authorization=Digest ${S}`],
    ['a cookie', `Set-Cookie: id=${S}; Secure`],
    ['a bearer', `sent Bearer ${S} to it`],
    ['a key file', `-----BEGIN PRIVATE KEY-----\n${S}\n-----END PRIVATE KEY-----`],
    ['a key file that is cut', `-----BEGIN RSA PRIVATE KEY-----\n${S}\n`],
  ])('is not in the output: %s', (_how, text) => {
    expect(redact(text)).not.toContain(S);
    expect(redact(text)).toContain('[redacted]');
  });

  it.each([
    ['text', 'the service is active (running) since Tuesday'],
    ['names that only sound like it', 'monkey: banana\nauthor: Bob\nkeyboard=us\ncompass=n'],
    ['a URL', 'http://127.0.0.1:9090/health?x=1'],
    ['a digest', 'sha256:0f343b0931126a20f133d67c2b018a3b'],
    ['what comes after', 'a\nPASSWORD=\nb'],
  ])('NON-TRIP: %s stays as it is', (_what, text) => {
    expect(redact(text)).toBe(text);
  });

  it('keeps what stands around it', () => {
    expect(redact(`a: 1\npassword: ${S}\nb: 2`)).toBe('a: 1\npassword: [redacted]\nb: 2');
    expect(redact(`{"a":"x","token":"${S}","b":2}`)).toBe('{"a":"x","token":"[redacted]","b":2}');
    expect(redact(`x TOKEN=${S} y`)).toBe('x TOKEN=[redacted] y');
    expect(redact(`token: |\n  ${S}\nnext: 1`)).toBe('token: |\n[redacted]\nnext: 1');
  });

  it('knows a name by its parts', () => {
    expect(['API_KEY', 'apiKey', 'sshKeyPath', 'DB_PWD', 'x-api-key'].map(isSecretName)).toEqual(
      Array(5).fill(true),
    );
    expect(['monkey', 'author', 'keyboard', 'path'].map(isSecretName)).toEqual(
      Array(4).fill(false),
    );
  });
});

describe('a value that was handed in', () => {
  it.each([
    ['as it is', `x${S}y`],
    ['in base64', Buffer.from(S).toString('base64')],
    ['in hex', Buffer.from(S).toString('hex')],
  ])('does not survive %s', (_how, text) => {
    expect(redact(text, [S])).toBe(text.startsWith('x') ? 'x[redacted]y' : '[redacted]');
  });

  it('does not survive with a quote in it, printed as JSON or in a URL', () => {
    const nasty = 'a"b/c&d';
    expect(redact(JSON.stringify({ x: nasty }), [nasty])).toBe('{"x":"[redacted]"}');
    expect(redact(`?x=${encodeURIComponent(nasty)}`, [nasty])).toBe('?x=[redacted]');
  });

  it('does not come together where the text is cut', () => {
    const text = `${'a'.repeat(4_090)}${S}${'b'.repeat(9_000)}`;
    expect(redactText(text, [S])).not.toContain('hunter');
  });

  it('is gone also where it is in the mark, and from bytes that are no text', () => {
    expect(redact('a redacted secret', ['redacted'])).toBe('a  secret');
    const bytes = Buffer.concat([Buffer.of(0xff, 0xc3), Buffer.from(S), Buffer.of(0xa0, 0xff)]);
    expect(Buffer.from(redactBytes(bytes, [S])).includes(S)).toBe(false);
  });
});

describe('a long output', () => {
  it('is shown by its beginning and its end, and says how much is left out', () => {
    const text = `begin${'x'.repeat(20_000)}end`;
    const cut = redactText(text, []);
    expect(cut.startsWith('begin')).toBe(true);
    expect(cut.endsWith('end')).toBe(true);
    expect(cut).toContain(`[${20_008 - 8_192} characters are left out here`);
    expect(cut.length).toBeLessThan(8_400);
  });

  it('takes no long time, whatever it is', () => {
    const began = performance.now();
    for (const unit of ['a', 'key=', 'a.', '://', '"', '\\', 'token: |\n ', '-----BEGIN A-----']) {
      redactText(unit.repeat(100_000 / unit.length), ['abc']);
    }
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});
