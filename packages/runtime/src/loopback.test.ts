import { expect, it } from 'vitest';
import { hostOf, isLoopbackHost } from './loopback.ts';

it.each(['127.0.0.1', '127.255.1.9', 'localhost', 'LOCALHOST', '::1', '[::1]'])(
  '%s is this machine',
  (host) => expect(isLoopbackHost(host)).toBe(true),
);

it.each([
  '',
  '127.1',
  '127.0.0.256',
  '127.0.0.1.example.com',
  'localhost.example.com',
  '0.0.0.0',
  '::',
  '::ffff:127.0.0.1',
  '128.0.0.1',
  'test.deribit.com',
])('%j may be elsewhere', (host) => expect(isLoopbackHost(host)).toBe(false));

it.each([
  ['ws://127.0.0.1:8080/ws/api/v2', '127.0.0.1'],
  ['http://[::1]:80/', '::1'],
  ['wss://127.0.0.1@www.deribit.com/ws', 'www.deribit.com'],
  ['file:///127.0.0.1', null],
  ['127.0.0.1:80', null],
  ['', null],
])('the host of %s is %s', (url, host) => expect(hostOf(url)).toBe(host));
