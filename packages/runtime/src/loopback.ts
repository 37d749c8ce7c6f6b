/**
 * Whether a host name or address can only mean this machine: `127.0.0.0/8`, `::1` or `localhost`.
 * Short and mapped spellings (`127.1`, `::ffff:127.0.0.1`) do not count: unknown is unsafe.
 */
export function isLoopbackHost(host: string): boolean {
  const bare = host.startsWith('[') && host.endsWith(']') ? host.slice(1, -1) : host;
  if (bare.toLowerCase() === 'localhost' || bare === '::1') return true;
  const match = /^127\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(bare);
  return match !== null && match.slice(1).every((part) => Number(part) <= 255);
}

/** Host of a WebSocket or HTTP address, without brackets; null when it is no such address. */
export function hostOf(url: string): string | null {
  if (!URL.canParse(url)) return null;
  const { hostname, protocol } = new URL(url);
  if (!['ws:', 'wss:', 'http:', 'https:'].includes(protocol)) return null;
  return hostname.startsWith('[') ? hostname.slice(1, -1) : hostname;
}
