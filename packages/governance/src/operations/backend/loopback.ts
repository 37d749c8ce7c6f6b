/** Whether a host can only mean this machine; short and mapped spellings do not count. */
export function isLoopbackAddress(host: string): boolean {
  return ['localhost', '[::1]', '::1'].includes(host) || /^127(\.\d{1,3}){3}$/.test(host);
}
