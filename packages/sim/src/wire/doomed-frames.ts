import type { FrameKind } from './network-model.ts';

/**
 * One frame that is to be lost: of a request or an answer the method, else where its channel
 * begins.
 */
export interface DoomedFrame {
  readonly kind: FrameKind;
  readonly of: string;
}

/** A frame as it is about to be carried. */
export interface PassingFrame {
  readonly kind: FrameKind;
  readonly text: string;
}

/** Loses the next frame of a kind, once each: what a story needs, and no probability gives. */
export class DoomedFrames {
  readonly #doomed: DoomedFrame[] = [];
  /** Beginnings of the answers to come, by the connection their request was sent on. */
  readonly #answers: { readonly connection: object; readonly begins: string }[] = [];

  add(frame: DoomedFrame): void {
    this.#doomed.push(frame);
  }

  /** @returns whether this frame is one of them; then it is lost, and its doom is over. */
  takes(connection: object, frame: PassingFrame): boolean {
    if (this.#doomed.length === 0 && this.#answers.length === 0) return false;
    switch (frame.kind) {
      case 'request': {
        const { id, method } = JSON.parse(frame.text) as Request;
        if (this.#remove('answer', method)) {
          this.#answers.push({ connection, begins: `{"jsonrpc":"2.0","id":${id},` });
        }
        return this.#remove('request', method);
      }
      case 'answer':
        return this.#isAwaited(connection, frame.text);
      case 'notification':
        return this.#remove('notification', channelOf(frame.text));
    }
  }

  #isAwaited(connection: object, text: string): boolean {
    const index = this.#answers.findIndex(
      (each) => each.connection === connection && text.startsWith(each.begins),
    );
    if (index >= 0) this.#answers.splice(index, 1);
    return index >= 0;
  }

  #remove(kind: FrameKind, subject: string): boolean {
    const index = this.#doomed.findIndex(
      (each) =>
        each.kind === kind &&
        (kind === 'notification' ? subject.startsWith(each.of) : subject === each.of),
    );
    if (index >= 0) this.#doomed.splice(index, 1);
    return index >= 0;
  }
}

interface Request {
  readonly id: number;
  readonly method: string;
}

/** Empty for what is of no channel, as a heartbeat. */
function channelOf(text: string): string {
  return /"channel":"([^"]*)"/.exec(text)?.[1] ?? '';
}
