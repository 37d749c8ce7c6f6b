import { formatE8 } from '@holdfast/core/values';
import { parseOpenOrders, parsePositions } from '@holdfast/deribit/protocol';
import type { RpcAnswer, RpcTransport } from '../ports.ts';
import type { VenueStanding } from '../report/run-report.ts';

/**
 * What the venue holds of ours, asked once more when everything has ended. Null when it does not
 * answer, or not as documented: then nothing is known of it, and the report says so.
 */
export async function readStanding(transport: RpcTransport): Promise<VenueStanding | null> {
  const [positions, orders] = await Promise.all([
    ask(transport, 'private/get_positions', { currency: 'any' }),
    ask(transport, 'private/get_open_orders', {}),
  ]);
  const held = parsePositions(positions);
  const open = parseOpenOrders(orders);
  if (held === null || open === null) return null;
  return {
    positions: new Map(held.map(({ instrument, amountE8 }) => [instrument, formatE8(amountE8)])),
    openOrders: open.length,
  };
}

function ask(
  transport: RpcTransport,
  method: string,
  params: Readonly<Record<string, unknown>>,
): Promise<unknown> {
  return new Promise((done) => {
    transport.call(method, params, (answer: RpcAnswer) =>
      done(answer.ok === true ? answer.result : undefined),
    );
  });
}
