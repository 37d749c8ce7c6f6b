import { expect, it } from 'vitest';
import { isLoopback } from './endpoint.ts';

it.each([
  'ws://127.0.0.1:4000/ws/api/v2',
  'ws://localhost:1/ws',
  'http://[::1]:8080/api/v2',
  'ws://127.255.0.3/',
])('%s is on this machine', (url) => expect(isLoopback(url)).toBe(true));

it.each([
  'wss://www.deribit.com/ws/api/v2',
  'wss://test.deribit.com/ws/api/v2',
  'ws://127.0.0.1.example.com/ws',
  'ws://localhost.example.com/ws',
  'ws://128.0.0.1/',
  'ws://0.0.0.0/',
  'not a url',
  '',
])('%s is not', (url) => expect(isLoopback(url)).toBe(false));
