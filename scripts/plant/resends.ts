/** Requests that are made again because nobody answered (rule: nothing is ever sent twice). */
import type { Plant } from './plant.ts';

const CLASS = 'resend on timeout';
const TWICE = ['no-duplicate-dispatch', 'nothing-illegal-at-the-venue'];

export const RESENDS: readonly Plant[] = [
  {
    name: 'order-client-resends',
    class: CLASS,
    does: 'the order client places again what was not answered',
    file: 'packages/deribit/src/order-client.ts',
    find: `      const { method, params } = encodeOrder(terms);
      transport.call(method, { ...params }, (answer) => {
`,
    replace: `      const { method, params } = encodeOrder(terms);
      transport.call(method, { ...params }, (answer) => {
        if (answer.ok === null) transport.call(method, { ...params }, () => undefined);
`,
    caughtBy: TWICE,
    ground: 'worlds',
  },
  {
    name: 'rpc-resends',
    class: CLASS,
    does: 'a request that timed out is written to the socket again',
    file: 'packages/deribit/src/rpc-client.ts',
    find: '    this.#observer.timedOut(pending);\n',
    replace: `    this.#observer.timedOut(pending);
    this.#send?.(encodeRequest(pending.id, pending.method, pending.params));
`,
    caughtBy: TWICE,
    ground: 'worlds',
  },
  {
    name: 'core-resends',
    class: CLASS,
    does: 'an order of unknown fate is marked and sent once more',
    file: 'packages/core/src/turn/account.ts',
    find: "  if (event.outcome === 'unknown') {\n",
    replace: `  if (event.outcome === 'unknown') {
    output.append({ type: 'orderSending', at: wallMs(event.at), label: event.label });
`,
    caughtBy: TWICE,
    ground: 'worlds',
  },
  {
    name: 'marked-order-sent-after-restart',
    class: CLASS,
    does: 'an order with a marker that the venue does not know is sent after a restart',
    file: 'packages/core/src/reconcile/reconcile.ts',
    find: 'draft.corrections.push(closed(inputs, order, traded.has(label)));',
    replace: `draft.corrections.push(
        order.ackAt === null && !traded.has(label)
          ? { type: 'orderSending', at: wallMs(inputs.now), label }
          : closed(inputs, order, traded.has(label)),
      );`,
    caughtBy: TWICE,
    ground: 'worlds',
  },
];
