import type { Notice, NotificationListener } from '../exchange/notification.ts';

/**
 * Where an exchange posts what it tells unasked. The exchange is made before the server that
 * carries its messages; the board is what both know.
 */
export interface NoticeBoard {
  /** The exchange's `onNotification`. */
  readonly post: NotificationListener;
  /** Readers are called in the order they came. */
  read(reader: NotificationListener): void;
}

export function createNoticeBoard(): NoticeBoard {
  const readers: NotificationListener[] = [];
  return {
    post(...notice: Notice) {
      for (const reader of readers) reader(...notice);
    },
    read(reader) {
      readers.push(reader);
    },
  };
}
