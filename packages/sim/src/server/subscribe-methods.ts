import { type Channel, isPrivateChannel, parseChannel } from '@holdfast/deribit/protocol';
import { allows } from '../exchange/scopes.ts';
import { type Admitted, done, type Outcome, type Rooms } from './request.ts';
import { type Refusal, refuse } from './refusal.ts';
import type { Session, Subscription } from './session.ts';

/** Deribit's limit for one request. */
const CHANNELS_PER_REQUEST = 500;
/** More than every channel of every instrument a client of ours listens to. */
const CHANNELS_PER_SESSION = 20_000;

/**
 * The answer lists what is subscribed; what does not exist, or is private and was asked for by
 * `public/subscribe`, is not in it.
 */
export function subscribe(rooms: Rooms, admitted: Admitted, access: 'public' | 'private'): Outcome {
  const { session } = admitted;
  const names = namesOf(admitted);
  if (session === null) return { answer: refuse(10030, 'only on a WebSocket', 'method') };
  if (names.length > CHANNELS_PER_REQUEST) {
    return { answer: refuse(-32602, `at most ${CHANNELS_PER_REQUEST} channels`, 'channels') };
  }
  if (session.subscriptions.size + names.length > CHANNELS_PER_SESSION) {
    const reason = `at most ${CHANNELS_PER_SESSION} channels on a connection`;
    return { answer: refuse(-32602, reason, 'channels') };
  }
  const wanted = new Map<string, Subscription>();
  for (const name of names) {
    const channel = parseChannel(name);
    if (channel === null || (access === 'public' && isPrivateChannel(channel))) continue;
    const refused = refusedFor(channel, admitted);
    if (refused !== null) return { answer: refused };
    const account = isPrivateChannel(channel) ? (admitted.identity?.key.account ?? '') : '';
    if (rooms.hub.knows(channel, account)) wanted.set(name, { channel, account });
  }
  return done([...wanted.keys()], () => join(rooms, session, wanted));
}

function join(rooms: Rooms, session: Session, wanted: ReadonlyMap<string, Subscription>): void {
  for (const [name, { channel, account }] of wanted) {
    if (session.isOver) return;
    const before = session.subscriptions.get(name);
    if (before !== undefined && before.account !== account) {
      rooms.hub.leave(session, name, before.account);
    }
    session.subscriptions.set(name, { channel, account });
    rooms.hub.join(session, name, channel, account);
  }
}

/** A private channel needs the scope of what it tells, a `raw` one an authenticated session. */
function refusedFor(channel: Channel, { identity }: Admitted): Refusal | null {
  if ('interval' in channel && channel.interval === 'raw' && identity === null) {
    return refuse(13778, 'authenticate first', 'channels');
  }
  if (!isPrivateChannel(channel)) return null;
  const area = channel.kind === 'portfolio' ? 'account' : 'trade';
  if (identity !== null && allows(identity.scope, { area, level: 'read' })) return null;
  return refuse(13021, `needs ${area}:read`, 'scope');
}

/** The answer lists what was subscribed until now. */
export function unsubscribe(rooms: Rooms, admitted: Admitted): Outcome {
  const { session } = admitted;
  const left = namesOf(admitted).filter((name) => session?.subscriptions.has(name) === true);
  if (session !== null) for (const name of left) leave(rooms, session, name);
  return done(left);
}

export function unsubscribeAll(rooms: Rooms, { session }: Admitted): Outcome {
  if (session !== null) leaveAll(rooms, session);
  return done('ok');
}

/** Public ones too: the connection is over, or asked for it. */
export function leaveAll(rooms: Rooms, session: Session): void {
  for (const name of session.subscriptions.keys()) leave(rooms, session, name);
}

/** The token ran out or was ended: nothing private is told any more. */
export function leavePrivate(rooms: Rooms, session: Session): void {
  for (const [name, { account }] of session.subscriptions) {
    if (account !== '') leave(rooms, session, name);
  }
}

function leave(rooms: Rooms, session: Session, name: string): void {
  const subscription = session.subscriptions.get(name);
  if (subscription === undefined) return;
  session.subscriptions.delete(name);
  rooms.hub.leave(session, name, subscription.account);
}

function namesOf({ params }: Admitted): readonly string[] {
  const { channels } = params;
  if (!Array.isArray(channels)) return [];
  return channels.filter((name): name is string => typeof name === 'string');
}
