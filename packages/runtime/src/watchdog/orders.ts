/** What the watchdog process is told when it is started; its only argument, as JSON. */
export interface WatchdogOrders {
  readonly enginePid: number;
  readonly controlPath: string;
  readonly logPath: string | null;
  readonly silenceMs: number;
  readonly killAfterMs: number;
  readonly checkEveryMs: number;
}

/** Null when the argument is not orders of ours: then nobody is watched, and nobody killed. */
export function parseOrders(argument: string | undefined): WatchdogOrders | null {
  let json: unknown;
  try {
    json = JSON.parse(argument ?? '');
  } catch {
    return null;
  }
  if (typeof json !== 'object' || json === null) return null;
  const { enginePid, controlPath, logPath, silenceMs, killAfterMs, checkEveryMs } =
    json as Partial<WatchdogOrders>;
  if (typeof controlPath !== 'string' || (logPath !== null && typeof logPath !== 'string')) {
    return null;
  }
  if (
    !isPositive(enginePid) ||
    !isPositive(silenceMs) ||
    !isPositive(killAfterMs) ||
    !isPositive(checkEveryMs)
  )
    return null;
  return { enginePid, controlPath, logPath, silenceMs, killAfterMs, checkEveryMs };
}

function isPositive(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0;
}
